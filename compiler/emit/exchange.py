"""Putting a finished directory in the place of another in one step."""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2  # renameat2(2), Linux 3.15
_UNSUPPORTED = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP})


def exchange(fresh: Path, place: Path) -> None:
    """Give `fresh` the name `place`; what was there before is then at `fresh`, to be removed by the caller.

    Atomic on Linux. Where renameat2 is missing (some network filesystems), `place` is absent for a moment between two
    renames, and put back when the second fails.
    """
    if not place.exists():
        fresh.rename(place)
        return
    if _exchange(fresh, place):
        return
    aside = fresh.with_name(fresh.name + "-old")
    place.rename(aside)
    try:
        fresh.rename(place)
    except OSError:
        aside.rename(place)
        raise
    aside.rename(fresh)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two names; False where the system cannot."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        return False
    if libc.renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNSUPPORTED:
        return False
    raise OSError(code, os.strerror(code), str(other))
