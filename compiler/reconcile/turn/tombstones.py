"""Orphaned names: seen twice and due before anything is deleted."""

from __future__ import annotations

from dataclasses import replace

from compiler.reconcile.turn.facts import Fleet, NameFacts
from compiler.reconcile.turn.memory import Memory, Tombstone
from compiler.reconcile.turn.settings import Settings


def seen(former: Tombstone | None, facts: NameFacts, revision: str, now: float, settings: Settings) -> Tombstone:
    """The tombstone of an orphaned name after this turn; another set of resources begins anew."""
    ids = tuple(sorted(facts.resource_states))
    if former is None or not set(ids) <= set(former.ids):
        return Tombstone(revision, now, now + settings.prune_after, ids)
    return replace(former, turns=former.turns + 1)


def is_due(stone: Tombstone | None, facts: NameFacts, now: float) -> bool:
    """Whether an orphaned name may be pruned: its grace is over, and an earlier turn saw the same resources."""
    return stone is not None and now >= stone.due and set(facts.resource_states) <= set(stone.ids)


def prune_refusals(fleet: Fleet, memory: Memory, settings: Settings, *, asked: bool) -> tuple[str, ...]:
    """Why nothing may be pruned in this turn; empty when pruning may go on."""
    rules = (
        (not asked, "pass --prune to delete orphaned resources"),
        (not settings.store, "pruning needs `reconcile.store`: an orphaned name must be seen twice"),
        (bool(fleet.unreadable), "the name of a manifest cannot be read"),
        (not fleet.names, "no manifest is left; use `manifact destroy` for each model"),
        (bool(memory.project) and memory.project != fleet.project, f"the project was '{memory.project}' before"),
    )
    return (*(why for applies, why in rules if applies), *fleet.incomplete)
