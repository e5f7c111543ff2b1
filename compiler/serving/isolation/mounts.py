"""A file system that holds the view and nothing else, built of read-only bind mounts in a mount namespace."""

from __future__ import annotations

import contextlib
import os
import re

from compiler.serving.isolation.kernel import call
from compiler.serving.isolation.view import DEVICES, View

# Linux: include/uapi/linux/mount.h
_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_EXECUTE, _REMOUNT = 1, 2, 4, 8, 32
_BIND, _RECURSIVE, _PRIVATE = 4096, 16384, 1 << 18
_DETACH = 2
_KEPT = {
    "nosuid": _NO_SUID,
    "nodev": _NO_DEVICES,
    "noexec": _NO_EXECUTE,
    "noatime": 1024,
    "nodiratime": 2048,
    "relatime": 1 << 21,
}
_SHARED_MEMORY = "/dev/shm"
_MAX_LINKS = 40
_LINKS = {"/dev/fd": "/proc/self/fd", "/dev/stdin": "fd/0", "/dev/stdout": "fd/1", "/dev/stderr": "fd/2"}


def show_only(view: View) -> bool:
    """Make the view the whole file system of this process; whether /proc then shows its own processes alone.

    Needs a mount namespace of its own. Raises `OSError`, and then the process still sees what it saw.
    """
    root = os.path.join(view.writable[0], ".root")
    os.makedirs(root, exist_ok=True)
    call("mount", None, b"/", None, _RECURSIVE | _PRIVATE, None)
    _mount(b"tmpfs", root, b"tmpfs", _NO_SUID | _NO_DEVICES, b"mode=755,size=1m")
    writable = _lay_out(view, root)
    shared = root + _SHARED_MEMORY
    os.makedirs(shared, exist_ok=True)
    _mount(b"tmpfs", shared, b"tmpfs", _NO_SUID | _NO_DEVICES | _NO_EXECUTE, b"mode=1777,size=512m")
    own_proc = _mount_proc(root + "/proc")
    _make_read_only(root, {*(root + path for path in writable), shared})
    _change_root(root)
    with contextlib.suppress(OSError):  # another worker of this server is just here
        os.rmdir(root)
    return own_proc


def _lay_out(view: View, root: str) -> set[str]:
    """Bind every path of the view below `root`, under its own name; returns the real paths of those to be written."""
    links = dict(_LINKS)
    writable = {_resolve(path, links) for path in view.writable}
    readable = {_resolve(path, links) for path in (*view.readable, *DEVICES)}
    bound: list[str] = []
    for path in sorted(readable | writable):
        if path in writable or not _is_below(path, bound):
            _bind(path, root)
            bound.append(path)
    for link, target in links.items():
        if not _is_below(link, bound):
            os.makedirs(os.path.dirname(root + link), exist_ok=True)
            os.symlink(target, root + link)
    return writable


def _resolve(path: str, links: dict[str, str]) -> str:
    """The real path; the symbolic links on the way to it are added to `links`. Raises `OSError` for a ring of links."""
    done, todo, met = "/", path.split("/")[::-1], 0
    while todo:
        part = todo.pop()
        here = os.path.normpath(os.path.join(done, part))
        if part in ("", ".", "..") or not os.path.islink(here):
            done = here
            continue
        met += 1
        if met > _MAX_LINKS:
            raise OSError(f"{path}: too many symbolic links")
        links[here] = os.readlink(here)
        todo += links[here].split("/")[::-1]
        done = "/" if links[here].startswith("/") else done
    return done


def _is_below(path: str, folders: list[str]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def _bind(path: str, root: str) -> None:
    place = root + path
    if os.path.isdir(path):
        os.makedirs(place, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if not os.path.exists(place):
            os.close(os.open(place, os.O_CREAT | os.O_WRONLY, 0o644))
    _mount(os.fsencode(path), place, None, _BIND | _RECURSIVE, None)


def _mount_proc(place: str) -> bool:
    """Mount a /proc of its own; where a container does not allow that, the one that was there."""
    os.makedirs(place, exist_ok=True)
    try:
        _mount(b"proc", place, b"proc", _NO_SUID | _NO_DEVICES | _NO_EXECUTE, None)
    except OSError:
        _mount(b"/proc", place, None, _BIND | _RECURSIVE, None)
        return False
    return True


def _make_read_only(root: str, except_for: set[str]) -> None:
    """All mounts below `root`, those that came along with a folder as well."""
    with open("/proc/self/mountinfo", "rb") as file:
        lines = [line.split() for line in file]
    for fields in lines:  # proc(5): mount point, then options
        place = os.fsdecode(re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), fields[4]))
        if _is_below(place, [root]) and place not in except_for:
            kept = sum(_KEPT.get(option, 0) for option in fields[5].decode().split(","))
            _mount(None, place, None, _BIND | _REMOUNT | _READ_ONLY | kept, None)


def _change_root(root: str) -> None:
    """Make `root` the root and let go of the former one, with the working directory where it was."""
    folder = os.getcwd()
    os.chdir(root)
    call("pivot_root", b".", b".")
    call("umount2", b".", _DETACH)
    os.chdir("/")
    os.chdir(folder)


def _mount(source: bytes | None, place: str, kind: bytes | None, flags: int, options: bytes | None) -> None:
    call("mount", source, os.fsencode(place), kind, flags, options)
