"""What git knows of a folder; recorded as provenance when a version is made, and never compared."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

_USER_INFO = re.compile(r"^(\w+://)[^@/]*@")


def repository_of(folder: Path) -> Path:
    """The nearest folder at or above it that git keeps, else the folder itself."""
    return next((above for above in (folder, *folder.parents) if (above / ".git").exists()), folder)


def git_facts(folder: Path) -> dict[str, str]:
    """`gitBranch`, `gitCommit` and `repositoryUrl` (without user and password), as far as there are any."""
    facts = {
        "gitBranch": _git(folder, "rev-parse", "--abbrev-ref", "HEAD"),
        "gitCommit": _git(folder, "rev-parse", "HEAD"),
        "repositoryUrl": _USER_INFO.sub(r"\1", _git(folder, "config", "--get", "remote.origin.url")),
    }
    return {key: value for key, value in facts.items() if value}


def _git(folder: Path, *arguments: str) -> str:
    """The first line git prints, empty when git is missing or has no answer."""
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
