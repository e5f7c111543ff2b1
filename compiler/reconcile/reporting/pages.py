"""`/metrics`, `/healthz` and `/readyz` of the loop; it answers no other host than its own."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from compiler.diagnostics import failure

TIMEOUT = 5.0


@contextmanager
def serving(address: str, metrics: Callable[[], str], ready: Callable[[], bool]) -> Iterator[int]:
    """Serve the pages at `HOST:PORT` meanwhile; the port that was taken. Raises MF916 and MF900 (as OSError)."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise failure("MF916", f"'{address}' is not HOST:PORT")
    server = ThreadingHTTPServer((host, int(port)), _handler(host, metrics, ready))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def _handler(host: str, metrics: Callable[[], str], ready: Callable[[], bool]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = TIMEOUT
        server_version, sys_version = "manifact", ""

        def do_GET(self) -> None:
            if not _is_own(self.headers.get("host", ""), host):
                self._answer(421, "this server does not answer for that host\n")
            elif self.path == "/metrics":
                self._answer(200, metrics())
            elif self.path == "/healthz":
                self._answer(200, "alive\n")
            elif self.path == "/readyz":
                self._answer(*((200, "ready\n") if ready() else (503, "no turn ended lately\n")))
            else:
                self._answer(404, "there is /metrics, /healthz and /readyz\n")

        def _answer(self, status: int, text: str) -> None:
            content = text.encode()
            self.send_response(status)
            self.send_header("content-type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Requests are not logged."""

    return Handler


def _is_own(header: str, host: str) -> bool:
    """Whether a Host header names this server: the listening host, localhost, or an address of a network."""
    name = header.rpartition(":")[0] if header.rpartition(":")[2].isdecimal() and ":" in header else header
    name = name.strip("[]")
    if name in (host, "localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or host in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
