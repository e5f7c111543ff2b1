"""What only some systems have: advisory locks (`flock`) of files and folders, shared extents, groups of processes.

Without locks nothing keeps two processes of one checkout apart; what they send is still guarded by retry tokens and
`if-match`, and files appear whole, in one rename.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType

from compiler.diagnostics import failure

_FICLONE = 0x40049409  # linux/fs.h: share the extents of another file until one of them is written
_fcntl: ModuleType | None
try:
    import fcntl

    _fcntl = fcntl
except ImportError:
    _fcntl = None


def lock(descriptor: int, *, wait: bool = True) -> None:
    """Hold the lock of an open file until it is closed; without `wait`, `BlockingIOError` says that it is held."""
    if _fcntl is not None:
        _fcntl.flock(descriptor, _fcntl.LOCK_EX | (0 if wait else _fcntl.LOCK_NB))


def locked_folder(folder: Path, *, wait: bool = True) -> int | None:
    """A descriptor that holds the lock of a folder until it is closed; None where folders cannot be opened.

    Raises `BlockingIOError` as `lock` does, and `FileNotFoundError`.
    """
    if _fcntl is None:
        return None
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        lock(descriptor, wait=wait)
    except BlockingIOError:
        os.close(descriptor)
        raise
    return descriptor


def clone(source: int, target: int) -> bool:
    """Let one open file share the extents of another; False where the filesystem, or the system, cannot."""
    if _fcntl is None:
        return False
    try:
        _fcntl.ioctl(target, _FICLONE, source)
    except OSError:
        return False
    return True


def require_linux(what: str) -> None:
    """Raise `CompilerError` MF612 where this system cannot run a model in processes that can be limited and ended."""
    if _fcntl is None or not hasattr(os, "killpg"):
        hint = "use Linux, WSL 2 or a container; `manifact apply --verify never` leaves it to the smoke test"
        raise failure("MF612", f"{what} needs Linux", hint=hint)
