"""A zip uploaded in parallel parts while it is made, and resumed after a crash."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.errors import RequestError
from compiler.cloud.connect.responses import at_page, pages, record, send
from compiler.cloud.connect.watch import WaitOptions
from compiler.cloud.objectstorage.objects import LIST_PAGE, MEBIBYTE, Place, object_size
from compiler.cloud.objectstorage.part import Part
from compiler.cloud.objectstorage.zip_body import ZipBody
from compiler.diagnostics import CompilerError

LEAST_PART = 10 * MEBIBYTE
"""The service takes no smaller ones but the last (OCI docs: Object Storage, multipart uploads), and small parts keep
memory low: WORKERS of them are held at a time."""
MOST_PARTS = 9_000
"""The service takes 10,000 (OCI docs: Object Storage, multipart uploads)."""
WORKERS = 3


class Sent(NamedTuple):
    """A part that the service has."""

    etag: str
    md5: str
    """Base64."""


def upload(connection: Connection, place: Place, archive: ZipBody, watch: WaitOptions) -> None:
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
    send(
        f"put {place} together",
        lambda: storage.commit_multipart_upload(
            place.namespace, place.bucket, place.name, upload_id, {"partsToCommit": parts}
        ),
    )


def part_size(total: int) -> int:
    """Bytes of each part but the last: whole mebibytes, the same for the same total."""
    return max(LEAST_PART, -(-total // MOST_PARTS // MEBIBYTE) * MEBIBYTE)


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
    send(
        f"end an unfinished upload of {place}",
        lambda: storage.abort_multipart_upload(place.namespace, place.bucket, place.name, upload_id),
    )


def _send_missing(
    connection: Connection,
    place: Place,
    upload_id: str,
    archive: ZipBody,
    known: Mapping[int, Sent],
    watch: WaitOptions,
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
            watch.report("uploading", (number - 1) * size + len(part), archive.size)
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

    def upload_part() -> str:
        reply = send(
            f"upload part {number} of {place}",
            lambda: storage.upload_part(
                place.namespace, place.bucket, place.name, upload_id, number, part, content_length=str(len(part))
            ),
        )
        return reply.headers["etag"]

    return upload_part
