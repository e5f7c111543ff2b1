"""One answer of the service: raw JSON and headers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from compiler.cloud.connect.errors import translate_errors, unexpected_response

PAGE = 100
"""Items a page: the most that the Data Science lists give (SDK 2.189 docstring)."""


@dataclass(frozen=True, slots=True)
class Response:
    """JSON body (None when there is none) and headers in lower case."""

    data: Any
    headers: Mapping[str, str]

    @property
    def etag(self) -> str | None:
        """For if-match."""
        return self.headers.get("etag")

    @property
    def work_request(self) -> str | None:
        """OCID of the work request that carries on."""
        return self.headers.get("opc-work-request-id")


def send(doing: str, request: Callable[[], Any]) -> Response:
    """Send one request of the SDK; raises `RequestError` in which `doing` completes "could not …"."""
    with translate_errors(doing):
        response = request()
    headers = {str(name).lower(): str(value) for name, value in response.headers.items()}
    if headers.get("content-type", "").startswith("text/html"):
        raise unexpected_response(doing)
    return Response(response.data, headers)


def record(doing: str, request: Callable[[], Any], *fields: str) -> Response:
    """`send` for one mapping that has these fields; raises `RequestError` where something else came back."""
    reply = send(doing, request)
    if not _has(reply.data, fields):
        raise unexpected_response(doing)
    return reply


def pages(doing: str, request: Callable[[str | None], Any], *fields: str) -> Iterator[dict[str, Any]]:
    """All items of a paged list, mappings with these fields; `request` takes the page token.

    An answer of another form is a `RequestError`: read as "nothing is there", it would have everything made anew.
    """
    page: str | None = None
    while True:
        reply = send(doing, partial(request, page))
        if not isinstance(reply.data, list) or not all(_has(item, fields) for item in reply.data):
            raise unexpected_response(doing)
        yield from reply.data
        page = reply.headers.get("opc-next-page")
        if not page:
            return


def _has(item: Any, fields: Collection[str]) -> bool:
    return isinstance(item, Mapping) and all(item.get(name) is not None for name in fields)


def at_page(page: str | None) -> dict[str, Any]:
    """What a list request takes to go on at `page`; for the first, nothing."""
    return {"page": page} if page else {}


def if_match(etag: str | None) -> dict[str, str]:
    """What a change takes to be made only while the etag is still this one; without one, nothing."""
    return {"if_match": etag} if etag else {}
