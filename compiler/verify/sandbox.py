"""What a process that runs user code is started with: variables, limits, and a copy of the artifact.

It shuts itself in before it loads anything (`compiler.serving.isolation`).
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from compiler.emit.links import copy
from compiler.serving.sandbox import temporary_folder

GIBIBYTE = 1 << 30

# Where libraries and Java are found, and how text is read; nothing that could be a secret.
_PASSED_ON = ("PATH", "JAVA_HOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL")
_PR_SET_DUMPABLE = 4  # prctl(2)


def environment(scratch: Path, inherited: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables of the process: an empty home and a temporary folder below `scratch`, and the few it needs."""
    kept = {name: inherited[name] for name in _PASSED_ON if name in inherited}
    home, temporary = scratch / "home", scratch / "tmp"
    home.mkdir(exist_ok=True)
    temporary.mkdir(exist_ok=True)
    return {"PATH": os.defpath, "LANG": "C.UTF-8", **kept, "HOME": str(home), **temporary_folder(temporary)}


def limits(artifact_bytes: int, timeout: float) -> dict[str, int]:
    """Resource limits by name. Memory: what is allocated (RLIMIT_DATA), since a JVM reserves far more than it uses."""
    return {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": int(timeout * (os.cpu_count() or 1)) + 1,  # seconds
        "RLIMIT_DATA": 8 * GIBIBYTE + 4 * artifact_bytes,
        "RLIMIT_FSIZE": GIBIBYTE + artifact_bytes,
        "RLIMIT_NOFILE": 4096,
    }


def copy_artifact(artifact: Path, target: Path) -> int:
    """Give the process its own copy, so that nothing it does reaches the original; returns its size in bytes."""
    total = 0
    for path in sorted(artifact.rglob("*")):
        place = target / path.relative_to(artifact)
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            copy(path, place)
            total += place.stat().st_size
    return total


@contextmanager
def hidden() -> Iterator[None]:
    """While this lasts, other processes of the same user cannot read this one's memory or environment (prctl(2))."""
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    try:
        yield
    finally:
        libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
