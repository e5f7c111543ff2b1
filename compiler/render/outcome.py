"""What became of a plan, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.planning.changes.types import Action
from compiler.planning.live.observed import Kind
from compiler.planning.plan.outcome import Outcome, Result, Status
from compiler.render.diagnostics import as_json
from compiler.render.lines import Line
from compiler.render.words import size

if TYPE_CHECKING:
    from compiler.render.documents.targets import ApplyDocument

_MARKS = {Status.DONE: "✓", Status.FAILED: "✗", Status.SKIPPED: "-", Status.INTERRUPTED: "!", Status.STARTED: "…"}


def outcome_lines(outcome: Outcome, *, named: bool) -> list[Line]:
    """One line a change; `named` says of which model each is."""
    return [Line(f"  {_MARKS[r.status]} {r.change.kind!s:<11}  {_described(r, named=named)}") for r in outcome.results]


def adopted_lines(outcome: Outcome) -> list[Line]:
    """One line a change of an import: nothing but tags was changed."""
    marks = [("✓" if result.status is Status.DONE else "✗", result) for result in outcome.results]
    return [Line(f"  {mark} {r.change.kind!s:<11}  {r.id or r.change.id}  {r.status}") for mark, r in marks]


def outcome_document(outcome: Outcome) -> ApplyDocument:
    """The same for programs."""
    return {
        "formatVersion": 1,
        "complete": outcome.complete,
        "results": [
            {
                "kind": result.change.kind.value,
                "name": result.change.name,
                "action": result.change.action.value,
                "status": result.status.value,
                "id": result.id,
                "detail": result.detail,
                "endpoint": f"{result.url}/predict" if result.url else None,
            }
            for result in outcome.results
        ],
        "diagnostics": [as_json(problem) for problem in outcome.diagnostics],
    }


def _described(result: Result, *, named: bool) -> str:
    described = _description(result)
    name = result.change.name
    return f"{name}  {described.removeprefix(name).lstrip()}" if named else described


def _description(result: Result) -> str:
    """What became of one change: a deployment is named by its address, everything else by its OCID."""
    change = result.change
    if result.status is not Status.DONE:
        return "  ".join(part for part in (change.name, str(result.status), result.detail) if part)
    if change.action is Action.DELETE:
        return f"{result.id}  deleted"
    if change.kind is Kind.DEPLOYMENT:
        return f"{result.state}  {result.url}/predict" if result.url else result.id
    return f"{result.id}  uploaded {size(result.uploaded)}" if result.uploaded else result.id
