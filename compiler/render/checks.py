"""Checks of an artifact, for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from compiler.introspection import Check, Status, passed
from compiler.render.lines import Line

if TYPE_CHECKING:
    from compiler.render.documents.artifacts import CheckDocument, IntrospectDocument


def check_lines(checks: Sequence[Check]) -> list[Line]:
    """One line a check: status, key, and the reason."""
    width = max(len(check.key) for check in checks)
    return [Line(f"  {c.status!s:<7}  {c.key:<{width}}  {_reason(c)}".rstrip()) for c in checks]


def failure_text(check: Check) -> str:
    """What a failed check says, with what was found."""
    return f"{check.error.rstrip('.')}: {check.note}" if check.note else check.error


def checks_document(checks: Sequence[Check]) -> IntrospectDocument:
    """What `introspect --json` prints."""
    return {"formatVersion": 1, "passed": passed(checks), "checks": [_check(check) for check in checks]}


def _reason(check: Check) -> str:
    return failure_text(check) if check.status is Status.FAILED else check.note


def _check(check: Check) -> CheckDocument:
    return {
        "key": check.key,
        "category": check.category,
        "description": check.description,
        "error": check.error,
        "status": check.status.value,
        "value": check.value,
        "note": check.note,
        "ours": check.ours,
    }
