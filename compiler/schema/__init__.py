"""JSON Schemas: generated from `spec`, shipped beside the package; where a document breaks one, diagnostics."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from compiler.diagnostics import CompilerError, Diagnostic
from compiler.source import Located

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from pydantic import BaseModel

Read = TypeVar("Read", bound="BaseModel")

MODEL = "model.v1.schema.json"
PROJECT = "project.v1.schema.json"


@functools.cache
def shipped(name: str) -> dict[str, Any]:
    """The checked-in schema file `name`: from the wheel, or from the top folder in a checkout."""
    loaded: dict[str, Any] = json.loads((_folder() / name).read_text(encoding="utf-8"))
    return loaded


def read_as(document: Located, model: type[Read], name: str) -> Read:
    """The document as `model`, whose schema is `name`. Raises `CompilerError` with every way in which it breaks it.

    The models refuse what the schema refuses, `null` apart (a test holds both against each other), and are needed in
    any case: so the schema, which takes as long to load as the models do, is only asked to explain.
    """
    from pydantic import ValidationError

    read: Read | None
    try:
        read = model.model_validate(document.data)
    except ValidationError:
        read = None
    if read is None or _has_null(document.data):
        if problems := check(document, name):
            raise CompilerError(*problems)
        return model.model_validate(document.data)
    return read


def _has_null(data: Any) -> bool:
    if isinstance(data, dict):
        return any(map(_has_null, data.values()))
    return any(map(_has_null, data)) if isinstance(data, list) else data is None


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
    """JSON Schema takes 2.0 for an integer; the models that read a document do not, and neither does OCI.

    A `$` ends the text, as in ECMA 262 and in the models; Python's would let a line feed follow.
    """
    from jsonschema import Draft202012Validator, validators

    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    keywords = {"pattern": _breaks_pattern}
    return validators.extend(Draft202012Validator, keywords, type_checker=types)  # type: ignore[no-untyped-call]


def _breaks_pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    from jsonschema.exceptions import ValidationError

    ends = pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern
    if isinstance(instance, str) and not re.search(ends, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _folder() -> Traversable:
    checkout = Path(__file__).parent.parent.parent / "schemas"
    return checkout if checkout.is_dir() else files("compiler") / "schemas"
