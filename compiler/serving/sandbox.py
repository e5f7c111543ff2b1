"""What processes that run user code are started with: a scrubbed environment, an own home, limits, no descriptors.

They shut themselves in before they load anything (`compiler.serving.isolation`).
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import site
import sys
from collections.abc import Mapping
from pathlib import Path

KEPT = ("JAVA_HOME", "SPARK_HOME", "LD_LIBRARY_PATH", "TZ")
"""Variables of ours that frameworks need to find what they run on."""
MAX_OPEN_FILES = 4096
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4


def environment(home: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a child: nothing of ours but where programs and libraries are found."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    base = {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin")),
        "HOME": str(home),
        **temporary_folder(home),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if site.ENABLE_USER_SITE:
        base["PYTHONUSERBASE"] = site.getuserbase()
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**base, **kept, **variables}


def temporary_folder(folder: Path) -> dict[str, str]:
    """The variables that send temporary files there: those of Python, of Java and of Spark."""
    java = f"-Djava.io.tmpdir={folder} -XX:-UsePerfData"
    return {"TMPDIR": str(folder), "JAVA_TOOL_OPTIONS": java, "SPARK_LOCAL_DIRS": str(folder)}


def python_command(module: str, *arguments: str) -> list[str]:
    """Run `main()` of one of our modules with this interpreter, wherever the package lies."""
    root = str(Path(__file__).resolve().parent.parent.parent)
    start = f"import sys; sys.path.append({root!r}); from {module} import main; sys.exit(main())"
    return [sys.executable, "-P", "-c", start, *arguments]


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends (Linux)."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def confine() -> None:
    """Before user code is loaded: no core files, and a bound on open files; privileges are gone by then (`isolate`)."""
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NOFILE, MAX_OPEN_FILES)


def hide_memory() -> None:
    """Forbid other processes of the user to read this one's memory and environment."""
    _prctl(_PR_SET_DUMPABLE, 0)


def _lower(kind: int, limit: int) -> None:
    _, hard = resource.getrlimit(kind)
    bound = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(kind, (bound, bound))


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
