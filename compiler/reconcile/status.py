"""The status of a reconciled target, as the last turn left it in the store."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from compiler.diagnostics import failure
from compiler.engine.checkout import Checkout
from compiler.engine.result import Result
from compiler.engine.session import TargetRequest, open_session
from compiler.engine.store.opening import open_store
from compiler.events import Listener, ignore
from compiler.reconcile.persistence import Kept, document_of, load
from compiler.reconcile.reporting.conditions import TYPES, NameStatus
from compiler.reconcile.reporting.html import status_html
from compiler.reconcile.turn.durations import in_words
from compiler.reconcile.turn.settings import settings_of
from compiler.reconcile.turn.states import State
from compiler.render.lines import Line
from compiler.render.words import count

if TYPE_CHECKING:
    from compiler.engine.store.protocol import Store
    from compiler.render.documents.reconcile import FleetStatusDocument, NameDocument

WATCH_EVERY = 2.0
"""Seconds."""
MOST_EXPLAINED = 200
"""Names that are not in sync whose documents are read."""


@dataclass(frozen=True, slots=True)
class FleetStatusRequest:
    """Whose status, and how to show it."""

    target: TargetRequest = field(default_factory=TargetRequest)
    html: Path | None = None
    """Write a page there."""


@dataclass(frozen=True, slots=True)
class Row:
    """One name, as it is shown."""

    status: NameStatus
    document: NameDocument | None
    """Read for names that are not in sync."""

    @property
    def why(self) -> str:
        """Why it is not in sync."""
        return self.document["message"] or self.document["reason"] if self.document else ""


@dataclass(frozen=True, slots=True)
class FleetStatus(Result):
    """All names of a target after its last turn."""

    target: str
    revision: str
    rows: tuple[Row, ...]
    now: float
    written: Path | None = None

    @property
    def notes(self) -> list[str]:
        """Where the page was written."""
        return [f"wrote {self.written}"] if self.written else []

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - a reason is not cut
        """One line a name: state, since when, why."""
        at = f" at {self.revision[:12]}" if self.revision else ""
        head = Line(f"  {count(len(self.rows), 'model')}{at}", "bold")
        return [head, *(self._line(row) for row in self.rows)]

    def _line(self, row: Row) -> Line:
        status = row.status
        since = in_words(self.now - status.changed)
        text = f"  {status.name:<24}  {status.state:<12}  {since:>7}  {row.why}".rstrip()
        return Line(text, "create" if status.state == State.IN_SYNC else "update")

    def to_json(self) -> FleetStatusDocument:
        """The document of the fleet."""
        return {
            "formatVersion": 1,
            "target": self.target,
            "revision": self.revision,
            "names": [
                {
                    "name": row.status.name,
                    "state": row.status.state,
                    "reason": row.status.reason,
                    "since": row.status.changed,
                    "conditions": dict(zip(TYPES, row.status.truths, strict=False)),
                    "message": row.why,
                }
                for row in self.rows
            ],
        }


def fleet_status(checkout: Checkout, request: FleetStatusRequest, listener: Listener = ignore) -> FleetStatus:
    """The status that the last turn wrote.

    Raises `CompilerError` MF787 where this target was never reconciled, and when the store cannot be read.
    """
    with open_session(checkout, request.target, listener) as session:
        settings = settings_of(session.workspace, session.name, session.target)
        store = open_store(session, settings.store)
        kept = load(store)
        if store is None or not kept.statuses:
            hint = f"run `manifact reconcile --target {session.name} --once`"
            raise failure("MF787", f"no turn has left a status of target '{session.name}'", hint=hint)
        rows = tuple(_rows(kept, store))
        result = FleetStatus(session.name, kept.memory.revision, rows, time.time(), request.html)
    if request.html is not None:
        checkout.path(request.html).write_text(status_html(result.to_json(), result.now), encoding="utf-8")
    return result


def watch_status(checkout: Checkout, request: FleetStatusRequest, listener: Listener = ignore) -> Iterator[FleetStatus]:
    """The status now, and again whenever a turn has changed it, until stopped."""
    known: tuple[NameStatus, ...] = ()
    while True:
        found = fleet_status(checkout, request, ignore if known else listener)
        now = tuple(row.status for row in found.rows)
        if now != known:
            yield found
        known = now
        time.sleep(WATCH_EVERY)


def _rows(kept: Kept, store: Store) -> Iterator[Row]:
    """The names, those that are not in sync with their documents; these first."""
    ordered = sorted(kept.statuses.values(), key=lambda status: (status.state == State.IN_SYNC, status.name))
    for index, status in enumerate(ordered):
        explained = status.state != State.IN_SYNC and index < MOST_EXPLAINED
        known = document_of(store, status.name) if explained else None
        yield Row(status, cast("NameDocument | None", known))
