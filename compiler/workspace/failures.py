"""The last failed apply of each model in each target, kept among the project's private files until one succeeds."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from pathlib import Path

from compiler.diagnostics import Diagnostic
from compiler.workspace.layout import ProjectLayout
from compiler.workspace.sealed import seal, unseal


def remember_failure(root: Path, target: str, name: str, problem: Diagnostic) -> None:
    """Keep a problem; one that cannot be kept is forgotten: the apply has told it already."""
    content = json.dumps(replace(problem, where=None).to_json()).encode()
    with contextlib.suppress(OSError):
        seal(_place(root, target, name), content)


def forget_failure(root: Path, target: str, name: str) -> None:
    """It went well."""
    with contextlib.suppress(OSError):
        _place(root, target, name).unlink()


def last_failure(root: Path, target: str, name: str) -> Diagnostic | None:
    """The problem that is remembered, if this user's apply wrote it."""
    try:
        content = unseal(_place(root, target, name))
        return Diagnostic.from_json(json.loads(content)) if content else None
    except (OSError, ValueError, KeyError, TypeError):  # none, or one of another version
        return None


def _place(root: Path, target: str, name: str) -> Path:
    return ProjectLayout(root).failures / f"{target}.{name}.json"
