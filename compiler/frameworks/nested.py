"""Estimators of other frameworks inside a pipeline."""

from __future__ import annotations

from compiler.frameworks.registry import frameworks
from compiler.ir import ModelFacts
from compiler.readers.pickles.values import Instance


def nested_facts(estimator: Instance, form: str) -> ModelFacts | None:
    """What an estimator records in its own framework's way, by the framework that its class belongs to."""
    package = estimator.cls.module.split(".", 1)[0]
    owner = next((known for known in frameworks() if package in known.libraries.values()), None)
    return owner.nested(estimator, form) if owner else None
