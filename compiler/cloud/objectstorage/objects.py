"""Object Storage: one object of a bucket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.errors import RequestError
from compiler.cloud.connect.responses import record, send

MEBIBYTE = 1 << 20
LIST_PAGE = 1000
"""Items asked for a page of Object Storage's lists; a service that gives fewer is asked on."""


@dataclass(frozen=True, slots=True)
class Place:
    """An object in a bucket."""

    namespace: str
    bucket: str
    name: str

    def __str__(self) -> str:
        return f"oci://{self.bucket}@{self.namespace}/{self.name}"


def object_size(connection: Connection, place: Place) -> int | None:
    """Bytes of an object; None when it is not there."""
    known = object_headers(connection, place)
    return None if known is None else int(known.get("content-length", -1))


def object_headers(connection: Connection, place: Place) -> Mapping[str, str] | None:
    """What HEAD says of an object; None when it is not there, or may not be seen: the upload tells which."""
    storage = connection.object_storage
    try:
        reply = send(f"look at {place}", lambda: storage.head_object(place.namespace, place.bucket, place.name))
    except RequestError as error:
        if error.status == 404:
            return None
        raise
    return reply.headers


def delete_object(connection: Connection, place: Place) -> None:
    """Remove an object; one that is gone already is as good, when a list of the bucket says so too."""
    storage = connection.object_storage
    try:
        send(f"delete {place}", lambda: storage.delete_object(place.namespace, place.bucket, place.name))
    except RequestError as error:
        if error.status != 404 or _listed(connection, place):
            raise


def _listed(connection: Connection, place: Place) -> bool:
    """The second witness: 404 also means "no permission"."""
    storage = connection.object_storage
    doing = f"look for {place}"
    arguments = {"prefix": place.name, "limit": 1}
    listed = record(doing, lambda: storage.list_objects(place.namespace, place.bucket, **arguments), "objects")
    return any(item["name"] == place.name for item in listed.data["objects"])
