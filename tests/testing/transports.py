"""Transports before the one of the SDK's clients: requests that are cut off, go wrong, or are refused."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from oci._vendor.requests import Response
from oci._vendor.requests.exceptions import ConnectionError as NoConnection

from testing.lab import Lab


class PowerCut(BaseException):
    """The process is gone, in mid-air."""


@dataclass
class Cutting:
    """A transport that ends at its n-th request: before it is sent, or after the service has done it."""

    inner: Any
    at: int
    after: bool
    cut: Callable[[], None]
    count: int = 0
    seen: list[str] = field(default_factory=list)
    lock: Any = field(default_factory=threading.Lock)

    def send(self, request: Any, **options: Any) -> Any:
        with self.lock:  # parts of a large artifact are sent in parallel
            self.count += 1
            mine = self.count == self.at
            self.seen.append(f"{request.method} {request.path_url}")
        if mine and not self.after:
            self.cut()
        answer = self.inner.send(request, **options)
        if mine and self.after:
            self.cut()
        return answer

    def close(self) -> None:
        self.inner.close()


def power_cut() -> None:
    raise PowerCut


def cut_at(lab: Lab, at: int, *, after: bool, cut: Callable[[], None] = power_cut) -> Cutting:
    """Have the power go at the n-th request from now on."""
    cutting = Cutting(None, at, after, cut)
    mount(lab, cutting)
    return cutting


def mount(lab: Lab, transport: Any) -> None:
    """Put a transport before the one that both clients share."""
    for client in (lab.connection.data_science, lab.connection.object_storage):
        session = client.base_client.session
        transport.inner = session.adapters["http://"]
        session.adapters["http://"] = transport


def unmount(lab: Lab, transport: Any) -> None:
    """Take a transport away again."""
    for client in (lab.connection.data_science, lab.connection.object_storage):
        client.base_client.session.adapters["http://"] = transport.inner


@dataclass
class Faulty:
    """A transport on which requests from the n-th on go wrong, `times` of them."""

    inner: Any
    at: int
    fault: str
    times: int = 1
    count: int = 0

    def send(self, request: Any, **options: Any) -> Any:
        self.count += 1
        if not self.at <= self.count < self.at + self.times:
            return self.inner.send(request, **options)
        if self.fault == "answer lost":
            self.inner.send(request, **options)
            raise NoConnection("the answer was lost")
        if self.fault == "no connection":
            raise NoConnection("there is no network")
        return refusal(request, *self.fault.split())

    def close(self) -> None:
        self.inner.close()


def refusal(request: Any, status: str, code: str) -> Any:
    """An answer of the service that says no."""
    answer = Response()
    answer.status_code = int(status)
    answer.headers.update({"content-type": "application/json"})
    answer.raw = io.BytesIO(json.dumps({"code": code, "message": "injected"}).encode())
    answer.url, answer.request = request.url, request
    return answer


def fail_at(lab: Lab, at: int, fault: str, times: int = 1) -> Faulty:
    """Have requests go wrong from the n-th on."""
    faulty = Faulty(None, at, fault, times)
    mount(lab, faulty)
    return faulty


@dataclass
class Refusing:
    """A transport that may not do what has `path` in its address."""

    inner: Any
    path: str | None
    reads: bool = False
    """Whether it may not be read either."""

    def send(self, request: Any, **options: Any) -> Any:
        read = request.method == "GET" and not self.reads
        if self.path is None or self.path not in request.path_url or read:
            return self.inner.send(request, **options)
        return refusal(request, "404", "NotAuthorizedOrNotFound")

    def close(self) -> None:
        self.inner.close()


def refuse(lab: Lab, path: str) -> Refusing:
    """Have some requests refused for lack of permission."""
    refusing = Refusing(None, path)
    mount(lab, refusing)
    return refusing
