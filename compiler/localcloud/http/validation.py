"""What the service checks of the resources sent to it; limits are those of the OCI documentation and the API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from compiler.localcloud.http import errors
from compiler.localcloud.http.calls import Call
from compiler.localcloud.store.records import JsonObject

MAX_NAME = 255
MAX_FREEFORM_TAGS = 10
MAX_DEFINED_TAGS = 64
MAX_TAG_KEY = 100
MAX_TAG_VALUE = 256
MAX_METADATA_BYTES = 32_000
MAX_METADATA_VALUE = 16_000
MAX_METADATA_DESCRIPTION = 255


def require(body: JsonObject, *names: str) -> None:
    """400 MissingParameter for the first field that is absent or null."""
    for name in names:
        if body.get(name) is None:
            raise errors.missing_parameter(name)


def require_type(body: JsonObject, kind: type, *names: str) -> None:
    """400 InvalidParameter for the first of these fields that is set and of another type."""
    for name in names:
        if body.get(name) is not None and not isinstance(body[name], kind):
            raise errors.invalid_parameter(f"{name} must be a {kind.__name__}, not {type(body[name]).__name__}")


def check_common(body: JsonObject) -> None:
    """Display name, description and tags, which every resource has."""
    require_type(body, str, "displayName", "description", "name", "compartmentId", "projectId")
    _check_length(body, "displayName", MAX_NAME)
    _check_length(body, "name", MAX_NAME)
    _check_freeform_tags(body.get("freeformTags"))
    _check_defined_tags(body.get("definedTags"))


def check_metadata(body: JsonObject) -> None:
    """The two metadata lists of a model: sizes (ADS 2.16.1 source) and keys that are there once."""
    for name in ("customMetadataList", "definedMetadataList"):
        items = body.get(name)
        if items is None:
            continue
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise errors.invalid_parameter(f"{name} must be a list of objects")
        if len(json.dumps(items, ensure_ascii=False).encode()) > MAX_METADATA_BYTES:
            raise errors.invalid_parameter(f"{name} must be at most {MAX_METADATA_BYTES} bytes of JSON")
        _check_items(name, items)


def check_compartment(body: JsonObject) -> str:
    """The compartment's id; any OCID of a compartment or tenancy will do."""
    compartment = str(body["compartmentId"])
    if not compartment.startswith(("ocid1.compartment.", "ocid1.tenancy.")):
        raise errors.invalid_parameter("compartmentId must be the OCID of a compartment")
    return compartment


def check_project(call: Call, body: JsonObject) -> None:
    """The project named must exist."""
    project = call.find("project", str(body["projectId"]))
    if project.state != "ACTIVE":
        raise errors.not_found(project.id)


def changed(body: JsonObject, fields: Sequence[str]) -> JsonObject:
    """The given fields of an update: one that is absent stays as it is."""
    return {name: body[name] for name in fields if name in body}


def _check_length(body: JsonObject, name: str, limit: int) -> None:
    value = body.get(name)
    if isinstance(value, str) and len(value) > limit:
        raise errors.invalid_parameter(f"{name} must be at most {limit} characters, not {len(value)}")


def _check_freeform_tags(tags: Any) -> None:
    if tags is None:
        return
    if not isinstance(tags, dict) or not all(isinstance(value, str) for value in tags.values()):
        raise errors.invalid_parameter("freeformTags must be an object of strings")
    if len(tags) > MAX_FREEFORM_TAGS:
        raise errors.ServiceError(
            400, "LimitExceeded", f"At most {MAX_FREEFORM_TAGS} freeform tags are allowed, not {len(tags)}"
        )
    for key, value in tags.items():
        if len(key) > MAX_TAG_KEY or len(value) > MAX_TAG_VALUE:
            raise errors.invalid_parameter(
                f"The tag {key[:MAX_TAG_KEY]} is longer than {MAX_TAG_KEY} or its value than {MAX_TAG_VALUE} characters"
            )


def _check_defined_tags(tags: Any) -> None:
    if tags is None:
        return
    if not isinstance(tags, dict) or not all(isinstance(names, dict) for names in tags.values()):
        raise errors.invalid_parameter("definedTags must be an object of objects")
    if sum(len(names) for names in tags.values()) > MAX_DEFINED_TAGS:
        raise errors.ServiceError(400, "LimitExceeded", f"At most {MAX_DEFINED_TAGS} defined tags are allowed")


def _check_items(name: str, items: list[JsonObject]) -> None:
    keys = [item.get("key") for item in items]
    if not all(isinstance(key, str) and key for key in keys):
        raise errors.missing_parameter(f"{name}.key")
    if len(set(keys)) != len(keys):
        raise errors.invalid_parameter(f"{name} names a key twice")
    for item in items:
        if len(str(item.get("value") or "")) > MAX_METADATA_VALUE:
            raise errors.invalid_parameter(
                f"The value of {item['key']} must be at most {MAX_METADATA_VALUE} characters"
            )
        if len(str(item.get("description") or "")) > MAX_METADATA_DESCRIPTION:
            raise errors.invalid_parameter(
                f"The description of {item['key']} must be at most {MAX_METADATA_DESCRIPTION} characters"
            )
