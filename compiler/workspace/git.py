"""What git knows of a folder; recorded as provenance when a version is made, and never compared."""

from __future__ import annotations

import functools
import re
import subprocess
from pathlib import Path

_USER_INFO = re.compile(r"^(\w+://)[^@/]*@")


def repository_of(folder: Path) -> Path | None:
    """The nearest folder at or above it that git keeps; None when there is none."""
    return next((above for above in (folder, *folder.parents) if (above / ".git").exists()), None)


def git_facts(folder: Path | None) -> dict[str, str]:
    """`gitBranch`, `gitCommit` and `repositoryUrl` (without user and password), as far as there are any.

    None, for no repository, has none.
    """
    if folder is None:
        return {}
    facts = {
        "gitBranch": _git(folder, "rev-parse", "--abbrev-ref", "HEAD"),
        "gitCommit": _git(folder, "rev-parse", "HEAD"),
        "repositoryUrl": _USER_INFO.sub(r"\1", _git(folder, "config", "--get", "remote.origin.url")),
    }
    return {key: value for key, value in facts.items() if value}


def tracked_file(folder: Path) -> str:
    """A file at or below `folder` that git keeps, empty when there is none, no repository, or no git."""
    repository = repository_of(folder.parent)
    if repository is None:
        return ""
    git = repository / ".git"
    if git.is_file():  # a worktree: the file says where its own folder lies
        git = git.parent / git.read_text(encoding="utf-8", errors="replace").removeprefix("gitdir:").strip()
    try:
        status = (git / "index").stat()
    except OSError:  # nothing is tracked
        return ""
    return _tracked_file(folder, status.st_mtime_ns, status.st_size)


@functools.lru_cache(maxsize=64)
def _tracked_file(folder: Path, _time: int, _size: int) -> str:
    """Asked once for each state of git's index."""
    # The repository's own configuration is not to run anything, and may be of another user, as in containers.
    options = ("-c", "safe.directory=*", "-c", "core.fsmonitor=false", "--literal-pathspecs")
    return _git(folder.parent, *options, "ls-files", "--", folder.name).partition("\n")[0]


def _git(folder: Path, *arguments: str) -> str:
    """What git prints, empty when git is missing or has no answer."""
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
