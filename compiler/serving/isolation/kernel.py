"""Calls that Python's standard library has no function for."""

from __future__ import annotations

import ctypes
import os
import sys

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_CAPABILITIES_VERSION_3 = 0x20080522  # capget(2)


def call(function: str, *arguments: int | bytes | None) -> int:
    """Call a function of the C library that answers -1 on failure. Raises `OSError`."""
    result: int = getattr(_LIBC, function)(*(ctypes.c_ulong(a) if isinstance(a, int) else a for a in arguments))
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{function}: {os.strerror(number)}")
    return result


def die_with_parent(signal_number: int) -> None:
    """Have the kernel send this process a signal when its parent ends."""
    call("prctl", _PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


def set_dumpable(value: bool) -> None:
    """Whether other processes of the same user may read this one's memory and environment."""
    call("prctl", _PR_SET_DUMPABLE, int(value), 0, 0, 0)


def drop_privileges() -> None:
    """Give up every capability, and never gain one again: neither by setuid programs nor as root."""
    call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    header = _CAPABILITIES_VERSION_3.to_bytes(4, sys.byteorder) + bytes(4)
    call("capset", header, bytes(24))
