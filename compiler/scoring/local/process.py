"""A worker process as the command sees it: started, asked batch by batch, ended with all that it started."""

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
from typing import Any

from compiler.diagnostics import CompilerError, failure
from compiler.scoring.local.frames import ClosedError, batch_bytes, batch_from, receive, send
from compiler.serving.isolation.result import NONE, Isolation
from compiler.serving.sandbox import environment, python_command

_LOG_BYTES = 4096
_END_SECONDS, _PAUSE = 2.0, 0.02


@dataclass(frozen=True, slots=True)
class WorkerOrders:
    """What every worker of a run is started with."""

    folder: Path
    """Its copy of the artifact."""
    home: Path
    log: Path
    spec: str
    """The `ScoringSpec` as JSON."""
    threads: int
    """Threads that numerical libraries may use."""
    require_isolation: bool
    mechanisms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """What a worker answered for one batch."""

    answers: Any
    """pyarrow RecordBatch, one entry a row."""
    refused: dict[int, str]
    """Row of the batch -> why it has no answer."""


class WorkerProcess:
    """One process with the model loaded. Use it as a context manager."""

    def __init__(self, orders: WorkerOrders) -> None:
        """Start it; `wait_until_ready` tells whether the model could be loaded."""
        self.isolation = NONE
        self._log = orders.log
        self._required = orders.require_isolation
        self._socket, theirs = socket.socketpair()
        variables = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(orders.threads))
        words = {"spec": orders.spec, "required": orders.require_isolation, "mechanisms": list(orders.mechanisms)}
        with theirs, orders.log.open("ab") as log:
            self._process = subprocess.Popen(
                python_command("compiler.scoring.local.worker", str(orders.folder), json.dumps(words)),
                stdin=theirs.fileno(),
                stdout=log,
                stderr=log,
                env=environment(orders.home, variables),
                cwd=orders.folder,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Raises `CompilerError` MF812 or MF810 when the model cannot be loaded, MF611 without required isolation."""
        header, _ = self._receive()
        self.isolation = Isolation(*(part is True for part in header["isolation"]))
        if self._required and not self.isolation.complete:
            missing = ", ".join(self.isolation.missing)
            raise failure("MF611", f"this machine cannot isolate a model's process: {missing}")
        header, _ = self._receive()
        if header.get("state") != "ready":
            raise _not_loaded(header)

    def score(self, batch: Any) -> Scored:
        """Have a batch answered. Raises `CompilerError` MF826 when the process ends, MF830 for unusable answers."""
        import pyarrow as pa

        try:
            send(self._socket, {}, batch_bytes(batch))
        except ClosedError:
            raise self._ended() from None
        header, body = self._receive()
        if header.get("state") == "wrong":
            raise failure("MF830", str(header.get("reason")))
        try:
            answers = batch_from(body)
            answers.validate(full=True)
            refused = {int(row): str(reason) for row, reason in header["refused"]}
        except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, StopIteration) as problem:
            raise failure("MF826", f"the worker process sent something else than answers: {problem!r}") from None
        if answers.num_rows != batch.num_rows:
            raise failure("MF826", f"the worker process answered {answers.num_rows} of {batch.num_rows} rows")
        return Scored(answers, refused)

    def kill(self) -> None:
        """End it, with everything it has started, at once; whoever waits for it is told so."""
        if self._process.returncode is None:  # once it is reaped, its id may be another's
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Let it end, which it does when nobody can ask any more; at the latest end it, then reap it."""
        self._socket.close()
        deadline = time.monotonic() + _END_SECONDS
        while not self._has_ended() and time.monotonic() < deadline:
            time.sleep(_PAUSE)
        self.kill()
        self._process.wait()

    def _has_ended(self) -> bool:
        """Whether it is gone. It is not reaped yet, so that its id still stands for its group."""
        if self._process.returncode is not None:
            return True
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def __enter__(self) -> WorkerProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _receive(self) -> tuple[dict[str, Any], bytearray]:
        try:
            return receive(self._socket)
        except (ClosedError, ValueError, MemoryError):
            raise self._ended() from None

    def _ended(self) -> CompilerError:
        self.kill()
        code = self._process.wait()
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        lines = self._log.read_bytes()[-_LOG_BYTES:].decode("utf-8", "replace").split("\n")
        last = next((line for line in reversed(lines) if line.strip()), "")
        return failure("MF826", f"a worker process {how}" + (f"; its last words: {last}" if last else ""))


def _not_loaded(header: dict[str, Any]) -> CompilerError:
    missing = header.get("missing")
    if missing:
        hint = f"pip install {missing}, or the library that it belongs to"
        return failure("MF810", f"the model needs the module {missing}, which this Python does not have", hint=hint)
    lines = header.get("lines") or ["no reason was given"]
    return failure("MF812", f"the model cannot be loaded: {lines[-1]}")
