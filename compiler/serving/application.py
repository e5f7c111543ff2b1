"""The ASGI application of a worker: OCI's data plane around one `predict`.

`predict` runs in a thread of its own, so that the event loop stays free to answer health checks and to refuse what is
too large.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from compiler.serving.example import Example
from compiler.serving.openapi.pages import Description
from compiler.serving.predict_thread import MAX_SECONDS, Answers, PredictThread
from compiler.serving.scoring import Answer, error

MAX_BODY_BYTES = 10 * 1024 * 1024  # OCI docs: model-dep-invoke, payload size limit
MAX_DISCARDED_BYTES = 8 * MAX_BODY_BYTES
HOSTS = ("127.0.0.1", "localhost", "[::1]")

Scope: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]


class Metrics:
    """Counts since the worker began; latencies in seconds."""

    def __init__(self) -> None:
        self.requests = 0
        self.errors = 0
        self.seconds = 0.0
        self.slowest = 0.0

    def count(self, answer: Answer, seconds: float) -> None:
        """Count one call."""
        self.requests += 1
        self.errors += answer.status >= 400
        self.seconds += seconds
        self.slowest = max(self.slowest, seconds)

    def snapshot(self) -> dict[str, float]:
        """The counts by name."""
        return {"requests": self.requests, "errors": self.errors, "seconds": self.seconds, "slowest": self.slowest}


class PredictApplication:
    """Answers `POST /predict`, `GET /health`, `GET /openapi.json`, and `GET /` with a page to try it.

    Each path also exists below `/<deployment>`. `description` holds the last two.
    """

    def __init__(
        self,
        score: Answers,
        deployment: str,
        description: Description,
        on_stuck: Callable[[], None],
        *,
        max_seconds: float = MAX_SECONDS,
    ) -> None:
        self._thread = PredictThread(score, on_stuck, max_seconds=max_seconds)
        # What is asked for as a stream is answered in one piece: score.py returns a value, not a stream.
        self._predict = tuple(
            f"{prefix}/{verb}" for prefix in ("", f"/{deployment}") for verb in ("predict", "predictWithResponseStream")
        )
        self._pages: dict[str, Callable[[], Answer]] = {
            f"{prefix}{path}": answer
            for prefix in ("", f"/{deployment}")
            for path, answer in (("/health", _ready), ("/openapi.json", self._document), ("/", self._page))
        }
        self._description = description
        self.example = Example()
        self.draining = False
        self.metrics = Metrics()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI's entry point."""
        if scope["type"] == "http":
            await self._respond(send, await self._answer(scope, receive))

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        headers = dict(scope["headers"])
        path, method = scope["path"], scope["method"]
        if is_foreign(headers) or [name for name, _ in scope["headers"]].count(b"host") != 1:
            return error(403, "NotAllowed", "Only programs on this machine may call this server")
        if path in self._pages and method in ("GET", "HEAD"):
            return self._pages[path]()
        if path not in self._predict:
            return error(404, "NotAuthorizedOrNotFound", "Authorization failed or requested resource not found")
        if method != "POST":
            return error(405, "MethodNotAllowed", f"{method} is not allowed here")
        began = time.perf_counter()
        answer = await self._score(headers, receive)
        self.metrics.count(answer, time.perf_counter() - began)
        return answer

    async def _score(self, headers: dict[bytes, bytes], receive: Receive) -> Answer:
        length = headers.get(b"content-length")
        if length is None:
            return error(411, "LengthRequired", "content-length is required")
        if int(length) > MAX_BODY_BYTES:
            await _discard(receive)
            return error(413, "PayloadTooLarge", f"The body must be at most {MAX_BODY_BYTES} bytes")
        body, content_type = await _read(receive), headers.get(b"content-type", b"").decode("latin-1")
        answer = await self._thread.ask(body, content_type)
        if content_type.startswith("application/json"):
            self.example.consider(body, answer.status)
        return answer

    def _document(self) -> Answer:
        return self._description.document(self.example.request)

    def _page(self) -> Answer:
        return self._description.page(self.example.request)

    async def _respond(self, send: Send, answer: Answer) -> None:
        length = str(len(answer.body)).encode()
        headers = [(b"content-type", answer.content_type), (b"content-length", length), *answer.headers]
        if self.draining or answer.status in (411, 413):
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})


def _ready() -> Answer:
    return Answer(200, b'{"status":"ready"}')


def is_foreign(headers: dict[bytes, bytes]) -> bool:
    """Whether a web page from elsewhere, or a name that resolves to this machine, is behind the request."""
    host = headers.get(b"host", b"").decode("latin-1")
    origin = headers.get(b"origin")
    if _name(host) not in HOSTS:
        return True
    return origin is not None and origin.decode("latin-1") != f"http://{host}"


def _name(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host


async def _read(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


async def _discard(receive: Receive) -> None:
    """Take in what a client sends before it listens, or it would see a reset instead of the answer."""
    taken, more = 0, True
    while more and taken < MAX_DISCARDED_BYTES:
        message = await receive()
        taken += len(message.get("body", b""))
        more = message.get("more_body", False)
