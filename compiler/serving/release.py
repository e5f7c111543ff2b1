"""One generation that a supervisor serves."""

from __future__ import annotations

import socket
import time
from pathlib import Path

from compiler.serving.protocol import Desired
from compiler.serving.workers import Worker


class Release:
    """One generation being served: its unpacked artifact and its workers."""

    def __init__(self, folder: Path, desired: Desired, listener: socket.socket) -> None:
        self.desired = desired
        self.directory = folder / "releases" / str(desired.generation)
        self.workers: list[Worker] = []
        self._folder = folder
        self._listener = listener

    def start_worker(self) -> None:
        """Add a worker."""
        self.workers.append(Worker(self._folder, self.directory, self.desired, self._listener))

    def is_ready(self) -> bool:
        """Whether every worker serves."""
        return len(self.workers) == self.desired.workers and all(worker.state == "ready" for worker in self.workers)

    def problem(self) -> tuple[str, ...]:
        """Why this generation cannot come up; empty as long as it still may."""
        for worker in self.workers:
            if worker.state == "failed":
                return worker.errors
            if worker.has_ended():
                worker.close()
                return (worker.describe_end(),)
            if time.monotonic() - worker.started > self.desired.start_seconds and worker.state == "starting":
                return (f"Loading the model took more than {self.desired.start_seconds:.0f} s",)
        return ()
