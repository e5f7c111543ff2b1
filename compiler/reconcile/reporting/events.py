"""Transitions of conditions, each with an identity that holds no time: the same failure is told once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from compiler.planning.canonical import digest
from compiler.reconcile.reporting.conditions import TYPES, NameStatus, only_when_true

if TYPE_CHECKING:
    from compiler.render.documents.reconcile import EventDocument


def transitions(
    before: Mapping[str, NameStatus], after: Mapping[str, NameStatus], target: str, revision: str
) -> list[EventDocument]:
    """One event for each condition that changed; of a name that was not known, those that do not hold."""
    found: list[EventDocument] = []
    for name, status in after.items():
        known = _truths(before[name]) if name in before else dict.fromkeys(TYPES, "True")
        for kind, truth in _changed(known, _truths(status)):
            found.append(_event(status, kind, truth, target, revision))
    return found


def fleet_event(kind: str, truth: str, reason: str, message: str, target: str, revision: str) -> EventDocument:
    """An event about the service or the source: one for all names."""
    identity = digest(["", kind, truth, reason, revision])[:16]
    return {
        "formatVersion": 1,
        "id": identity,
        "target": target,
        "name": "",
        "type": kind,
        "status": truth,
        "reason": reason,
        "message": message,
        "wanted": "",
        "revision": revision,
    }


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for kind in dict.fromkeys([*after, *before]):
        now = after.get(kind, "False" if kind not in TYPES else before.get(kind, ""))
        if now != before.get(kind, "False"):
            yield kind, now


def _truths(status: NameStatus) -> dict[str, str]:
    return {**dict(zip(TYPES, status.truths, strict=False)), **dict.fromkeys(only_when_true(status), "True")}


def _event(status: NameStatus, kind: str, truth: str, target: str, revision: str) -> EventDocument:
    document = status.document
    wanted = document["wanted"] if document else ""
    return {
        "formatVersion": 1,
        "id": digest([status.name, kind, truth, status.reason, wanted])[:16],
        "target": target,
        "name": status.name,
        "type": kind,
        "status": truth,
        "reason": status.reason,
        "message": document["message"] if document else "",
        "wanted": wanted,
        "revision": revision,
    }
