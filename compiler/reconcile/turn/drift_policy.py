"""Which differences are repaired, which are only reported, and when another writer is at work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from compiler.planning.changes import option_groups
from compiler.planning.changes.types import Action, Cause, Change
from compiler.planning.live.observed import Kind
from compiler.reconcile.turn.durations import HOUR
from compiler.reconcile.turn.facts import NameFacts
from compiler.reconcile.turn.memory import NameMemory
from compiler.reconcile.turn.settings import REPAIR, Settings

OUTSIDE = frozenset({Cause.LIVE, Cause.BOTH})
REPAIRS = 3
"""Repairs of the same field within an hour that make it contested."""


def drift_kind(change: Change, facts: NameFacts) -> str:
    """The kind of drift that a change would repair: missing, content, state, metadata or settings."""
    if change.action is Action.CREATE and not change.id:
        damaged = change.kind is Kind.MODEL and change.artifact in facts.live_artifacts
        return "content" if damaged else "missing"
    if change.id and facts.resource_states.get(change.id) == "INACTIVE":
        return "state"
    return "metadata" if change.kind is Kind.MODEL else "settings"


def is_drift(change: Change, facts: NameFacts, memory: NameMemory) -> bool:
    """Whether the drift policy decides about a change: not where we began to change the name ourselves."""
    return change.cause in OUTSIDE and memory.begun != facts.wanted


def permitted(facts: NameFacts, memory: NameMemory, settings: Settings) -> tuple[tuple[Change, ...], str]:
    """The changes up to the first one that the policy withholds, and its policy (empty: all are permitted).

    What comes after a withheld change may depend on it, and is withheld as well.
    """
    for index, change in enumerate(facts.changes):
        policy = settings.drift.get(drift_kind(change, facts), REPAIR)
        if policy != REPAIR and is_drift(change, facts, memory):
            return _worthwhile(facts.changes[:index]), policy
    return facts.changes, ""


def contested_paths(facts: NameFacts, memory: NameMemory) -> frozenset[str]:
    """The fields of this name that another writer keeps changing, until the manifest changes."""
    return frozenset(memory.contested) if memory.contested_wanted == facts.wanted else frozenset()


def fought_paths(facts: NameFacts, memory: NameMemory) -> frozenset[str]:
    """The contested fields that differ now, whoever changed them."""
    ours = (Cause.UNFINISHED, Cause.SECRET)
    return contested_paths(facts, memory) & set(paths_of(c for c in facts.changes if c.cause not in ours))


def repaired_paths(changes: Iterable[Change]) -> tuple[str, ...]:
    """The fields changed outside that this turn repairs: of an active deployment, one option group a turn."""
    return paths_of(_sent(change) for change in changes if change.cause in OUTSIDE)


def _sent(change: Change) -> Change:
    group = next((step.group for step in change.steps if step.group), "")
    prefixes = [".".join(path) for path in option_groups.GROUPS.get(group, ())]
    sent = [field for field in change.fields if field.path.startswith(tuple(prefixes))]
    return replace(change, fields=tuple(sent)) if sent else change


def rewritten_paths(facts: NameFacts, memory: NameMemory, changes: Iterable[Change]) -> tuple[str, ...]:
    """The fields in which another Manifact applied something else after we had reached this very state: A, B, A."""
    if memory.done != facts.wanted or not facts.wanted:
        return ()
    return paths_of(change for change in changes if change.cause is Cause.MANIFEST)


def often_repaired(repairs: Sequence[tuple[float, tuple[str, ...]]], now: float) -> tuple[str, ...]:
    """The fields that were repaired `REPAIRS` times within the last hour."""
    recent = [path for at, paths in repairs if now - at <= HOUR for path in paths]
    return tuple(sorted(path for path in set(recent) if recent.count(path) >= REPAIRS))


def paths_of(changes: Iterable[Change]) -> tuple[str, ...]:
    """Which fields the changes are about, with the kind of resource; never values."""
    found: list[str] = []
    for change in changes:
        found += [f"{change.kind}: {field.path}" for field in change.fields] or [f"{change.kind}: {change.action}"]
    return tuple(dict.fromkeys(found))


def _worthwhile(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Without an update that only prepares for the change that is withheld."""
    useful = any(change.fields or change.action is not Action.UPDATE for change in changes)
    return tuple(changes) if useful else ()
