"""The files of a by-reference model, as they lie in their bucket."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.errors import RequestError
from compiler.cloud.connect.responses import record
from compiler.cloud.connect.watch import WaitOptions
from compiler.cloud.objectstorage.downloads import stream
from compiler.cloud.objectstorage.objects import LIST_PAGE, Place
from compiler.diagnostics import CompilerError, Diagnostic, failure
from compiler.ir import SourceFile
from compiler.planning import tags
from compiler.planning.changes.by_reference import FileLocation, recorded_location
from compiler.planning.live.observed import ArtifactHead
from compiler.readers.artifact_zip import clashes, unfit_path


class StoredFile(NamedTuple):
    """One object, as the service lists it."""

    size: int
    md5: str
    """Base64; of an object in parts the service's own combination."""


class UnseenError(CompilerError):
    """The bucket is gone, or may not be listed: a 404 says both, and one that is there lists even when it is empty."""


def list_files(connection: Connection, where: FileLocation) -> dict[str, StoredFile]:
    """What lies there, by path below the prefix. Raises `UnseenError` (MF713) and `RequestError`."""
    try:
        return _listed(connection, where)
    except RequestError as error:
        if error.status != 404:
            raise
        diagnostic = error.diagnostics[0]
    hint = (
        f"allow to list the objects of '{where.bucket}'; if it is gone, make it again: an empty one says that they are"
    )
    raise UnseenError(Diagnostic(diagnostic.code, diagnostic.message, hint=hint))


def _listed(connection: Connection, where: FileLocation) -> dict[str, StoredFile]:
    storage = connection.object_storage
    files: dict[str, StoredFile] = {}
    start: str | None = where.prefix
    while start is not None:
        more = {"prefix": where.prefix, "start": start, "fields": "name,size,md5", "limit": LIST_PAGE}
        request = partial(storage.list_objects, where.namespace, where.bucket, **more)
        page = record(f"list {where.uri}", request, "objects")
        for item in page.data["objects"]:
            path = str(item["name"]).removeprefix(where.prefix)
            files[path] = StoredFile(int(item["size"]), str(item.get("md5") or ""))
        start = page.data.get("nextStartWith")
    return files


def object_of(where: FileLocation, path: str) -> Place:
    """The object of one file."""
    return Place(where.namespace, where.bucket, where.prefix + path)


def head_of(files: Mapping[str, StoredFile]) -> ArtifactHead:
    """Size and md5 of all of them in the place of what HEAD says of an artifact; the md5 is over the service's own."""
    lines = "".join(f"{files[path].md5}  {path}\n" for path in sorted(files))
    return ArtifactHead(sum(file.size for file in files.values()), hashlib.sha256(lines.encode()).hexdigest())


def head_files(connection: Connection, record: Mapping[str, Any]) -> ArtifactHead | None:
    """What the bucket holds of a by-reference model; None when nothing. Raises `UnseenError` and `RequestError`.

    Of a model that somebody else made nobody knows where its files lie: they are taken to be there. Of one that is
    unfinished nothing is promised: its bucket may be one that never was.
    """
    where = recorded_location(record)
    if where is None:
        return ArtifactHead(0, "")
    try:
        files = list_files(connection, where)
    except UnseenError:
        if tags.ARTIFACT in (record.get("freeformTags") or {}):
            raise
        return None
    return head_of(files) if files else None


def fetch_files(connection: Connection, where: FileLocation, folder: Path, watch: WaitOptions) -> dict[str, SourceFile]:
    """Bring all files into the new directory `folder`; nothing lands anywhere else.

    Raises `CompilerError` MF750 for names that no artifact's files have, MF755 and MF756.
    """
    paths = [path for path, stored in list_files(connection, where).items() if not _is_marker(path, stored)]
    wrong = [text for path in paths if (text := unfit_path(path))] or clashes(paths)
    if wrong:
        raise failure("MF750", f"the objects under {where.uri} cannot be files of an artifact: {wrong[0]}")
    if not paths:
        raise failure("MF756", f"there is no object under {where.uri}")
    folder.mkdir()
    return {path: _fetch_file(connection, where, path, folder, watch) for path in paths}


def _is_marker(path: str, stored: StoredFile) -> bool:
    """Whether it is what the console makes for an empty folder."""
    return (not path or path.endswith("/")) and stored.size == 0


def _fetch_file(connection: Connection, where: FileLocation, path: str, folder: Path, watch: WaitOptions) -> SourceFile:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    seen, size = hashlib.sha256(), 0
    with target.open("xb") as file:
        for chunk in stream(connection, object_of(where, path), 0, watch):
            seen.update(chunk)
            size += file.write(chunk)
    return SourceFile(path, target, size, seen.hexdigest())


def location_of(record: Mapping[str, Any]) -> FileLocation:
    """Where the files of a by-reference model lie. Raises `CompilerError` MF757 when its record does not say."""
    where = recorded_location(record)
    if where is None:
        hint = "get them from the bucket that its maker put them in"
        raise failure("MF757", f"model {record['id']} is by reference, and its metadata do not say to where", hint=hint)
    return where
