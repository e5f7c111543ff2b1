"""Carry a plan out, and tell what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from compiler.engine.change.apply import apply
from compiler.render import words as text
from compiler.cli.console import Console
from compiler.cli.progress import Progress
from compiler.cloud.objectstorage.zip_body import ZipBody
from compiler.cloud.connect.connection import Connection
from compiler.codes import ExitCode
from compiler.diagnostics import exit_code
from compiler.planning.plan.outcome import ApplyOptions, Event, Outcome, Result, Status
from compiler.planning.changes.types import Action, UPLOADS
from compiler.planning.live.observed import Kind
from compiler.planning.plan.plan import Plan

if TYPE_CHECKING:
    from compiler.render.documents.targets import ApplyDocument

_MARKS = {Status.DONE: "✓", Status.FAILED: "✗", Status.SKIPPED: "-", Status.INTERRUPTED: "!", Status.STARTED: "…"}


def carry_out(
    plan: Plan,
    connection: Connection,
    archives: Mapping[str, ZipBody],
    console: Console,
    conduct: ApplyOptions,
) -> ExitCode:
    """Apply the plan and show one line a change; returns the exit code of what happened.

    Raises KeyboardInterrupt again, once what was done is told.
    """
    with Progress(console, plan.place.target) as progress:
        outcome = apply(plan, connection, archives, replace(conduct, report=_telling(progress)))
    for result in outcome.results:
        told = _told(result, archives)
        if len(plan.models) > 1:
            told = f"{result.change.name}  {told.removeprefix(result.change.name).lstrip()}"
        console.line(f"  {_MARKS[result.status]} {result.change.kind!s:<11}  {told}")
    console.document(_document(outcome))
    if not console.json:
        console.diagnostics(outcome.diagnostics)
    if outcome.interrupt:
        raise outcome.interrupt
    return exit_code(outcome.diagnostics)


def _telling(progress: Progress) -> Callable[[Event], None]:
    def tell(event: Event) -> None:
        if event.text not in ("start", "done", "failed"):
            progress.tell(f"{event.change.kind} {event.change.name}: {event.text}", event.done, event.total)

    return tell


def _told(result: Result, archives: Mapping[str, ZipBody]) -> str:
    """What became of one change: a deployment is named by its address, everything else by its OCID."""
    change = result.change
    if result.status is not Status.DONE:
        return "  ".join(part for part in (change.name, str(result.status), result.detail) if part)
    if change.action is Action.DELETE:
        return f"{result.id}  deleted"
    if change.kind is Kind.DEPLOYMENT:
        return f"{result.state}  {result.url}/predict" if result.url else result.id
    uploaded = any(step.operation in UPLOADS for step in change.steps)
    return f"{result.id}  uploaded {text.size(archives[change.artifact].size)}" if uploaded else result.id


def _document(outcome: Outcome) -> ApplyDocument:
    from compiler.cli.console import as_json

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
            }
            for result in outcome.results
        ],
        "diagnostics": [as_json(problem) for problem in outcome.diagnostics],
    }
