"""Estimators of other frameworks inside a pipeline."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.frameworks.registry import frameworks
from compiler.ir import Categories
from compiler.readers.pickles.values import Instance


def nested_categories(estimator: Instance, form: str) -> Mapping[str, Categories]:
    """The categories that an estimator records, by the framework that its class belongs to."""
    package = estimator.cls.module.split(".", 1)[0]
    owner = next((known for known in frameworks() if package in known.libraries.values()), None)
    return owner.categories(estimator, form) if owner else {}
