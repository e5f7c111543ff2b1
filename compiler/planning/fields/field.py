"""A field of the manifest as one row: where it is written, where it is sent, and how the two turn into each other."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from compiler.planning.canonical import Body, Path, normal
from compiler.planning.paths import put, value_at


class Owned(enum.Enum):
    """Which live values count as the manifest's where it says nothing, so that they are taken away."""

    RECORDED = "recorded"
    """Those that the last apply recorded."""
    SETTABLE = "settable"
    """Where there is no record, all: only a manifest is likely to have set them."""
    ALWAYS = "always"
    """All: the service puts no values of its own here."""


class Clear(enum.Enum):
    """For `Field.cleared`."""

    LEFT_OUT = "left out"


def plain(value: Any) -> Any:
    """A copy in JSON's own types."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def unsaid(_value: Any) -> None:
    """For `Field.decode`: the manifest says it elsewhere, or not at all."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the manifest. Several may share a body path: then one of them has a value."""

    name: str
    """Where it is below `spec.catalog` or `spec.deployment`, with dots; else a name for what bodies need besides."""
    path: Path
    """Where it is in the request body."""
    group: str = ""
    """Deployments: the option group whose update sends it; empty: no update can."""
    encode: Callable[[Any], Any] = plain
    """Manifest's value (keys as in YAML) -> body's value."""
    decode: Callable[[Any], Any] = plain
    """Body's value -> manifest's value; None where the manifest cannot say it in this field."""
    cleared: Any = Clear.LEFT_OUT
    """What stands for "no value" in an update, where leaving the field out would mean "unchanged"."""
    ignored_as: str = ""
    """Its name in `ignoreChanges`; empty where it cannot be ignored."""
    owned: Owned = Owned.RECORDED

    @property
    def place(self) -> Path:
        """`name` as keys."""
        return tuple(self.name.split("."))


def body_of(fields: Iterable[Field], values: Mapping[str, Any]) -> Body:
    """The request body of a manifest's values, in the order of the rows; what is empty is left out."""
    body: Body = {}
    for field in fields:
        value = value_at(values, field.place)
        sent = None if value is None else field.encode(value)
        if sent not in (None, {}, []):
            put(body, field.path, sent)
    return body


def fragment_of(fields: Iterable[Field], body: Mapping[str, Any]) -> Body:
    """The inverse of `body_of`: what a manifest says to make this body."""
    fragment: Body = {}
    for field in fields:
        sent = value_at(body, field.path)
        value = None if sent is None else field.decode(sent)
        if value is not None:
            put(fragment, field.place, value)
    result: Body = normal(fragment)
    return result


def renamed(names: Mapping[str, str]) -> tuple[Callable[[Any], Body], Callable[[Any], Body]]:
    """`encode` and `decode` of an object whose keys have other names in the body."""
    return (
        lambda value: {theirs: value.get(ours) for ours, theirs in names.items()},
        lambda value: {ours: value.get(theirs) for ours, theirs in names.items()},
    )
