"""Limits over a whole turn: a class of changes that exceeds its share is stopped as a whole, until it is approved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from compiler.planning.canonical import digest
from compiler.planning.changes.types import Cause
from compiler.reconcile.turn.facts import Fleet
from compiler.reconcile.turn.memory import Memory
from compiler.reconcile.turn.orders import Orders
from compiler.reconcile.turn.settings import Settings
from compiler.reconcile.turn.states import NameState, State

LIMIT_EXCEEDED = "LimitExceeded"
SHORT = 16
"""Hexadecimal digits of a difference, as `--approve` takes it."""


def difference_of(states: Iterable[NameState]) -> str:
    """Digest of what these names would do: two turns with the same difference do the same."""
    return digest([[{**change.to_json(), "cause": ""} for change in state.act] for state in states])[:SHORT]


def gated(
    states: Mapping[str, NameState], fleet: Fleet, memory: Memory, settings: Settings, orders: Orders
) -> dict[str, NameState]:
    """The states once consent, limits and `perTurn` were applied, in this order."""
    found = {name: _consented(state, orders) for name, state in states.items()}
    limits = settings.limits
    classes = (
        ("prune", limits.prune, _prunes),
        ("destructive", limits.destructive, _destroys),
        ("change", limits.change, lambda state: _changes(state, fleet, memory)),
    )
    for kind, percent, belongs in classes:
        members = [state for state in found.values() if state.begins and belongs(state)]
        found |= _limited(members, kind, percent, fleet.live, orders)
    return {**found, **_queued(found, memory, limits.per_turn)}


def _consented(state: NameState, orders: Orders) -> NameState:
    if not state.begins or orders.consent or orders.plan_only:
        return state
    if orders.confirm_all:
        return _blocked(state, "NeedsConsent", "the target confirms every change; pass --yes")
    if any(change.destroys for change in state.act):
        return _blocked(state, "NeedsConsent", "a destructive change needs consent; pass --yes")
    return state


def _limited(members: Sequence[NameState], kind: str, percent: int, live: int, orders: Orders) -> dict[str, NameState]:
    most = max(1, live * percent // 100)
    key = difference_of(members)
    if len(members) <= most or key in orders.approve:
        return {}
    exceeded = f"{len(members)} names exceed the {kind} limit of {most} ({percent} % of {live})"
    text = f"{exceeded}; --approve {key} lets them pass"
    return {state.name: replace(_blocked(state, LIMIT_EXCEEDED, text), approve=key) for state in members}


def _queued(states: Mapping[str, NameState], memory: Memory, most: int) -> dict[str, NameState]:
    """Beyond `perTurn` names wait: what was begun goes first, then the oldest difference."""
    beginning = [state for state in states.values() if state.begins]
    beginning.sort(key=lambda state: (state.state is not State.UNFINISHED, *_age(memory, state.name)))
    text = f"limits.perTurn is {most}: other names begin first"
    return {s.name: replace(s, state=State.QUEUED, reason="PerTurn", message=text, act=()) for s in beginning[most:]}


def _age(memory: Memory, name: str) -> tuple[float, str]:
    since = memory.of(name).differs_since
    return (float("inf") if since is None else since, name)


def _blocked(state: NameState, reason: str, message: str) -> NameState:
    return replace(state, state=State.BLOCKED, reason=reason, message=message, act=())


def _prunes(state: NameState) -> bool:
    return state.state is State.GONE


def _destroys(state: NameState) -> bool:
    return state.state is not State.GONE and any(change.destroys for change in state.act)


def _changes(state: NameState, fleet: Fleet, memory: Memory) -> bool:
    """Names with something live that begin to change; finishing what was begun is not counted."""
    facts = fleet.names.get(state.name)
    begun = facts is not None and memory.of(state.name).begun == facts.wanted
    fresh = any(change.cause is not Cause.UNFINISHED for change in state.act)
    return facts is not None and facts.exists and fresh and not begun
