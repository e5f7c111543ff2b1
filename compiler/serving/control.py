"""The outside of a server: start its supervisor, tell it what to serve, ask how it is, stop it."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from compiler.serving.protocol import (
    LOCK,
    SUPERVISOR_LOG,
    Desired,
    Status,
    read_desired,
    read_status,
    start_ticks,
    write_desired,
)
from compiler.serving.sandbox import environment, python_command

TAIL_LINES = 20


class Server:
    """The server whose files lie in `folder`.

    A supervisor holds an exclusive lock on the folder's lock file as long as it lives. It inherits the lock, taken,
    from whoever launches it, so there is no moment at which two could start, and none at which a dead one looks alive.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def publish(self, desired: Desired) -> None:
        """Say what is to be served."""
        (self.folder / "logs").mkdir(parents=True, exist_ok=True, mode=0o700)
        write_desired(self.folder, desired)

    def replace_archive(self, archive: Sequence[str]) -> None:
        """Publish the next generation: the same settings with another artifact."""
        desired = read_desired(self.folder)
        if desired is not None and desired.running:
            self.publish(dataclasses.replace(desired, generation=desired.generation + 1, archive=archive))

    def published_generation(self) -> int:
        """The generation that was published last, 0 when there was none."""
        desired = read_desired(self.folder)
        return desired.generation if desired is not None and desired.running else 0

    def status(self) -> Status | None:
        """What the supervisor said last."""
        return read_status(self.folder)

    def is_alive(self) -> bool:
        """Whether a supervisor runs."""
        try:
            descriptor = os.open(self.folder / LOCK, os.O_RDONLY)
        except (FileNotFoundError, NotADirectoryError):
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            return False
        finally:
            os.close(descriptor)

    def launch(self) -> bool:
        """Start a supervisor unless one runs; it outlives this process. Raises OSError when none can be started."""
        descriptor = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._spawn(descriptor)
        except BlockingIOError:
            return False
        finally:
            os.close(descriptor)
        return True

    def request_stop(self) -> None:
        """Ask for the end; the supervisor sees it within a moment."""
        desired = read_desired(self.folder)
        if desired is not None and desired.running:
            write_desired(self.folder, dataclasses.replace(desired, running=False))

    def kill(self) -> None:
        """End the supervisor at once; its workers notice and end as well."""
        status = self.status()
        if status is not None and start_ticks(status.pid) == status.started:
            with contextlib.suppress(ProcessLookupError):
                os.kill(status.pid, signal.SIGKILL)

    def log_tail(self) -> list[str]:
        """The last lines of the supervisor's own log."""
        path = self.folder / SUPERVISOR_LOG
        return path.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:] if path.exists() else []

    def _spawn(self, lock: int) -> None:
        command = python_command("compiler.serving.supervisor", str(self.folder))
        with (self.folder / SUPERVISOR_LOG).open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(self.folder / "home", {}),
                cwd=self.folder,
                pass_fds=(lock,),
                start_new_session=True,
            )
        _adopt(process)


def _adopt(process: subprocess.Popen[bytes]) -> None:
    """Let go of the child: it is to outlive us, so subprocess must neither warn nor wait for it."""
    process.returncode = 0
