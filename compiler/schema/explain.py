"""A broken JSON Schema rule, said in the words of the manifest."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from compiler.diagnostics import Diagnostic, Pointer, did_you_mean
from compiler.source import Located

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_TYPE_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}
_BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
    "minItems": "at least this many items:",
    "maxItems": "at most this many items:",
}


class Explainer:
    """Turns the validator's errors on one document into diagnostics."""

    def __init__(self, document: Located, schema: dict[str, Any]) -> None:
        self.document, self.schema = document, schema

    def explain(self, error: ValidationError) -> Iterator[Diagnostic]:
        """The diagnostics for one error; several for one mapping with several unknown fields."""
        pointer: Pointer = tuple(error.absolute_path)
        match error.validator:
            case "additionalProperties":
                yield from self._unknown_fields(error, pointer)
            case "required":
                yield self._missing(error, pointer)
            case "enum" | "const" if _value(error) is not None:
                yield self._unknown_value(error, pointer)
            case "enum" | "const" if "type" in _rule(error):
                pass  # that it is empty is said by the error about its type
            case "type":
                yield self._wrong_type(_value(error), _types(_rule(error)), pointer)
            case "anyOf":
                yield from self._alternatives(error, pointer)
            case "pattern" | "minLength" | "maxLength" if "propertyNames" in error.absolute_schema_path:
                yield self._wrong_key(error, pointer)
            case "pattern" | "minLength" | "maxLength":
                yield self._wrong_form(error, pointer)
            case _:
                yield self._out_of_range(error, pointer)

    def _unknown_fields(self, error: ValidationError, pointer: Pointer) -> Iterator[Diagnostic]:
        known = _rule(error).get("properties", {})
        for name in _value(error):
            if name not in known:
                hint = self._home_of(name) or did_you_mean(name, known) or f"known here: {', '.join(known)}"
                yield Diagnostic(
                    "MF101", f"unknown field '{name}'", self.document.locate((*pointer, name), key=True), hint
                )

    def _home_of(self, name: str) -> str | None:
        """Where a field of this very name belongs, when there is just one such place."""
        owners = {owner for owner, node in self.schema.get("$defs", {}).items() if name in node.get("properties", {})}
        spec = self.schema.get("$defs", {}).get("Spec", {}).get("properties", {})
        places = [f"spec.{field}" for field, node in spec.items() if any(f'/{o}"' in json.dumps(node) for o in owners)]
        return f"it belongs in '{places[0]}'" if len(places) == 1 else None

    def _missing(self, error: ValidationError, pointer: Pointer) -> Diagnostic:
        match = re.match(r"'(.*)' is a required property", error.message)
        name = match.group(1) if match else error.message
        owner = f"'{_dotted(pointer)}'" if pointer else "the document"
        return Diagnostic("MF100", f"{owner} needs the field '{name}'", self.document.locate(pointer, key=True))

    def _unknown_value(self, error: ValidationError, pointer: Pointer) -> Diagnostic:
        known = [str(value) for value in _rule(error).get("enum", [_rule(error).get("const")])]
        shown = self.document.written(pointer) or str(_value(error))
        hint = did_you_mean(shown, known) or ("expected " if len(known) == 1 else "one of ") + ", ".join(known)
        return Diagnostic("MF102", f"unknown {_words(pointer)} '{shown}'", self.document.locate(pointer), hint)

    def _wrong_type(self, value: Any, expected: list[str], pointer: Pointer) -> Diagnostic:
        where, written = self.document.locate(pointer), self.document.written(pointer)
        wanted = " or ".join(_TYPE_WORDS[name] for name in expected)
        name = f"'{_dotted(pointer)}'" if pointer else "the document"
        if value is None:
            hint = (
                "leave the line out to leave it unset" if pointer else "`manifact init MODEL` writes one to start from"
            )
            return Diagnostic("MF103", f"{name} is empty, expected {wanted}", where, hint)
        if "string" in expected and isinstance(value, (int, float)) and written is not None:
            message = f"{name} is text, but {written} without quotes is {_described(value)}"
            return Diagnostic("MF104", message, where, f'write "{written}"')
        return Diagnostic("MF103", f"{name} is {_described(value)}, expected {wanted}", where)

    def _wrong_form(self, error: ValidationError, pointer: Pointer) -> Diagnostic:
        where = self.document.locate(pointer)
        return Diagnostic(
            "MF105", f"'{_dotted(pointer)}' is '{_short(str(_value(error)))}', expected {_form(error)}", where
        )

    def _wrong_key(self, error: ValidationError, pointer: Pointer) -> Diagnostic:
        where = self.document.locate((*pointer, _value(error)), key=True)
        return Diagnostic("MF105", f"the key '{_short(str(_value(error)))}' must be {_form(error)}", where)

    def _out_of_range(self, error: ValidationError, pointer: Pointer) -> Diagnostic:
        bound = f"{_BOUNDS.get(str(error.validator), str(error.validator))} {error.validator_value}"
        shown = self.document.written(pointer) or _described(_value(error))
        return Diagnostic("MF106", f"'{_dotted(pointer)}' is {shown}, expected {bound}", self.document.locate(pointer))

    def _alternatives(self, error: ValidationError, pointer: Pointer) -> Iterator[Diagnostic]:
        """Blame the branch that is meant: one for a value of this type, and of several the one with fewest errors."""
        branches = [self._resolved(branch) for branch in _rule(error)["anyOf"]]
        meant = [index for index, branch in enumerate(branches) if _fits(_value(error), _types(branch))]
        if not meant:
            expected = [name for branch in branches for name in _types(branch)]
            yield self._wrong_type(_value(error), expected, pointer)
            return
        inner = {index: [e for e in _causes(error) if e.relative_schema_path[0] == index] for index in meant}
        for problem in min(inner.values(), key=len):
            yield from self.explain(problem)

    def _resolved(self, branch: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in branch:
            return branch
        found: dict[str, Any] = self.schema["$defs"][branch["$ref"].rpartition("/")[2]]
        return found


def _rule(error: ValidationError) -> dict[str, Any]:
    # The validator's types allow for errors that belong to no schema; those of iter_errors always do.
    return error.schema if isinstance(error.schema, dict) else {}


def _value(error: ValidationError) -> Any:
    return error.instance


def _causes(error: ValidationError) -> list[ValidationError]:
    return list(error.context or [])


def _types(schema: Any) -> list[str]:
    if "type" not in schema:
        return [
            {str: "string", int: "integer"}[type(value)] for value in schema.get("enum", [schema.get("const", "")])
        ][:1]
    names = schema["type"]
    return [names] if isinstance(names, str) else list(names)


def _fits(value: Any, names: list[str]) -> bool:
    kinds = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
    kind = kinds.get(type(value), "null")
    return kind in names or (kind == "integer" and "number" in names)


def _described(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text '{_short(value)}'"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return "empty"


def _form(error: ValidationError) -> str:
    if error.validator == "pattern":
        return str(_rule(error).get("x-expects", f"text that matches {error.validator_value}"))
    return f"{'at most' if error.validator == 'maxLength' else 'at least'} {error.validator_value} characters"


def _short(value: str) -> str:
    """On one line, at most 60 characters of it."""
    value = value.replace("\n", "\\n")
    return value if len(value) <= 60 else value[:57] + "…"


def _dotted(pointer: Pointer) -> str:
    return ".".join(str(step) for step in pointer)


def _words(pointer: Pointer) -> str:
    """`useCase` -> `use case`."""
    name = next((step for step in reversed(pointer) if isinstance(step, str)), "value")
    return name if name == "apiVersion" else re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
