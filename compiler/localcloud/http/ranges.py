"""Stored bytes as responses: HEAD, GET, and GET of a range (RFC 9110, section 14; one range)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from compiler.localcloud.http.errors import ServiceError
from compiler.localcloud.http.messages import Request, Response
from compiler.localcloud.store.blobs import Blobs

_RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z")


def content_response(
    request: Request, blobs: Blobs, segments: Sequence[tuple[str, int]], headers: Mapping[str, str]
) -> Response:
    """The bytes of `segments` (blob name and size of each), or the range of them that the request asks for."""
    size = sum(length for _, length in segments)
    head = {"accept-ranges": "bytes", **headers}
    span = _span(request.headers.get("range"), size)
    if span is None or request.method == "HEAD":
        start, length, status = 0, size, 200
    else:
        start, length, status = *span, 206
        head["content-range"] = f"bytes {start}-{start + length - 1}/{size}"
    head["content-length"] = str(length)
    body = () if request.method == "HEAD" else blobs.read(segments, start, length)
    return Response(status, head, body)


def _span(text: str | None, size: int) -> tuple[int, int] | None:
    match = _RANGE.match(text or "")
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        length = min(int(last), size)
        return size - length, length
    end = min(int(last), size - 1) if last else size - 1
    if int(first) > end:
        raise ServiceError(416, "InvalidRange", f"The range {text} lies outside of the {size} bytes there are")
    return int(first), end - int(first) + 1
