"""A request that is known to work: the smallest of those that the model answered first."""

from __future__ import annotations

import contextlib

MAX_EXAMPLE_BYTES = 16_384
_CONSIDERED = 100
"""Answers that are looked at. The smoke test comes first, and sends golden rows one by one."""


class Example:
    """Keeps one request; nothing of what comes later than the first hundred answers."""

    def __init__(self) -> None:
        self.request: str | None = None
        self._left = _CONSIDERED

    def consider(self, body: bytes, status: int) -> None:
        """Take note of a JSON request and the status of its answer."""
        if self._left <= 0 or status != 200:
            return
        self._left -= 1
        if len(body) <= MAX_EXAMPLE_BYTES and (self.request is None or len(body) < len(self.request.encode())):
            with contextlib.suppress(UnicodeDecodeError):  # JSON may come as UTF-16, which is not worth showing
                self.request = body.decode("utf-8")
