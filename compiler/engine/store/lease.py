"""One process at a time reconciles a target: a lease in the store, renewed while it is held.

A lease is dead when its etag did not move for a whole time to live of the observer's own monotonic clock. Clocks of two
machines are never compared.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from compiler.diagnostics import CompilerError, failure
from compiler.engine.store.protocol import Changed, Store

KEY = "lease.json"
TTL = 90.0
"""Seconds."""


@dataclass(slots=True)
class Clock:
    """What time is measured and waited with."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def holder_name() -> str:
    """Who holds a lease: host, process, and the run of the CI where there is one."""
    github = filter(None, (os.environ.get("GITHUB_REPOSITORY"), os.environ.get("GITHUB_RUN_ID")))
    run = os.environ.get("CI_JOB_URL") or "/".join(github)
    return " ".join(filter(None, (f"{socket.gethostname()}:{os.getpid()}", run)))


@dataclass(slots=True)
class Lease:
    """A lease of this process."""

    store: Store
    holder: str
    origin: str
    ttl: float = TTL
    clock: Clock = field(default_factory=Clock)
    epoch: int = 0
    etag: str = ""
    renewed: float = 0.0

    def take(self, timeout: float, breaking: str = "", told: Callable[[], None] = lambda: None) -> None:
        """Wait for the lease, at most `timeout` seconds; `breaking` names a holder whose lease is taken at once.

        `told` is called whenever another lease is seen.
        Raises `CompilerError` MF780 when it is not free in time, MF782 when its holder works for another repository.
        """
        deadline, seen, since = self.clock.now() + timeout, "", self.clock.now()
        while not self._attempt(seen if self.clock.now() - since >= self.ttl else "", breaking):
            known = self.store.read(KEY)
            etag, other = (known[1], _parsed(known[0])) if known else ("", {})
            if other.get("origin") and self.origin and other["origin"] != self.origin:
                raise failure("MF782", f"'{other['origin']}' reconciles this target, this is '{self.origin}'")
            if etag != seen:
                seen, since = etag, self.clock.now()
                told()
            if self.clock.now() > deadline:
                raise failure("MF780", f"{other.get('holder', 'another process')} holds the lease of this target")
            self.clock.sleep(min(1.0, self.ttl / 10))

    def renew(self) -> bool:
        """Extend the lease; False when another process has taken it."""
        before = self.clock.now()
        try:
            self.etag = self.store.write(KEY, self._content(), if_match=self.etag)
        except Changed:
            self.etag = ""
            return False
        self.renewed = before
        return True

    @property
    def held(self) -> bool:
        """Whether changes may begin: the lease was renewed within two thirds of its time to live."""
        return bool(self.etag) and self.clock.now() - self.renewed < self.ttl * 2 / 3

    def release(self) -> None:
        """Give the lease back, unless another process has it."""
        if self.etag:
            with suppress(Changed):
                self.store.delete(KEY, self.etag)
            self.etag = ""

    def _attempt(self, dead: str, breaking: str) -> bool:
        """Take a lease that is free, dead or to be broken."""
        before = self.clock.now()
        known = self.store.read(KEY)
        try:
            if known is None:
                self.epoch += 1
                self.etag = self.store.write(KEY, self._content(), if_absent=True)
            else:
                content, etag = known
                broken = bool(breaking) and _parsed(content).get("holder") == breaking
                if not broken and etag != dead:
                    return False
                self.epoch = int(_parsed(content).get("epoch", 0)) + 1
                self.etag = self.store.write(KEY, self._content(), if_match=etag)
        except Changed:
            return False
        self.renewed = before
        return True

    def _content(self) -> bytes:
        # The nonce gives every renewal another etag, wherever that is a digest of the content.
        nonce = os.urandom(8).hex()
        known = {"holder": self.holder, "origin": self.origin, "epoch": self.epoch, "ttl": self.ttl, "nonce": nonce}
        return json.dumps(known).encode()


@contextmanager
def renewing(lease: Lease) -> Iterator[Lease]:
    """Renew the lease in the background, and give it back in the end."""
    stop = threading.Event()
    thread = threading.Thread(target=_renew_until, args=(lease, stop), name="lease", daemon=True)
    thread.start()
    try:
        yield lease
    finally:
        stop.set()
        thread.join(timeout=5)
        lease.release()


def _renew_until(lease: Lease, stop: threading.Event) -> None:
    while not stop.wait(lease.ttl / 3):
        try:
            if not lease.renew():
                return
        except CompilerError:
            continue  # the store did not answer: `held` turns false when that lasts


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
