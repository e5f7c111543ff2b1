"""Object Storage: a zip uploaded in parallel parts while it is made, and resumed after a crash."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

from compiler.cloud.archives import Archive, ArchiveStream
from compiler.cloud.connection import Connection
from compiler.cloud.problems import RequestError
from compiler.cloud.replies import ask, at_page, pages, record
from compiler.cloud.waiting import Watch
from compiler.diagnostics import CompilerError

MEBIBYTE = 1 << 20
LEAST_PART = 10 * MEBIBYTE
"""The service takes no smaller ones but the last (OCI docs: Object Storage, multipart uploads), and small parts keep
memory low: WORKERS of them are held at a time."""
MOST_PARTS = 9_000
"""The service takes 10,000 (OCI docs: Object Storage, multipart uploads)."""
WORKERS = 3
LIST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """An object in a bucket."""

    namespace: str
    bucket: str
    name: str

    def __str__(self) -> str:
        return f"oci://{self.bucket}@{self.namespace}/{self.name}"


class Sent(NamedTuple):
    """A part that the service has."""

    etag: str
    md5: str
    """Base64."""


def upload(connection: Connection, place: Place, archive: Archive, watch: Watch) -> None:
    """Bring the zip into the bucket; does nothing when it is there whole.

    Raises `RequestError`, `Interrupted`, and what the archive raises: nothing is left in the bucket then.
    """
    if object_size(connection, place) == archive.size:
        return
    size = part_size(archive.size)
    upload_id, known = _begin(connection, place, archive.size, size)
    try:
        done = _send_missing(connection, place, upload_id, archive, known, watch)
    except RequestError:
        raise  # what was sent is right, and is gone on with
    except (CompilerError, OSError):
        with contextlib.suppress(RequestError):  # the archive's own error is the one to tell
            _abort(connection, place, upload_id)
        raise
    etags = {**{number: part.etag for number, part in known.items()}, **done}
    parts = [{"partNum": number, "etag": etag} for number, etag in sorted(etags.items())]
    storage = connection.object_storage
    ask(
        f"put {place} together",
        lambda: storage.commit_multipart_upload(
            place.namespace, place.bucket, place.name, upload_id, {"partsToCommit": parts}
        ),
    )


def part_size(total: int) -> int:
    """Bytes of each part but the last: whole mebibytes, the same for the same total."""
    return max(LEAST_PART, -(-total // MOST_PARTS // MEBIBYTE) * MEBIBYTE)


def object_size(connection: Connection, place: Place) -> int | None:
    """Bytes of an object; None when it is not there."""
    known = object_headers(connection, place)
    return None if known is None else int(known.get("content-length", -1))


def object_headers(connection: Connection, place: Place) -> Mapping[str, str] | None:
    """What HEAD says of an object; None when it is not there, or may not be seen: the upload tells which."""
    storage = connection.object_storage
    try:
        reply = ask(f"look at {place}", lambda: storage.head_object(place.namespace, place.bucket, place.name))
    except RequestError as problem:
        if problem.status == 404:
            return None
        raise
    return reply.headers


def delete_object(connection: Connection, place: Place) -> None:
    """Remove an object; one that is gone already is as good, when a list of the bucket says so too."""
    storage = connection.object_storage
    try:
        ask(f"delete {place}", lambda: storage.delete_object(place.namespace, place.bucket, place.name))
    except RequestError as problem:
        if problem.status != 404 or _listed(connection, place):
            raise


def _listed(connection: Connection, place: Place) -> bool:
    """The second witness: 404 also means "no permission"."""
    storage = connection.object_storage
    doing = f"look for {place}"
    arguments = {"prefix": place.name, "limit": 1}
    found = record(doing, lambda: storage.list_objects(place.namespace, place.bucket, **arguments), "objects")
    return any(item["name"] == place.name for item in found.data["objects"])


def _begin(connection: Connection, place: Place, total: int, size: int) -> tuple[str, dict[int, Sent]]:
    """An upload that was begun before with parts of this size, or a new one; and the parts it has."""
    storage = connection.object_storage
    args = (place.namespace, place.bucket)
    begun = pages(
        f"list the uploads of bucket {place.bucket}",
        lambda page: storage.list_multipart_uploads(*args, limit=LIST_PAGE, **at_page(page)),
        "uploadId",
        "object",
    )
    for upload_id in [str(item["uploadId"]) for item in begun if item["object"] == place.name]:
        known = _known_parts(connection, place, upload_id, total, size)
        if known is not None:
            return upload_id, known
        _abort(connection, place, upload_id)
    details = {"object": place.name, "contentType": "application/zip"}
    doing = f"begin the upload of {place}"
    made = record(doing, lambda: storage.create_multipart_upload(*args, details), "uploadId")
    return str(made.data["uploadId"]), {}


def _known_parts(connection: Connection, place: Place, upload_id: str, total: int, size: int) -> dict[int, Sent] | None:
    """The parts by number; None when they are of another size, and so from another division."""
    storage = connection.object_storage
    args = (place.namespace, place.bucket, place.name, upload_id)
    parts = pages(
        f"list the parts of {place}",
        lambda page: storage.list_multipart_upload_parts(*args, limit=LIST_PAGE, **at_page(page)),
        "partNumber",
        "size",
    )
    known: dict[int, Sent] = {}
    for part in parts:
        number = int(part["partNumber"])
        if int(part["size"]) != min(size, total - (number - 1) * size):
            return None
        known[number] = Sent(str(part["etag"]), str(part.get("md5") or ""))
    return known


def _abort(connection: Connection, place: Place, upload_id: str) -> None:
    storage = connection.object_storage
    ask(
        f"end an unfinished upload of {place}",
        lambda: storage.abort_multipart_upload(place.namespace, place.bucket, place.name, upload_id),
    )


def _send_missing(
    connection: Connection, place: Place, upload_id: str, archive: Archive, known: Mapping[int, Sent], watch: Watch
) -> dict[int, str]:
    """Send the parts that are not there with their bytes, a few at a time; returns their etags by number.

    The same size says nothing: a part may have been sent while its file was another one.
    """
    done: dict[int, str] = {}
    waiting: deque[tuple[int, Part, Future[str]]] = deque()
    size, stream = part_size(archive.size), archive.open()
    # The same few buffers all along: parts made anew would leave the heap in pieces, twice as large.
    free = deque(bytearray(min(size, archive.size)) for _ in range(WORKERS))
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        for number in range(1, -(-archive.size // size) + 1):
            watch.check()
            part = Part(free[0], stream, min(size, archive.size - (number - 1) * size))
            if number in known and known[number].md5 == part.md5():
                continue
            free.popleft()
            waiting.append((number, part, pool.submit(_sender(connection, place, upload_id, number, part))))
            if not free:
                free.append(_collect(waiting, done).buffer)
            watch.tell("uploading", (number - 1) * size + len(part), archive.size)
        while stream.read(MEBIBYTE):
            pass  # at its end an archive compares what it gave with what it promised
        while waiting:
            _collect(waiting, done)
    return done


def _collect(waiting: deque[tuple[int, Part, Future[str]]], done: dict[int, str]) -> Part:
    """Wait for the oldest part to be sent."""
    number, part, future = waiting.popleft()
    done[number] = future.result()
    return part


def _sender(connection: Connection, place: Place, upload_id: str, number: int, part: Part) -> Callable[[], str]:
    storage = connection.object_storage

    def send() -> str:
        reply = ask(
            f"upload part {number} of {place}",
            lambda: storage.upload_part(
                place.namespace, place.bucket, place.name, upload_id, number, part, content_length=str(len(part))
            ),
        )
        return reply.headers["etag"]

    return send


class Part(io.RawIOBase):
    """One part, read from the stream into a buffer that is lent to it; it can be sent again from its beginning."""

    def __init__(self, buffer: bytearray, stream: ArchiveStream, size: int) -> None:
        super().__init__()
        self.buffer = buffer
        self._content = memoryview(buffer)[:size]
        self._position = 0
        filled = 0
        while filled < size and (taken := stream.readinto(self._content[filled:])):
            filled += taken

    def __len__(self) -> int:
        return len(self._content)

    def md5(self) -> str:
        """Base64, as the service lists it."""
        return base64.b64encode(hashlib.md5(self._content, usedforsecurity=False).digest()).decode()

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Bytes read so far."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go there."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: len(self._content)}[whence]
        self._position = base + offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        """So many bytes, or all that are left; none at the end."""
        end = len(self._content) if size < 0 else self._position + size
        piece = bytes(self._content[self._position : end])
        self._position += len(piece)
        return piece
