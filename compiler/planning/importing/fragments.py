"""Live bodies -> manifest, for import: the inverse of `model_body` and `deployment_body`, by the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from compiler.planning.canonical import Body, normal
from compiler.planning.changes.by_reference import recorded_location
from compiler.planning.fields.catalog import CATALOG
from compiler.planning.fields.deployment import DEPLOYMENT, ENVIRONMENT
from compiler.planning.fields.field import fragment_of
from compiler.planning.live.last_applied import OUR_METADATA
from compiler.planning.paths import value_at
from compiler.planning.tags import foreign
from compiler.spec.base import Node
from compiler.spec.deployment import Deployment

_FIRST = ("displayName", "description", "freeformTags", "definedTags", "state")
_PINNED = ("digest", "signatureId")


def catalog_fragment(record: Mapping[str, Any], provenance: Mapping[str, Any] | None = None) -> Body:
    """`spec.catalog` of a live model; metadata with attached files keeps its values only."""
    items = [item for item in record.get("customMetadataList") or () if item["key"] not in OUR_METADATA]
    body = {**_without_our_tags(record), "customMetadataList": items, "provenance": provenance}
    result: Body = normal({**fragment_of(CATALOG, body), **_by_reference(record)})
    return result


def deployment_fragment(record: Mapping[str, Any]) -> Body:
    """`spec.deployment` of a live deployment. Its environment variables are plain text: look for secrets in them."""
    fragment = fragment_of(DEPLOYMENT, _without_our_tags(record))
    if value_at(record, (*ENVIRONMENT, "environmentConfigurationType")) != "OCIR_CONTAINER":
        fragment.pop("container", None)
    if container := fragment.get("container"):  # what people write comes first
        names = [name for name in container if name not in _PINNED]
        fragment["container"] = _ordered(container, (*names, *_PINNED))
    if record.get("lifecycleState") == "INACTIVE":
        fragment["state"] = "inactive"
    return _ordered(fragment, (*_FIRST, *_names(Deployment)))


def _by_reference(record: Mapping[str, Any]) -> Body:
    """Where our own by-reference models have their files; of others nobody knows it."""
    where = recorded_location(record) if record.get("isModelByReference") else None
    if where is None:
        return {}
    start = "".join(f"{part}/" for part in where.prefix.split("/")[:-5])
    return {
        "byReference": True,
        "staging": {"uri": f"oci://{where.bucket}@{where.namespace}/{start}", "keep": where.keep or None},
    }


def _without_our_tags(record: Mapping[str, Any]) -> Body:
    return {**record, "freeformTags": foreign(record.get("freeformTags") or {})}


def _names(kind: type[Node]) -> list[str]:
    """The fields of a part of the manifest, in the order of its schema."""
    return [field.alias or name for name, field in kind.model_fields.items()]


def _ordered(fragment: Body, names: Iterable[str]) -> Body:
    return {name: fragment[name] for name in dict.fromkeys(names) if name in fragment}
