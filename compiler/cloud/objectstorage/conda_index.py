"""The index of service conda packs, read from Object Storage.

Where it lies and what its entries hold is ADS 2.16.1's own knowledge (`ads/model/runtime`): an object of JSON
`{"service_packs": [{slug, pack_path, python, libraries, …}]}`. The form of `libraries` is not documented, so that three
spellings are understood and anything else is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.errors import RequestError
from compiler.cloud.connect.responses import send
from compiler.diagnostics import failure
from compiler.lock import LockedPack

SERVICE_BUCKET = "service-conda-packs"
SERVICE_NAMESPACE = "id19sfcrra6z"
INDEX_OBJECT = "service_pack/index.json"
# `pandas==2.2.0`, `pandas (v2.2.0)`, `pandas 2.2.0`
_LIBRARY = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:==|\(\s*v?|\s)\s*v?(\d[\w.+!-]*)\)?\s*\Z")


def service_packs(
    connection: Connection, namespace: str = SERVICE_NAMESPACE, bucket: str = SERVICE_BUCKET
) -> dict[str, LockedPack]:
    """Slug -> pack, re-homed onto the bucket that was asked.

    Raises `CompilerError` MF403 for an index of another form, MF713 where there is none.
    """
    storage, uri = connection.object_storage, f"oci://{bucket}@{namespace}/{INDEX_OBJECT}"
    try:
        reply = send(
            f"read the index of conda packs, {uri}", lambda: storage.get_object(namespace, bucket, INDEX_OBJECT)
        )
    except RequestError as error:
        if error.status != 404 or not connection.local:
            raise
        said = f"target local has no index of service packs at {uri}"
        raise failure("MF713", said, hint="name a target with --target") from None
    try:
        document = json.loads(_content(reply.data))
        return {pack["slug"]: _pack(pack, namespace, bucket) for pack in document["service_packs"]}
    except (ValueError, KeyError, TypeError) as error:
        raise failure("MF403", f"the index of conda packs has another form: {error!r}") from None


def _content(data: Any) -> bytes:
    return data if isinstance(data, bytes) else bytes(data.content)


def _pack(pack: dict[str, Any], namespace: str, bucket: str) -> LockedPack:
    name = str(pack["pack_path"]).removeprefix("oci://").partition("/")[2]
    return LockedPack(f"oci://{bucket}@{namespace}/{name}", str(pack["python"]), _libraries(pack.get("libraries")))


def _libraries(listed: Any) -> dict[str, str]:
    if isinstance(listed, dict):
        return {_canonical(str(name)): str(version) for name, version in listed.items()}
    words: Iterable[Any] = listed if isinstance(listed, list) else []
    found = (_LIBRARY.match(word) for word in words if isinstance(word, str))
    return {_canonical(match.group(1)): match.group(2) for match in found if match}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
