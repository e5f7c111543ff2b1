"""A server in the foreground of a command: it ends with the process that started it, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from compiler.serving.control import Server
from compiler.serving.protocol import SUPERVISOR_LOG, WORKER_LOG, Desired, Status
from compiler.serving.sandbox import environment, python_command

STOP_SECONDS = 10.0  # the supervisor gives its workers five, and itself needs little more
BACKLOG = 1024


class Foreground:
    """A server that is being run, as its owner sees it."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self._server = Server(folder)
        self._process = process
        self._log = folder / WORKER_LOG
        self._shown = 0

    def status(self) -> Status | None:
        """What its supervisor said last; None as long as it said nothing."""
        return self._server.status()

    def reload(self, artifact: Path) -> None:
        """Serve the artifact directory or archive as it is now; until it has come up, the former one answers."""
        self._server.replace_archive([str(artifact)])

    def has_ended(self) -> bool:
        """Whether the supervisor is gone."""
        return self._process.poll() is not None

    def log_tail(self) -> list[str]:
        """The last lines of the supervisor's own log."""
        return self._server.log_tail()

    def new_output(self) -> str:
        """What the workers wrote (score.py's output included) since this was asked last."""
        if not self._log.exists():
            return ""
        with self._log.open("rb") as file:
            if self._shown > file.seek(0, os.SEEK_END):
                self._shown = 0  # the supervisor began the log anew: it keeps 32 MiB at most
            file.seek(self._shown)
            added = file.read()
        self._shown += len(added)
        return added.decode("utf-8", errors="replace")


def listen(port: int) -> socket.socket:
    """A listening socket on that loopback port, 0 for any that is free. Raises OSError, OverflowError."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(BACKLOG)
        stack.pop_all()
    return listener


@contextlib.contextmanager
def running(desired: Desired, listener: socket.socket) -> Iterator[Foreground]:
    """Run a server on the socket, with a folder of its own, until the block ends.

    However this process ends, the server ends too: the supervisor holds the reading end of a pipe whose other end only
    we hold. Killed, we leave it to the supervisor to remove the folder. Raises OSError.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="manifact-serve-")).resolve()
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        Server(folder).publish(desired)
        reading, writing = os.pipe()
        ours = stack.enter_context(os.fdopen(writing, "wb"))
        with os.fdopen(reading, "rb") as theirs:
            process = _spawn(folder, listener, theirs)
        stack.callback(_end, process, ours)
        yield Foreground(folder, process)


def _spawn(folder: Path, listener: socket.socket, owner: BinaryIO) -> subprocess.Popen[bytes]:
    """Start the supervisor, out of reach of the terminal: Ctrl-C is ours to pass on."""
    with (folder / SUPERVISOR_LOG).open("ab") as log:
        return subprocess.Popen(
            python_command("compiler.serving.supervisor", str(folder), str(listener.fileno())),
            stdin=owner,
            stdout=log,
            stderr=log,
            env=environment(folder / "home", {}),
            cwd=folder,
            pass_fds=(listener.fileno(),),
            start_new_session=True,
        )


def _end(process: subprocess.Popen[bytes], pipe: BinaryIO) -> None:
    """End the supervisor by closing the pipe, or at once when it takes too long; its workers die with it."""
    try:
        pipe.close()
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        process.kill()
        process.wait()
