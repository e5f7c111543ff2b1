"""The process that stands for one deployment: it owns the port, starts the workers, and replaces those that end.

It never loads user code. It follows `desired.json` of its folder and ends when that says so, or when it is gone. One in
the foreground of a command is handed its socket, and ends with its owner.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import shutil
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from compiler.serving.extraction import ArtifactError, unpack
from compiler.serving.history import History
from compiler.serving.isolation.result import NONE, Isolation
from compiler.serving.protocol import (
    METRICS,
    WORKER_LOG,
    Desired,
    Status,
    read_desired,
    read_status,
    start_ticks,
    write_json,
    write_status,
)
from compiler.serving.release import Release
from compiler.serving.sandbox import hide_memory
from compiler.serving.workers import Worker

POLL_SECONDS = 0.1
STOP_SECONDS = 5.0
BACKLOG = 1024
SILENT_SECONDS = 10.0
"""How long a worker may say nothing beyond the longest call: one that does not let go of the interpreter is mute."""
FIRST_DELAY = 0.2
LONGEST_DELAY = 30.0
CRASH_WINDOW = 120.0
CRASHES_TO_DEGRADE = 3
METRICS_SECONDS = 1.0
MAX_LOG_BYTES = 32 << 20

logger = logging.getLogger("supervisor")


class Supervisor:
    """The loop of one supervisor process.

    `owner` is the reading end of a pipe whose other end the owner holds and never writes to: however the owner ends,
    even killed, the pipe does, and with it the server and its folder.
    """

    def __init__(self, folder: Path, listener: socket.socket, owner: int | None = None) -> None:
        self._folder = folder
        self._listener = listener
        self._owner: list[socket.socket | int] = [] if owner is None else [owner]
        self._serving: Release | None = None
        self._candidate: Release | None = None
        self._leaving: list[Worker] = []
        self._stuck: list[Worker] = []
        self._generation = 0
        self._crashes: list[float] = []
        self._next_start = 0.0
        self._status: Status | None = None
        self._next_metrics = 0.0
        self._history = History()
        self._stopped = False
        self._abandoned = False
        self._replacing = False

    def run(self) -> None:
        """Serve until told to stop, until the folder is gone, or until nothing can be served."""
        signal.signal(signal.SIGTERM, self._on_signal)
        shutil.rmtree(self._folder / "releases", ignore_errors=True)
        while not self._stopped:
            desired = read_desired(self._folder)
            if desired is None or not desired.running:
                break
            if desired.generation > self._generation:
                self._begin(desired)
            if self._serving is None and self._candidate is None:
                break
            self._wait()
            self._promote()
            self._mend()
            self._reap_leaving()
            self._publish_metrics()
        self._finish()

    def _on_signal(self, *_: object) -> None:
        self._stopped = True

    def _begin(self, desired: Desired) -> None:
        self._generation, self._replacing = desired.generation, False
        self._drop_candidate()
        release = Release(self._folder, desired, self._listener)
        self._say("starting")
        try:
            unpack([Path(part) for part in desired.archive], release.directory)
        except (ArtifactError, OSError) as problem:
            self._say("failed", str(problem))
            return
        self._candidate = release
        for _ in range(desired.workers):
            release.start_worker()

    def _wait(self) -> None:
        talking = [worker for worker in self._workers() if not worker.silent]
        channels: list[socket.socket | int] = [worker.channel for worker in talking]
        ready, _, _ = select.select(channels + self._owner, [], [], POLL_SECONDS)
        if any(owner in ready for owner in self._owner):
            self._stopped = self._abandoned = True
            self._owner.clear()
        for worker in talking:
            if worker.channel in ready:
                worker.listen()

    def _promote(self) -> None:
        candidate = self._candidate
        problem = candidate.problem() if candidate is not None else ()
        if problem:
            isolation = self._isolation()
            self._drop_candidate()
            self._say("failed", *problem, isolation=isolation)
        elif candidate is not None and candidate.is_ready():
            former, self._serving, self._candidate = self._serving, candidate, None
            self._crashes.clear()
            self._replacing = True
            for worker in former.workers if former is not None else []:
                worker.drain()
                self._leaving.append(worker)
        if self._replacing and all(worker.is_closed() for worker in self._leaving):
            self._replacing = False
            self._say("ready")

    def _mend(self) -> None:
        release = self._serving
        if release is None:
            return
        longest = release.desired.predict_seconds + SILENT_SECONDS
        for worker in list(release.workers):
            if worker.has_ended() or worker.state == "failed":
                self._lose(release, worker)
            elif worker.state == "ready" and time.monotonic() - worker.heard > longest:
                worker.errors = (f"The worker did not respond for {longest:.0f} s",)
                self._lose(release, worker)
            elif worker.state == "stuck":
                release.workers.remove(worker)
                self._stuck.append(worker)
        missing = release.desired.workers - len(release.workers)
        if missing > 0 and time.monotonic() >= self._next_start:
            release.start_worker()
        if release.is_ready():
            self._release_stuck()
        if self._candidate is None and self._is_degraded() and release.is_ready():
            self._say("ready")

    def _release_stuck(self) -> None:
        """Let go of the workers that lost a thread to a call, now that others have come up in their place."""
        for worker in self._stuck:
            worker.drain()
        self._leaving += self._stuck
        self._stuck.clear()

    def _lose(self, release: Release, worker: Worker) -> None:
        release.workers.remove(worker)
        worker.close()
        now = time.monotonic()
        self._crashes = [moment for moment in self._crashes if now - moment < CRASH_WINDOW] + [now]
        self._next_start = now + min(LONGEST_DELAY, FIRST_DELAY * 2 ** (len(self._crashes) - 1))
        lines = worker.errors or (worker.describe_end(),)
        logger.warning("a worker was lost: %s", lines[-1])
        if len(self._crashes) >= CRASHES_TO_DEGRADE and self._candidate is None:
            self._say("degraded", *lines)

    def _is_degraded(self) -> bool:
        return self._status is not None and self._status.state == "degraded"

    def _reap_leaving(self) -> None:
        for worker in list(self._leaving):
            if worker.has_ended() or worker.is_overdue():
                self._leaving.remove(worker)
                worker.close()
        if not self._leaving and self._serving is not None and self._candidate is None:
            _remove_other_releases(self._serving.directory)

    def _drop_candidate(self) -> None:
        if self._candidate is not None:
            for worker in self._candidate.workers:
                worker.close()
        self._candidate = None

    def _finish(self) -> None:
        self._drop_candidate()
        self._listener.close()
        for worker in self._workers():
            worker.drain(STOP_SECONDS)
        while (workers := self._workers()) and not all(w.has_ended() or w.is_overdue() for w in workers):
            self._wait()
        for worker in self._workers():
            worker.close()
        shutil.rmtree(self._folder if self._abandoned else self._folder / "releases", ignore_errors=True)

    def _workers(self) -> list[Worker]:
        releases = [release for release in (self._serving, self._candidate) if release is not None]
        return [worker for release in releases for worker in release.workers] + self._leaving + self._stuck

    def _say(self, state: str, *errors: str, isolation: Isolation | None = None) -> None:
        logger.info("generation %d: %s", self._generation, state)
        port, pid = self._listener.getsockname()[1], os.getpid()
        isolation = isolation or self._isolation()
        self._status = Status(self._generation, state, port, pid, start_ticks(pid) or 0, errors, isolation)
        with contextlib.suppress(FileNotFoundError):
            write_status(self._folder, self._status)

    def _isolation(self) -> Isolation:
        """What holds for every worker that has told it."""
        told = [worker.isolation for worker in self._workers() if worker.isolation is not None]
        return Isolation(*(all(aspect) for aspect in zip(*told, strict=True))) if told else NONE

    def _publish_metrics(self) -> None:
        if time.monotonic() < self._next_metrics or self._serving is None:
            return
        self._next_metrics = time.monotonic() + METRICS_SECONDS
        log = self._folder / WORKER_LOG
        with contextlib.suppress(FileNotFoundError):  # the folder may go at any time, and we with it
            if log.stat().st_size > MAX_LOG_BYTES:
                os.truncate(log, 0)  # workers append, so they go on at the start
            write_json(self._folder / METRICS, self._metrics(self._serving))

    def _metrics(self, release: Release) -> dict[str, Any]:
        reporting = [worker for worker in release.workers if worker.metrics]
        self._history.note(time.time(), [(worker.pid, worker.metrics) for worker in reporting])
        example = min((worker.example for worker in reporting if worker.example), key=len, default=None)
        return {
            "workers": [worker.metrics for worker in reporting],
            "history": self._history.slices(),
            "example": example,
        }


def main() -> int:
    """`supervisor <folder>`: started by `control.Server.launch`, which has taken the folder's lock for us.

    `supervisor <folder> <descriptor of the socket>`: started by `foreground.running`, with the owner's pipe as its
    standard input.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    hide_memory()
    folder, *descriptor = sys.argv[1:]
    if descriptor:
        supervisor = Supervisor(Path(folder), socket.socket(fileno=int(descriptor[0])), owner=sys.stdin.fileno())
    else:
        supervisor = Supervisor(Path(folder), _listen(Path(folder)))
    supervisor.run()
    return 0


def _listen(folder: Path) -> socket.socket:
    status = read_status(folder)
    for port in (status.port if status is not None else 0, 0):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            listener.close()
            continue
        listener.listen(BACKLOG)
        return listener
    raise OSError("no loopback port is free")


def _remove_other_releases(current: Path) -> None:
    for other in current.parent.iterdir():
        if other != current:
            shutil.rmtree(other, ignore_errors=True)
