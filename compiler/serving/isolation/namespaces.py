"""Namespaces of a process's own (Linux): no network, no other processes, and mounts that can be arranged."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import struct

from compiler.serving.isolation.kernel import call, die_with_parent, drop_privileges, set_dumpable

# Linux: include/uapi/linux/sched.h
_MOUNTS, _IPC, _USER, _PROCESSES, _NETWORK = 0x00020000, 0x08000000, 0x10000000, 0x20000000, 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1  # netdevice(7)
_INTERNET, _DATAGRAM = 2, 2  # socket(2); Python's module of that name takes longer to import than all of this


def enter(*, network: bool) -> bool:
    """Move this process into new namespaces; False where the machine does not allow it, and then nothing has changed.

    `network` keeps the network of the machine. A child goes on, as the first process of its namespace; the parent only
    waits: it passes SIGTERM on, and ends as the child does.
    """
    kinds = _USER | _MOUNTS | _IPC | _PROCESSES | (0 if network else _NETWORK)
    user, group = os.getuid(), os.getgid()
    try:
        call("unshare", kinds)
    except OSError:
        return False
    set_dumpable(True)  # or the kernel would give the files below to root
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    _go_on_in_child()
    if not network:
        _raise_loopback()
    return True


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _go_on_in_child() -> None:
    child = os.fork()
    if child:
        _wait_for(child)
    die_with_parent(signal.SIGKILL)
    # The first process of a namespace ignores what it has no handler for.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(128 + signal.SIGTERM))


def _wait_for(child: int) -> None:
    """Stand for the child to whoever started this process, and end as it ends."""
    signal.signal(signal.SIGTERM, lambda *_: _pass_on(child))
    drop_privileges()
    die_with_parent(signal.SIGKILL)
    set_dumpable(False)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        with contextlib.suppress(OSError):  # SIGKILL has no handler
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _pass_on(child: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGTERM)


def _raise_loopback() -> None:
    """Bring up `lo`: Spark talks to its JVM through it."""
    handle = call("socket", _INTERNET, _DATAGRAM, 0)
    try:
        request = fcntl.ioctl(handle, _SIOCGIFFLAGS, struct.pack("16sh14x", b"lo", 0))
        flags = struct.unpack("16sh14x", request)[1]
        fcntl.ioctl(handle, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))
    finally:
        os.close(handle)
