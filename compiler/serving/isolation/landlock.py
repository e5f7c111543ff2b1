"""Landlock (Linux 5.13 and newer): the kernel refuses this process, and all that it starts, files outside of a view."""

from __future__ import annotations

import os
import struct

from compiler.serving.isolation.kernel import call
from compiler.serving.isolation.view import DEVICES, View

# Linux: include/uapi/linux/landlock.h; the numbers are the same on every architecture.
_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_VERSION, _PATH_BENEATH = 1, 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_CHARACTER, _MAKE_BLOCK = 1 << 6, 1 << 11
_TRUNCATE, _IOCTL_DEVICE = 1 << 14, 1 << 15
_ALL_FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_NEWEST = 5  # of those; later versions know no further right on files
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
_SCOPES = 3  # abstract Unix sockets and signals
_VERSION_OF_TRUNCATE, _VERSION_OF_SCOPES = 3, 6

# What runtimes read of /proc where the process cannot have one of its own.
_PROC = ("self", "cpuinfo", "meminfo", "stat", "loadavg", "version", "filesystems", "sys/vm", "sys/kernel", "sys/net")


def version() -> int:
    """The version of Landlock's interface that the kernel offers, 0 for none."""
    try:
        return call("syscall", _CREATE, 0, 0, _VERSION)
    except OSError:
        return 0


def guards_files(version: int) -> bool:
    """Whether that version refuses every change of a file: older ones let any file be truncated."""
    return version >= _VERSION_OF_TRUNCATE


def guards_processes(version: int) -> bool:
    """Whether that version refuses signals to other processes (it always refuses reading their memory)."""
    return version >= _VERSION_OF_SCOPES


def restrict(view: View, version: int, *, whole_proc: bool) -> None:
    """Confine this process to the view for good. `whole_proc`: /proc shows nothing but its own processes.

    Raises `OSError`.
    """
    rights = _ALL_FILES[min(version, _NEWEST)]
    scopes = _SCOPES if guards_processes(version) else 0
    attributes = struct.pack("=QQQ", rights, 0, scopes)
    rules = call("syscall", _CREATE, attributes, 24 if scopes else 8, 0)
    try:
        reading = rights & (_EXECUTE | _READ_FILE | _READ_DIR)
        proc = ("/proc",) if whole_proc else tuple(f"/proc/{name}" for name in _PROC)
        for path in (*view.readable, *proc):
            _allow(rules, path, reading)
        writing = rights & ~(_MAKE_CHARACTER | _MAKE_BLOCK)
        for path in (*view.writable, *DEVICES, *(("/dev/shm",) if whole_proc else ())):
            _allow(rules, path, writing)
        call("syscall", _RESTRICT, rules, 0)
    finally:
        os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not there, or not to be reached anyway
        return
    try:
        allowed = rights if os.path.isdir(path) else rights & _OF_FILES
        call("syscall", _ADD_RULE, rules, _PATH_BENEATH, struct.pack("=Qi", allowed, descriptor), 0)
    finally:
        os.close(descriptor)
