"""Worker processes as their supervisor sees them: one that loads and serves, and the set that serves one generation."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from compiler.serving.example import MAX_EXAMPLE_BYTES
from compiler.serving.isolation.result import Isolation
from compiler.serving.protocol import WORKER_LOG, Desired
from compiler.serving.sandbox import environment, python_command

DRAIN_SECONDS = 70.0  # a predict call may take 60 s


@dataclass(frozen=True, slots=True)
class Report:
    """What a worker said of itself: ready, or failed with the lines of its error."""

    state: str
    lines: tuple[str, ...] = ()


class Worker:
    """One process. It inherits the listening socket, and a channel on which it says how it is."""

    def __init__(self, folder: Path, release: Path, desired: Desired, listener: socket.socket) -> None:
        self.state = "starting"
        self.errors: tuple[str, ...] = ()
        self.started = time.monotonic()
        self.metrics: dict[str, float] = {}
        self.example: str | None = None
        """A request that it answered."""
        self.silent = False
        self.heard = time.monotonic()
        """When it said something last."""
        self.isolation: Isolation | None = None
        self._buffer = b""
        self._deadline: float | None = None
        self.channel, theirs = socket.socketpair()
        self.channel.setblocking(False)
        home = folder / "home"
        with theirs, (folder / WORKER_LOG).open("ab") as log:
            self._process = subprocess.Popen(
                _command(release, desired, listener),
                stdin=theirs.fileno(),
                stdout=log,
                stderr=log,
                env=environment(home, desired.environment),
                cwd=release,
                pass_fds=(listener.fileno(),),
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process id, which is also that of its group."""
        return self._process.pid

    def listen(self) -> None:
        """Take in what it said since."""
        try:
            received = self.channel.recv(65536)
        except BlockingIOError:
            return
        except ConnectionResetError:
            received = b""
        self.silent = not received
        self.heard = time.monotonic()
        *lines, self._buffer = (self._buffer + received).split(b"\n")
        for line in lines:
            self._take(json.loads(line))

    def is_closed(self) -> bool:
        """Whether it takes no new connections any more."""
        return self.state == "closed" or self.has_ended()

    def has_ended(self) -> bool:
        """Whether the process is gone. It is not reaped yet, so that its id still stands for its group."""
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.pid, how) is not None

    def drain(self, seconds: float = DRAIN_SECONDS) -> None:
        """Let it finish what it has begun and then end, within so many seconds."""
        self._deadline = time.monotonic() + seconds
        self.state = "draining"
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)

    def is_overdue(self) -> bool:
        """Whether draining takes too long."""
        return self._deadline is not None and time.monotonic() > self._deadline

    def kill(self) -> None:
        """End it and everything it has started, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """End and reap the process and its group, and give back the channel."""
        self.kill()
        self._process.wait()
        self.channel.close()

    def describe_end(self) -> str:
        """How the process ended, in words."""
        code = self._process.returncode
        if code is not None and code < 0:
            return f"The worker was killed by {signal.Signals(-code).name}"
        return f"The worker ended with exit code {code}"

    def _take(self, message: dict[str, object]) -> None:
        if self.isolation is None and isinstance(message.get("isolation"), list):
            # The first one counts: it comes before user code is loaded.
            self.isolation = Isolation(*message["isolation"])  # type: ignore[misc]
        elif message.get("state") in ("ready", "stuck", "closed"):
            self.state = str(message["state"])
        elif message.get("state") == "failed":
            lines = message.get("lines")
            self.state, self.errors = "failed", tuple(map(str, lines)) if isinstance(lines, list) else ()
        elif isinstance(message.get("metrics"), dict):
            self.metrics = message["metrics"]  # type: ignore[assignment]
            example = message.get("example")
            self.example = example if isinstance(example, str) and len(example) <= MAX_EXAMPLE_BYTES else None


def _command(release: Path, desired: Desired, listener: socket.socket) -> list[str]:
    orders = {
        "seconds": desired.predict_seconds,
        "network": desired.network,
        "required": desired.require_isolation,
        "mechanisms": list(desired.mechanisms),
    }
    arguments = (str(release), desired.deployment, str(listener.fileno()), json.dumps(orders))
    return python_command("compiler.serving.worker", *arguments)
