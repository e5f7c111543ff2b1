"""The embedded OCI on a loopback port, for clients in other processes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, BinaryIO, TypeAlias, cast

from compiler.localcloud.application import LocalCloud
from compiler.localcloud.http.errors import ServiceError
from compiler.localcloud.http.faults import ConnectionDroppedError
from compiler.localcloud.http.messages import Request, Response, json_response

DEFAULT_PORT = 8600
HOSTS = ("127.0.0.1", "localhost")
IDLE_SECONDS = 120
MAX_DISCARDED_BYTES = 64 << 20

_LENGTH = re.compile(r"[0-9]{1,18}")
_CHUNK = re.compile(rb"[0-9A-Fa-f]{1,15}")

Application: TypeAlias = Callable[[Request], Response]


class LocalServer(ThreadingHTTPServer):
    """A server of `application` (console included) for the opened store `cloud`.

    Raises OSError when the port is taken; port 0 picks a free one.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, cloud: LocalCloud, application: Application, port: int = DEFAULT_PORT) -> None:
        self.application = application
        self.cloud = cloud
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        """What clients take as their service endpoint."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def service_actions(self) -> None:
        """Twice a second: what falls due is done even when nobody asks."""
        self.cloud.settle()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "manifact-local"
    sys_version = ""
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one packet: otherwise delayed acknowledgements cost 40 ms a call
    server: LocalServer

    def do_any(self) -> None:
        """Answer one request."""
        try:
            body = self._body()
            headers = {name.lower(): value for name, value in self.headers.items()}
            response = self._respond(Request(self.command, self.path, headers, body))
            self._discard(body)
        except ServiceError as error:  # where this request ends is not known: nothing more is read
            self.close_connection = True
            response = _error(error)
        except (ConnectionDroppedError, ConnectionResetError, TimeoutError):
            self.close_connection = True
            return
        self._answer(response)

    def _respond(self, request: Request) -> Response:
        try:
            check_origin(request)
            return self.server.application(request)
        except ServiceError as error:
            return _error(error)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_any  # noqa: N815 - names of the base class

    def handle_expect_100(self) -> bool:
        """Say "go on" now: the client waits for it before it sends the body."""
        proceed = super().handle_expect_100()
        self.wfile.flush()
        return proceed

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - name of the base class
        """Say nothing: what happened is in work requests and logs."""

    def _answer(self, response: Response) -> None:
        try:
            self.send_response(response.status)
            for name, value in response.headers.items():
                self.send_header(name, value)
            if self.close_connection:
                self.send_header("connection", "close")
            self.end_headers()
            for chunk in response.body:
                self.wfile.write(chunk)
            self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _body(self) -> BinaryIO | None:
        """The body. Raises `ServiceError` where readers of HTTP differ in where it ends (RFC 9112, sections 3.2, 6)."""
        hosts, lengths, codings = (
            self.headers.get_all(name, []) for name in ("host", "content-length", "transfer-encoding")
        )
        if len(hosts) != 1:
            raise _malformed(f"The request has {len(hosts)} Host headers")
        if codings:
            if lengths or [coding.strip().lower() for coding in codings] != ["chunked"]:
                raise _malformed("Transfer-Encoding must be 'chunked', and then there is no Content-Length")
            return cast("BinaryIO", io.BufferedReader(ChunkedBody(self.rfile)))
        if len(lengths) > 1 or not all(_LENGTH.fullmatch(length) for length in lengths):
            raise _malformed("Content-Length must be one decimal number")
        length = int(lengths[0]) if lengths else 0
        return cast("BinaryIO", io.BufferedReader(SizedBody(self.rfile, length))) if length else None

    def _discard(self, body: BinaryIO | None) -> None:
        """Take in what the application left unread, or the next request would begin in the middle of it."""
        left = MAX_DISCARDED_BYTES
        while body is not None and left > 0:
            chunk = body.read(min(left, 1 << 20))
            if not chunk:
                return
            left -= len(chunk)
        self.close_connection = self.close_connection or body is not None


class SizedBody(io.RawIOBase):
    """The next `length` bytes of a connection."""

    def __init__(self, source: io.BufferedIOBase, length: int) -> None:
        super().__init__()
        self._source = source
        self._left = length

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer; 0 at the end of the body or of the connection."""
        taken = self._source.readinto(memoryview(buffer)[: self._left]) if self._left else 0
        self._left -= taken
        return taken


class ChunkedBody(io.RawIOBase):
    """A body in chunks (RFC 9112, section 7.1); trailers are dropped."""

    def __init__(self, source: io.BufferedIOBase) -> None:
        super().__init__()
        self._source = source
        self._left = 0
        self._ended = False

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer from the current chunk; 0 after the last one. Raises ServiceError for what is no chunk."""
        if self._left == 0 and not self._ended:
            self._next_chunk()
        if self._ended:
            return 0
        taken = self._source.readinto(memoryview(buffer)[: self._left])
        self._left -= taken
        if not taken or (self._left == 0 and self._source.read(2) != b"\r\n"):
            raise _malformed("A chunk of the body does not have the length that it says")
        return taken

    def _next_chunk(self) -> None:
        size = self._source.readline(128).partition(b";")[0].rstrip()
        if not _CHUNK.fullmatch(size):
            raise _malformed("The chunked body is malformed")
        self._left = int(size, 16)
        if self._left == 0:
            self._ended = True
            while self._source.readline(1024).strip():
                pass


def _malformed(message: str) -> ServiceError:
    return ServiceError(400, "CannotParseRequest", message)


def _error(error: ServiceError) -> Response:
    return json_response({"code": error.code, "message": error.message}, status=error.status)


def check_origin(request: Request) -> None:
    """Refuse web pages from elsewhere, and other names that resolve to this machine."""
    host = request.headers.get("host", "")
    name, colon, port = host.rpartition(":")
    if (name if colon and port.isdecimal() else host) not in HOSTS:
        raise ServiceError(403, "NotAllowed", f"The host {host} is not this machine's loopback address")
    origin = request.headers.get("origin")
    if origin is not None and origin != f"http://{host}":
        raise ServiceError(403, "NotAllowed", f"The origin {origin} may not call the embedded OCI")
