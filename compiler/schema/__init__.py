"""JSON Schemas: generated from `spec`, shipped beside the package; where a document breaks one, diagnostics."""

from __future__ import annotations

import functools
import json
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from compiler.diagnostics import Diagnostic
from compiler.source import Located

MODEL = "model.v1.schema.json"
PROJECT = "project.v1.schema.json"


@functools.cache
def shipped(name: str) -> dict[str, Any]:
    """The checked-in schema file `name`: from the wheel, or from the top folder in a checkout."""
    loaded: dict[str, Any] = json.loads((_folder() / name).read_text(encoding="utf-8"))
    return loaded


def check(document: Located, name: str) -> list[Diagnostic]:
    """Every way in which the document breaks the schema `name`, in the order of its lines."""
    from compiler.schema.explain import Explainer

    schema = shipped(name)
    explainer = Explainer(document, schema)
    errors = _validator()(schema).iter_errors(document.data)
    found = {diagnostic for error in errors for diagnostic in explainer.explain(error)}
    return sorted(found, key=lambda d: (d.where.line, d.where.column, d.message) if d.where else (0, 0, d.message))


@functools.cache
def _validator() -> Any:
    """JSON Schema takes 2.0 for an integer; the models that read a document do not, and neither does OCI."""
    from jsonschema import Draft202012Validator, validators

    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    return validators.extend(Draft202012Validator, type_checker=types)  # type: ignore[no-untyped-call]


def _folder() -> Traversable:
    checkout = Path(__file__).parent.parent.parent / "schemas"
    return checkout if checkout.is_dir() else files("compiler") / "schemas"
