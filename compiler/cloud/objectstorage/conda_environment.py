"""Ask the real Object Storage whether a conda environment is where runtime.yaml says it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.errors import RequestError
from compiler.cloud.connect.responses import send
from compiler.planning.canonical import Body
from compiler.planning.introspection_results import KEY, environment_path, with_environment_result


def environment_exists(connection: Connection, uri: str) -> bool | None:
    """Whether the pack is there; None when nobody can tell: 404 also means "no permission".

    A bucket that can be read, and holds no such object, is the second witness. `uri` is `oci://bucket@namespace/object`.
    """
    where, _, name = uri.removeprefix("oci://").partition("/")
    bucket, _, namespace = where.partition("@")
    storage = connection.object_storage
    if _head(f"look for {uri}", lambda: storage.head_object(namespace, bucket, name)):
        return True
    return False if _head(f"look for bucket {bucket}", lambda: storage.head_bucket(namespace, bucket)) else None


def with_environment_check(connection: Connection, body: Body) -> Body:
    """The body of a model with the answer in its `ArtifactTestResults`; as it is on `local`, where none is needed."""
    path = None if connection.local else environment_path(body)
    exists = environment_exists(connection, path) if path else None
    if exists is None:
        return body
    items = [
        {**item, "value": with_environment_result(item["value"], exists=exists)} if item["key"] == KEY else item
        for item in body["definedMetadataList"]
    ]
    return {**body, "definedMetadataList": items}


def _head(doing: str, request: Callable[[], Any]) -> bool:
    """Whether there is something; a refusal counts as "not seen"."""
    try:
        send(doing, request)
    except RequestError as error:
        if error.status not in (403, 404):
            raise
        return False
    return True
