"""Objects brought here: streamed, taken up again where a connection ended, and checked while they arrive."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from oci._vendor.requests.exceptions import RequestException
from urllib3.exceptions import HTTPError

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.responses import Response, send
from compiler.cloud.connect.watch import WaitOptions
from compiler.cloud.objectstorage.objects import MEBIBYTE, Place
from compiler.diagnostics import failure
from compiler.system import lock

RESUMES = 5
"""How often a transfer is taken up again without a single byte in between."""
PARTIAL = ".partial"


def fetch(connection: Connection, place: Place, sha256: str, target: Path, watch: WaitOptions) -> None:
    """Bring an object to `target`, which must not be there, in a folder that is for this hash alone.

    What a killed process left is gone on with. Raises `CompilerError` MF227 when the bytes are not those of `sha256`
    (nothing is kept then), MF755 when the transfer cannot be finished, `RequestError` and `Interrupted`.
    """
    with _partial(target.parent / PARTIAL) as (path, file):
        if target.exists():
            return  # another process was faster
        known = next((other for other in target.parent.iterdir() if other != path), None)
        if known is not None:
            target.hardlink_to(known)  # the same bytes, once more under another name
            return
        resumed = file.seek(0, os.SEEK_END) > 0
        found = _receive(connection, place, file, watch)
        if found != sha256 and resumed:
            file.truncate(0)  # the beginning may be of an object that was since replaced
            found = _receive(connection, place, file, watch)
        if found != sha256:
            path.unlink()
            raise failure("MF227", f"{place} has SHA-256 {found}, not {sha256}")
        os.fsync(file.fileno())
        path.chmod(0o444)  # large files are linked into artifacts: nobody is to write here
        path.replace(target)


def stream(connection: Connection, place: Place, start: int, watch: WaitOptions) -> Iterator[bytes]:
    """The bytes of an object from `start` on. Raises `CompilerError` MF755 and what `fetch` raises."""
    storage = connection.object_storage
    head = send(f"look at {place}", lambda: storage.head_object(place.namespace, place.bucket, place.name))
    total, done, failures = int(head.headers["content-length"]), start, 0
    while done < total and failures <= RESUMES:
        failures += 1
        for chunk in until_interrupted(_from(connection, place, done, head.etag)):
            watch.check()
            failures, done = 0 if chunk else failures, done + len(chunk)
            yield chunk
            watch.report("downloading", done, total)
    if done < total:
        hint = "run the command again: it goes on from there"
        raise failure("MF755", f"the transfer of {place} ended after {done} of {total} bytes", hint=hint)


def _from(connection: Connection, place: Place, start: int, etag: str | None) -> Response:
    """The object from a byte on, and only while it is the same object."""
    storage = connection.object_storage
    more: dict[str, Any] = {"range": f"bytes={start}-"} if start else {}
    if etag:
        more["if_match"] = etag
    return send(f"download {place}", lambda: storage.get_object(place.namespace, place.bucket, place.name, **more))


def until_interrupted(reply: Response) -> Iterator[bytes]:
    """What arrives before the connection ends, in order or not."""
    try:
        yield from reply.data.raw.stream(MEBIBYTE, decode_content=False)
    except (HTTPError, RequestException, OSError):
        return


def _receive(connection: Connection, place: Place, file: BinaryIO, watch: WaitOptions) -> str:
    """Bring the file to its end; returns the SHA-256 of all of it."""
    seen = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(MEBIBYTE):
        seen.update(chunk)
    for chunk in stream(connection, place, file.tell(), watch):
        seen.update(chunk)
        file.write(chunk)
    file.flush()
    return seen.hexdigest()


@contextmanager
def _partial(path: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """The half-written file of a hash, for one process at a time; its folder goes when nothing came of it."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as file:
            lock(file.fileno())
            if not _is_at(file, path):
                continue  # whoever had the lock has renamed or removed it
            try:
                yield path, file
            finally:
                if path.exists() and path.stat().st_size == 0:
                    path.unlink()
                if not any(path.parent.iterdir()):
                    path.parent.rmdir()
            return


def _is_at(file: BinaryIO, path: Path) -> bool:
    return path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat())
