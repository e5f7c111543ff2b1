"""Records that are believed only if this user wrote them.

What lies in a checkout may come with a pull request. A record of ours carries a MAC (RFC 2104, SHA-256) under a key
that lies outside of every checkout, in `$XDG_STATE_HOME/manifact`; one without, with another, or moved to another
place counts as none.
"""

from __future__ import annotations

import contextlib
import functools
import hmac
import os
import stat
import tempfile
from pathlib import Path

_KEY = "key"
_KEY_BYTES = 32


def seal(path: Path, content: bytes) -> bool:
    """Write a record in one step, at `<root>/.manifact/<folder>/<name>`; False when there is no key to seal it with.

    Raises `OSError` when the checkout cannot be written.
    """
    key = _key(state_folder(), path.parents[2])
    if key is None:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".sealed-")
    with os.fdopen(descriptor, "wb") as file:
        file.write(_mac(key, path, content) + b"\n" + content)
    Path(name).replace(path)
    return True


def can_seal(root: Path) -> bool:
    """Whether records of the project at `root` can be sealed."""
    return _key(state_folder(), root) is not None


def unseal(path: Path) -> bytes | None:
    """The record's content, None when it was not sealed here or was changed since. Raises `OSError` without one."""
    mac, _, content = path.read_bytes().partition(b"\n")
    key = _key(state_folder(), path.parents[2])
    return content if key is not None and hmac.compare_digest(mac, _mac(key, path, content)) else None


def state_folder() -> Path:
    """Where this user's key lies: `$XDG_STATE_HOME/manifact`, by default `~/.local/state/manifact`."""
    named = os.environ.get("XDG_STATE_HOME", "")
    return Path(named if os.path.isabs(named) else os.path.expanduser("~/.local/state")) / "manifact"  # noqa: PTH111, PTH117 - `Path.expanduser` raises without a home


def _mac(key: bytes, path: Path, content: bytes) -> bytes:
    return hmac.digest(key, os.fsencode(path) + b"\0" + content, "sha256").hex().encode()


@functools.cache
def _key(folder: Path, root: Path) -> bytes | None:
    """The key, made when needed; None when it cannot be kept, or lies in the checkout that it is to guard."""
    try:
        if folder.resolve().is_relative_to(root.resolve()):
            return None
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(FileNotFoundError):
            return _read(folder / _KEY)
        return _make(folder)
    except OSError:
        return None


def _read(path: Path) -> bytes | None:
    """The key in a file that nobody else can have written or read."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0))
    with os.fdopen(descriptor, "rb") as file:
        private = _is_private(os.fstat(descriptor))
        key = file.read(_KEY_BYTES + 1)
    return key if private and len(key) == _KEY_BYTES else None


def _is_private(status: os.stat_result) -> bool:
    """Whether only this user can read and write; Windows has no owners and modes, its user folders are private."""
    mine = not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o077)
    return stat.S_ISREG(status.st_mode) and mine


def _make(folder: Path) -> bytes | None:
    """A new key, unless another process has just made one: then that."""
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=".key-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(_KEY_BYTES))
            file.flush()
            os.fsync(descriptor)
        with contextlib.suppress(FileExistsError):
            os.link(name, folder / _KEY)  # never over one that is there
    finally:
        Path(name).unlink()
    return _read(folder / _KEY)
