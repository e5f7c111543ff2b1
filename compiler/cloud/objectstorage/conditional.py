"""Small objects that are read, replaced and removed under a condition on their etag."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.errors import RequestError
from compiler.cloud.connect.responses import record, send
from compiler.cloud.objectstorage.objects import LIST_PAGE, Place


def read_object(connection: Connection, place: Place) -> tuple[bytes, str] | None:
    """Content and etag; None for a 404 when the bucket itself may be read. Raises `RequestError`."""
    storage = connection.object_storage
    try:
        reply = send(f"read {place}", lambda: storage.get_object(place.namespace, place.bucket, place.name))
    except RequestError as error:
        if error.status != 404:
            raise
        next(list_names(connection, place), None)  # a bucket that is not there or may not be seen is an error
        return None
    return _content(reply.data), reply.headers["etag"]


def put_object(
    connection: Connection, place: Place, content: bytes, *, if_match: str | None = None, if_absent: bool = False
) -> str:
    """Put an object and return its etag. Raises `RequestError`, of status 412 when the condition does not hold."""
    storage = connection.object_storage
    condition = {"if_match": if_match} if if_match else ({"if_none_match": "*"} if if_absent else {})
    reply = send(
        f"write {place}", lambda: storage.put_object(place.namespace, place.bucket, place.name, content, **condition)
    )
    return reply.headers["etag"]


def delete_object(connection: Connection, place: Place, if_match: str | None = None) -> None:
    """Delete an object; one that is gone is as good. Raises `RequestError`, of status 412 for another etag."""
    storage = connection.object_storage
    condition = {"if_match": if_match} if if_match else {}
    try:
        send(f"delete {place}", lambda: storage.delete_object(place.namespace, place.bucket, place.name, **condition))
    except RequestError as error:
        if error.status != 404:
            raise


def list_names(connection: Connection, place: Place) -> Iterator[str]:
    """Names of the objects that begin with the name of `place`."""
    start: str | None = None
    while True:
        found = _page(connection, place, {"start": start} if start else {})
        yield from (str(item["name"]) for item in found["objects"])
        start = found.get("nextStartWith")
        if not start:
            return


def _page(connection: Connection, place: Place, at: dict[str, str]) -> Any:
    storage, arguments = connection.object_storage, {"prefix": place.name, "limit": LIST_PAGE, **at}
    return record(
        f"list {place}", lambda: storage.list_objects(place.namespace, place.bucket, **arguments), "objects"
    ).data


def _content(data: Any) -> bytes:
    return data if isinstance(data, bytes) else bytes(data.content)
