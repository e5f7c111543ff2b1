"""Numbers about the loop, in the text format of Prometheus."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from compiler.planning.plan.outcome import Result
from compiler.reconcile.reporting.conditions import TYPES, NameStatus
from compiler.reconcile.turn.drift_policy import OUTSIDE
from compiler.reconcile.turn.memory import Memory
from compiler.reconcile.turn.states import NameState


@dataclass(slots=True)
class Metrics:
    """Counters of one loop; read by another thread, so that every update replaces a value as a whole."""

    turns: Counter[str] = field(default_factory=Counter)
    changes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    turn_seconds: float = 0.0
    lease_held: bool = False
    source_age: float = 0.0
    webhooks_dropped: int = 0
    statuses: Mapping[str, NameStatus] = field(default_factory=dict)
    tombstones: int = 0
    responses: Counter[int] = field(default_factory=Counter)
    drift: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(name, policy) -> fields that differ because they were changed outside Manifact."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def note_turn(self, outcome: str, seconds: float) -> None:
        """One turn has ended."""
        self.turns = self.turns + Counter({outcome: 1})
        self.turn_seconds = seconds

    def note_fleet(self, statuses: Mapping[str, NameStatus], memory: Memory) -> None:
        """What the fleet looks like now."""
        self.statuses = dict(statuses)
        self.tombstones = sum(item.tombstone is not None for item in memory.names.values())

    def note_drift(self, states: Iterable[NameState]) -> None:
        """Which names were changed outside Manifact, and what is done about it."""
        outside = [state for state in states if state.cause in OUTSIDE]
        self.drift = {(state.name, "repair" if state.begins else "report"): len(state.paths) for state in outside}

    def note_response(self, status: int) -> None:
        """The service has answered; called by several threads."""
        with self._lock:
            self.responses = self.responses + Counter({status: 1})

    def note_changes(self, results: Iterable[Result]) -> None:
        """Changes that have ended or were handed to the service."""
        counted = Counter((r.change.action.value, r.change.cause.value, r.status.value) for r in results)
        self.changes = self.changes + counted

    def text(self) -> str:
        """All of them."""
        states = Counter(status.state for status in self.statuses.values())
        conditions = [
            ((("name", name), ("type", kind), ("status", truth)), 1)
            for name, status in self.statuses.items()
            for kind, truth in zip(TYPES, status.truths, strict=False)
        ]
        lines: list[str] = []
        lines += _metric("turns_total", "counter", [((("outcome", k),), v) for k, v in self.turns.items()])
        lines += _metric("turn_seconds", "gauge", [((), self.turn_seconds)])
        lines += _metric("names", "gauge", [((("state", k),), v) for k, v in states.items()])
        lines += _metric("condition", "gauge", conditions)
        lines += _metric(
            "changes_total",
            "counter",
            [((("action", a), ("cause", c), ("outcome", o)), v) for (a, c, o), v in self.changes.items()],
        )
        drift = [((("name", name), ("policy", policy)), count) for (name, policy), count in self.drift.items()]
        lines += _metric("drift", "gauge", drift)
        requests = [((("status", str(status)),), count) for status, count in sorted(self.responses.items())]
        lines += _metric("requests_total", "counter", requests)
        lines += _metric("lease_held", "gauge", [((), int(self.lease_held))])
        lines += _metric("source_age_seconds", "gauge", [((), round(self.source_age, 1))])
        lines += _metric("tombstones", "gauge", [((), self.tombstones)])
        lines += _metric("webhooks_dropped_total", "counter", [((), self.webhooks_dropped)])
        return "\n".join(lines) + "\n"


def _metric(name: str, kind: str, values: Sequence[tuple[tuple[tuple[str, str], ...], float]]) -> list[str]:
    lines = [f"# TYPE manifact_{name} {kind}"]
    for labels, value in values:
        shown = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
        lines.append(f"manifact_{name}{{{shown}}} {value:g}" if shown else f"manifact_{name} {value:g}")
    return lines


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
