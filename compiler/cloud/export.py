"""An artifact's zip to a bucket: out of the catalog by the service, or straight from a directory."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.errors import RequestError
from compiler.cloud.connect.responses import send
from compiler.cloud.connect.watch import WaitOptions
from compiler.cloud.datascience import models
from compiler.cloud.datascience.waiters import WorkRequestError, await_work
from compiler.cloud.objectstorage import multipart, objects
from compiler.cloud.objectstorage.downloads import stream
from compiler.cloud.objectstorage.objects import Place
from compiler.cloud.objectstorage.zip_body import ZipBody
from compiler.diagnostics import CompilerError, Diagnostic, failure
from compiler.emit import artifact_tree, stream_zip, zip_size
from compiler.ir import SourceFile
from compiler.planning.changes.by_reference import recorded_location
from compiler.workspace.hashing import file_sha256
from compiler.workspace.root import is_secret, shown


def export_model(
    connection: Connection, model: str, place: Place, watch: WaitOptions, *, overwrite: bool = False
) -> int:
    """Have the service bring the artifact of a model to a bucket; returns its bytes, negative when it was there.

    Raises `CompilerError` MF750 for a model without artifact, MF763 for an object with other content, and
    `WorkRequestError`.
    """
    head = models.head_artifact(connection, model)
    if head is None:
        raise _nothing(models.get_model(connection, model).data)
    known = objects.object_headers(connection, place)
    if known is not None:
        if int(known.get("content-length", -1)) == head.size and _is_same(connection, model, head.md5, place, known):
            return -head.size
        _refuse(place, overwrite=overwrite)
    details = {
        "artifactSourceType": "ORACLE_OBJECT_STORAGE",
        "namespace": place.namespace,
        "destinationRegion": connection.place.region,
        "destinationBucket": place.bucket,
        "destinationObjectName": place.name,
    }
    _bring(connection, model, details, watch)
    arrived = objects.object_size(connection, place)
    if arrived != head.size:
        raise failure("MF750", f"{place} has {arrived or 0} bytes after the export, the artifact has {head.size}")
    return head.size


def _nothing(record: Mapping[str, Any]) -> CompilerError:
    """Why there is no artifact to export, and what to do instead."""
    model = record["id"]
    if not record.get("isModelByReference"):
        return failure("MF750", f"model {model} has no artifact")
    where = recorded_location(record)
    lie = f"in {where.uri}" if where else "in a bucket that its metadata do not name"
    text = f"model {model} is by reference: the catalog has no zip of it, its files lie {lie}"
    hint = "`manifact pull` brings them to a folder, which can be exported"
    return failure("MF750", text, hint=hint if where else None)


def _bring(connection: Connection, model: str, details: Mapping[str, str], watch: WaitOptions) -> None:
    """Have it brought, and wait. A bucket that is not there is told as such, MF713, in place of what came of it."""
    storage, namespace, bucket = connection.object_storage, details["namespace"], details["destinationBucket"]
    try:
        reply = models.import_artifact(connection, model, {"artifactImportDetails": dict(details)})
        if reply.work_request:
            await_work(connection, reply.work_request, watch)
    except (RequestError, WorkRequestError):
        send(f"look at bucket {bucket} of namespace {namespace}", lambda: storage.head_bucket(namespace, bucket))
        raise


def export_directory(
    connection: Connection,
    archive: ZipBody,
    place: Place,
    watch: WaitOptions,
    *,
    overwrite: bool = False,
) -> int:
    """Stream a zip into a bucket in parts; returns its bytes, negative when just these were there.

    An upload to this object that was cut off is gone on with, as far as its parts are of these bytes.
    Raises `CompilerError` MF763 for an object with other content, `RequestError` and `Interrupted`.
    """
    known = objects.object_headers(connection, place)
    if known is not None:
        whole = int(known.get("content-length", -1)) == archive.size
        if whole and _same_bytes(connection, place, io.BufferedReader(archive.open()), watch):
            return -archive.size
        _refuse(place, overwrite=overwrite)
        objects.delete_object(connection, place)
    multipart.upload(connection, place, archive, watch)
    return archive.size


def archive_of_directory(folder: Path) -> ZipBody:
    """The zip of any artifact directory, in the form of our own (stored, sorted, without times).

    Raises `CompilerError` MF502 for what is no plain file, MF110 for what looks like a secret.
    """
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if _counts(path, folder)}
    problems = [problem for name, path in files.items() if (problem := _unfit(name, path))]
    if problems:
        raise failure(problems[0].code, problems[0].message)
    if not files:
        raise failure("MF530", f"there is no file in {shown(folder)}")
    tree = artifact_tree(
        {name: SourceFile(name, path, path.stat().st_size, file_sha256(path)) for name, path in files.items()}
    )
    return ZipBody(zip_size(tree), lambda: stream_zip(tree))


def _counts(path: Path, folder: Path) -> bool:
    return (path.is_symlink() or not path.is_dir()) and "__pycache__" not in path.relative_to(folder).parts


def _unfit(name: str, path: Path) -> Diagnostic | None:
    if path.is_symlink() or not path.is_file():
        return Diagnostic("MF502", f"'{name}' is no plain file: an artifact holds no links")
    if is_secret(PurePosixPath(name)):
        return Diagnostic("MF110", f"'{name}' looks like a secret and is never packed")
    return None


def _is_same(connection: Connection, model: str, md5: str, place: Place, known: Mapping[str, str]) -> bool:
    """By MD5 where both have one; an object that came in parts has none, and is read."""
    if md5 and "content-md5" in known:
        return md5 == known["content-md5"]
    reply = send(f"read the artifact of {model}", lambda: connection.data_science.get_model_artifact_content(model))
    return _same_bytes(connection, place, reply.data.raw, WaitOptions())


def _same_bytes(connection: Connection, place: Place, mine: BinaryIO, watch: WaitOptions) -> bool:
    """Compare an object with `mine`, from the beginning to the first difference."""
    return all(mine.read(len(chunk)) == chunk for chunk in stream(connection, place, 0, watch))


def _refuse(place: Place, *, overwrite: bool) -> None:
    if not overwrite:
        raise failure("MF763", f"{place} is there already, with other content", hint="say --overwrite to replace it")
