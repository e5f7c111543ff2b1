"""Which revision may follow which: forward always, back and sideways only when somebody asks for it."""

from __future__ import annotations

from pathlib import Path

from compiler.reconcile.source import git


def refused_revision(root: Path, last: str, new: str, *, allow_older: bool, accept: str) -> str:
    """Why the commit `new` may not follow `last`; empty when it may. `accept` is a commit named by hand."""
    if not last or last == new or not new or (accept and new.startswith(accept)):
        return ""
    if _is_ancestor(root, last, new):
        return ""
    if _is_ancestor(root, new, last):
        older = f"revision {new[:12]} is older than {last[:12]}, which was applied last"
        return "" if allow_older else f"{older}; pass --allow-older to go back"
    if is_shallow(root):
        return (
            f"the clone is too shallow to tell whether {new[:12]} follows {last[:12]}; "
            "fetch the whole history (GitHub Actions: `fetch-depth: 0`, GitLab CI: `GIT_DEPTH: 0`)"
        )
    return f"the history was rewritten: {new[:12]} does not follow {last[:12]}; pass --accept {new[:12]} to go on"


def refused_checkout(root: Path) -> str:
    """Why a checkout may not be applied: it has changes that are not committed. Empty outside of git."""
    if git.attempt(root, "rev-parse", "--verify", "-q", "HEAD").returncode != 0:
        return "" if not inside(root) else "there is no commit yet"
    dirty = git.run(root, "status", "--porcelain").splitlines()
    return f"the checkout has changes that are not committed ({dirty[0].strip()})" if dirty else ""


def inside(root: Path) -> bool:
    """Whether a folder is in a git working tree."""
    return git.attempt(root, "rev-parse", "--is-inside-work-tree").stdout.strip() == "true"


def is_shallow(root: Path) -> bool:
    """Whether the clone lacks a part of its history."""
    return git.attempt(root, "rev-parse", "--is-shallow-repository").stdout.strip() == "true"


def _is_ancestor(root: Path, older: str, newer: str) -> bool:
    return git.attempt(root, "merge-base", "--is-ancestor", older, newer).returncode == 0
