"""One spelling for equal settings, and digests over it.

The service leaves out what is empty, writes 1 where we wrote 1.0, and returns metadata as a list in any order. Two
bodies are compared, and hashed, only after both went through `normal`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from compiler.planning.introspection_results import KEY as TEST_RESULTS
from compiler.planning.introspection_results import without_environment_result

Body: TypeAlias = dict[str, Any]
"""A JSON object in the wire form of the OCI Data Science API (camelCase keys)."""
Path: TypeAlias = tuple[str, ...]
"""Where a value lies in a body."""

CONFIG_FORM = "2"
"""Version of the canonical form: raised when `normal` changes, so that old digests are known to be of another form."""

VARIABLES = "environmentVariables"
_METADATA_LISTS = ("customMetadataList", "definedMetadataList")
_METADATA_FIELDS = ("value", "description", "category", "keywords", "hasArtifact")


def normal(value: Any) -> Any:
    """`value` without what is absent or empty, whole floats as ints, tuples as lists; keys keep their order."""
    if value is None or isinstance(value, str | int):  # most of it, and a fleet has much of it
        return value
    if isinstance(value, Mapping):
        kept = {str(key): _variables(item) if key == VARIABLES else normal(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if not _empty(item)}
    if isinstance(value, list | tuple):
        return [normal(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _variables(value: Any) -> Any:
    """Environment variables: an empty one is a value, and hides what a library takes for a default."""
    if not isinstance(value, Mapping):
        return normal(value)
    return {str(name): item if item == "" else normal(item) for name, item in value.items() if item is not None}


def comparable(body: Mapping[str, Any]) -> Body:
    """`normal(body)` with metadata lists as mappings by key, the way their order and extra fields do not matter."""
    spread = dict(body)
    for name in _METADATA_LISTS:
        items = body.get(name) or ()
        # `hasArtifact: false` is what the service says of every entry without a file.
        spread[name] = {item["key"]: _entry(item) for item in items}
    result: Body = normal(spread)
    return result


def _entry(item: Mapping[str, Any]) -> Body:
    fields = {field: item.get(field) or None for field in _METADATA_FIELDS}
    return {**fields, "value": without_environment_result(fields["value"])} if item["key"] == TEST_RESULTS else fields


def leaves(value: Mapping[str, Any], at: Path = ()) -> dict[Path, Any]:
    """Every leaf of a comparable body by its path; a list is one leaf."""
    result: dict[Path, Any] = {}
    for key, item in value.items():
        result.update(leaves(item, (*at, key)) if isinstance(item, Mapping) else {(*at, key): item})
    return result


def nested(flat: Iterable[tuple[Path, Any]]) -> Body:
    """The inverse of `leaves`."""
    result: Body = {}
    for path, item in flat:
        node = result
        for key in path[:-1]:
            node = node.setdefault(key, {})
        node[path[-1]] = item
    return result


def text(value: Any) -> str:
    """Canonical JSON: sorted keys, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Any) -> str:
    """sha256 of the canonical JSON of `value`, in hexadecimal."""
    return hashlib.sha256(text(value).encode()).hexdigest()


def config_digest(settings: Mapping[str, Any]) -> str:
    """The value of the tag `manifact-config`: form version and digest of the settings."""
    return f"{CONFIG_FORM}:{digest(comparable(settings))}"


def leaves_digest(flat: Iterable[tuple[Path, Any]], more: Mapping[str, Any]) -> str:
    """What `config_digest` gives for a body with these leaves (of a comparable body) and these further keys."""
    return f"{CONFIG_FORM}:{digest(normal({**nested(flat), **more}))}"


def _empty(value: Any) -> bool:
    return value is None or value in ({}, [], "")
