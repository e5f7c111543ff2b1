"""Which paths an artifact may hold."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from pathlib import PurePosixPath

from compiler.diagnostics import Diagnostic

# ADS matches each pattern, as `/<pattern>` with a final `/` read as `*`, anywhere in the ABSOLUTE path and drops what
# matches. So nothing may stand here that could be part of a directory above the artifact or of a user's file name.
# ADS's own list (`lib/`, `env/`, `var/`, …) empties artifacts below /var and drops a SavedModel's variables/.
IGNORED = ("__pycache__/", "*.pyc", ".ipynb_checkpoints/", ".DS_Store")
MODEL_IGNORE = ("\n".join(IGNORED) + "\n").encode()


def check_paths(paths: Iterable[str], *, dropped: bool = True) -> list[Diagnostic]:
    """What is wrong with these artifact paths: unsafe ones, `dropped` ones, files that are also directories."""
    found: list[Diagnostic] = []
    every = set(paths)
    for path in sorted(every):
        if not _safe(path):
            found.append(Diagnostic("MF502", f"{path!r} cannot be a path in an artifact", hint="rename the file"))
        elif dropped and is_ignored(path):
            found.append(Diagnostic("MF503", f"{path!r} would be dropped from the artifact", hint="leave it out"))
        found += [
            Diagnostic("MF501", f"{str(above)!r} is a file and also the directory of {path!r}")
            for above in PurePosixPath(path).parents
            if str(above) in every
        ]
    return found


def _safe(path: str) -> bool:
    parts = path.split("/")
    return path.isprintable() and "\\" not in path and not any(part in ("", ".", "..") for part in parts)


def is_ignored(path: str) -> bool:
    """Whether ADS's zipping would leave the file out (ads.common.utils.get_files)."""
    patterns = [f"*/{p[:-1]}*" if p.endswith("/") else f"*/{p}" for p in IGNORED]
    return any(fnmatch.fnmatchcase(f"/{path}", pattern) for pattern in patterns)
