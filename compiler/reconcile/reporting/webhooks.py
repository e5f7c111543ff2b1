"""Transitions sent to receivers of the project file, signed, beside the turn."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import urlsplit

TIMEOUT = 5.0
TRIES = 3
MOST_WAITING = 1000
Connect: TypeAlias = Callable[[str], http.client.HTTPConnection]
"""A connection to a host (and port)."""


def _https(host: str) -> http.client.HTTPConnection:
    return http.client.HTTPSConnection(host, timeout=TIMEOUT)


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where to send what."""

    url: str
    key: str = field(repr=False)
    types: tuple[str, ...] = ()
    """Types of conditions; none: all."""


def signature(key: str, moment: str, body: bytes) -> str:
    """HMAC-SHA256 over time and body, as the header `manifact-signature` has it."""
    return hmac.new(key.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


class Sender:
    """A thread that sends; a receiver that hangs holds up no turn."""

    def __init__(self, connect: Connect = _https, sleep: Callable[[float], None] = time.sleep) -> None:
        self.dropped = 0
        self._connect, self._sleep = connect, sleep
        self._waiting: queue.Queue[tuple[Receiver, Mapping[str, Any]] | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        self._thread.start()

    def send(self, receivers: Sequence[Receiver], events: Sequence[Mapping[str, Any]]) -> None:
        """Queue the events for the receivers that want them; what does not fit is counted as dropped."""
        for receiver in receivers:
            for event in events:
                if receiver.types and event["type"] not in receiver.types:
                    continue
                try:
                    self._waiting.put_nowait((receiver, event))
                except queue.Full:
                    self.dropped += 1

    def close(self, timeout: float = TIMEOUT) -> None:
        """Send what is queued, for a little while."""
        try:
            self._waiting.put_nowait(None)
        except queue.Full:
            return
        self._thread.join(timeout)

    def _run(self) -> None:
        while (item := self._waiting.get()) is not None:
            receiver, event = item
            body = json.dumps(event, sort_keys=True).encode()
            if not any(self._delivered(receiver, body, number) for number in range(TRIES)):
                self.dropped += 1

    def _delivered(self, receiver: Receiver, body: bytes, number: int) -> bool:
        if number:
            self._sleep(float(2**number))
        url, moment = urlsplit(receiver.url), str(int(time.time()))
        headers = {
            "content-type": "application/json",
            "manifact-time": moment,
            "manifact-signature": signature(receiver.key, moment, body),
        }
        connection = self._connect(url.netloc)
        try:
            connection.request("POST", url.path or "/", body, headers)
            # A redirect is not followed: the receiver is the one that the project file names.
            return 200 <= connection.getresponse().status < 300
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
