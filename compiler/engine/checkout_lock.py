"""One apply at a time in one checkout: a lock file that the system lets go when its process ends."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from compiler.diagnostics import failure
from compiler.engine.session import Session
from compiler.events import Event, Listener, Phase
from compiler.system import lock
from compiler.workspace.root import private_folder

_PAUSE = 0.1
"""Seconds between two tries."""


@contextmanager
def checkout_lock(session: Session, timeout: float, listener: Listener) -> Iterator[None]:
    """Hold the lock of this checkout and target, from before the target is observed until all is done.

    The listener hears it when another process holds the lock. Raises `CompilerError` MF774 when it is not free after
    `timeout` seconds. Applies from other checkouts are not seen here: against those, retry tokens and if-match stand.
    """
    state = session.workspace.state
    made = [folder for folder in (state, *state.parents) if not folder.exists()]
    path = private_folder(state) / f"apply-{session.name}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(descriptor, path, timeout, listener)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield
    except BaseException:
        if made:
            _unmake(made, path)
        raise
    finally:
        os.close(descriptor)


def _unmake(made: list[Path], held: Path) -> None:
    """What failed leaves no folder that was not there before, unless something was kept in it meanwhile."""
    state, *above = made
    if {path.name for path in state.iterdir()} <= {held.name, ".gitignore"}:
        shutil.rmtree(state)
        with contextlib.suppress(OSError):  # not empty
            for folder in above:
                folder.rmdir()


def _take(descriptor: int, path: Path, timeout: float, listener: Listener) -> None:
    deadline = time.monotonic() + timeout
    told = False
    while True:
        with contextlib.suppress(BlockingIOError):
            lock(descriptor, wait=False)
            return
        who = path.read_text(errors="replace")[:32] or "?"
        if not told:
            text = f"another apply is under way here (process {who}): waiting for it"
            listener(Event(Phase.WAITING, text=text))
            told = True
        if time.monotonic() > deadline:
            raise failure("MF774", f"another apply (process {who}) still holds {path}", hint="apply again later")
        time.sleep(_PAUSE)
