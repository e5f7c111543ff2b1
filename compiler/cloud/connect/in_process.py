"""The SDK's requests handed to the embedded OCI within this process: no port, no daemon."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, cast

from oci._vendor.requests import PreparedRequest, Response
from oci._vendor.requests.adapters import BaseAdapter
from oci._vendor.requests.structures import CaseInsensitiveDict

from compiler.localcloud import LocalCloud
from compiler.localcloud.http.messages import Request
from compiler.localcloud.http.messages import Response as LocalResponse


class InProcessAdapter(BaseAdapter):  # type: ignore[misc]  # the SDK is not typed
    """A transport adapter of the SDK's vendored `requests` in front of an opened embedded OCI."""

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__()
        self._cloud = cloud

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,  # noqa: ARG002
        verify: Any = True,  # noqa: ARG002
        cert: Any = None,  # noqa: ARG002
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> Response:
        """Answer one prepared request."""
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        answer = self._cloud.handle(Request(str(request.method), request.path_url, headers, _body(request.body)))
        response = _response(request, answer)
        if not stream:
            _ = response.content  # read now, as a session does
        return response

    def close(self) -> None:
        """The store is closed by whoever opened it."""


class RawBody(io.RawIOBase):
    """The body of an answer as the file that `requests` reads."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        super().__init__()
        self._chunks = chunks
        self._rest = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer`; 0 at the end."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = chunk
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size

    def stream(self, amount: int, decode_content: bool = False) -> Iterator[bytes]:  # noqa: ARG002
        """The rest in pieces of at most `amount` bytes, as urllib3 has it."""
        while chunk := self.read(amount):
            yield chunk

    def release_conn(self) -> None:
        """There is no connection."""


def _response(request: PreparedRequest, answer: LocalResponse) -> Response:
    response = Response()
    response.status_code = answer.status
    response.headers = CaseInsensitiveDict(answer.headers)
    response.raw = RawBody(iter(answer.body))
    response.url = str(request.url)
    response.request = request
    response.encoding = "utf-8"
    return response


def _body(body: Any) -> BinaryIO | None:
    if body is None:
        return None
    if isinstance(body, str):
        body = body.encode()
    return cast("BinaryIO", io.BytesIO(body) if isinstance(body, bytes) else body)


def _text(value: str | bytes) -> str:
    """What arrives of a header that goes over a socket: `http.client` takes nothing beyond Latin-1."""
    return (value if isinstance(value, bytes) else value.encode("latin-1")).decode("latin-1")
