"""The memory after a turn: what was begun, what failed, what is orphaned, and how it was observed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from compiler.planning.plan.outcome import Result, Status
from compiler.reconcile.turn.backoff import after_failure, forgotten, is_busy, slowed
from compiler.reconcile.turn.drift_policy import contested_paths, often_repaired, repaired_paths, rewritten_paths
from compiler.reconcile.turn.durations import HOUR
from compiler.reconcile.turn.facts import Fleet, NameFacts
from compiler.reconcile.turn.gates import LIMIT_EXCEEDED
from compiler.reconcile.turn.memory import Memory, NameMemory
from compiler.reconcile.turn.settings import Settings
from compiler.reconcile.turn.states import NameState, State
from compiler.reconcile.turn.tombstones import seen

_UNKNOWN = frozenset({State.BROKEN, State.UNKNOWN})


def before_acting(
    memory: Memory, fleet: Fleet, states: Mapping[str, NameState], settings: Settings, now: float
) -> Memory:
    """The memory with what this turn saw and is about to begin; written before the first change is sent."""
    names: dict[str, NameMemory] = {}
    for name, facts in fleet.names.items():
        names[name] = _of_manifest(memory.of(name), facts, states[name], now)
    for name, facts in fleet.orphaned.items():
        former = memory.of(name)
        stone = seen(former.tombstone, facts, fleet.revision, now, settings)
        names[name] = replace(former, tombstone=stone) if settings.store else former
    # While something is orphaned, what it was orphaned by is not forgotten.
    settled = not fleet.orphaned or not memory.project
    kept = memory if not settled else replace(memory, project=fleet.project, patterns=fleet.patterns)
    # A revision that a limit stopped is not applied: its own limits do not hold yet.
    stopped = any(state.reason == LIMIT_EXCEEDED for state in states.values())
    revision = memory.revision if stopped and memory.revision else fleet.revision or memory.revision
    return replace(kept, revision=revision).with_names(names)


def after_acting(
    memory: Memory, fleet: Fleet, outcomes: Mapping[str, Sequence[Result]], settings: Settings, now: float
) -> Memory:
    """The memory once changes have ended: failures are counted, successes forgotten."""
    names = dict(memory.names)
    busy = False
    for name, results in outcomes.items():
        facts = fleet.names.get(name)
        wanted = facts.wanted if facts else ""
        found = [problem for result in results for problem in result.diagnostics]
        failed = any(result.status is Status.FAILED for result in results)
        busy |= failed and is_busy(found)
        if failed and not is_busy(found):
            names[name] = after_failure(memory.of(name), name, wanted, found, now, settings)
        elif not failed:
            complete = all(result.status is Status.DONE for result in results)
            names[name] = _completed(memory.of(name), wanted, now) if complete else forgotten(memory.of(name))
    known = memory.with_names(names)
    if busy:
        return slowed(known, now, settings)
    return replace(known, busy_until=0.0, busy_pause=0.0) if outcomes else known


def _completed(memory: NameMemory, wanted: str, now: float) -> NameMemory:
    """Nothing of it is open any more; its repairs, and what was reached, are remembered for an hour."""
    return replace(forgotten(memory), begun="", differs_since=None, tombstone=None, done=wanted, done_at=now)


def _of_manifest(memory: NameMemory, facts: NameFacts, state: NameState, now: float) -> NameMemory:
    if state.state in _UNKNOWN:
        return replace(memory, tombstone=None)
    if state.state in (State.IN_SYNC, State.FAILED) and not memory.failed_reason:
        fought = memory.contested_wanted if contested_paths(facts, memory) else ""
        reached = _reached(memory, now)
        return NameMemory(
            repairs=_recent(memory, now),
            done=reached.done,
            done_at=reached.done_at,
            contested=memory.contested if fought else (),
            contested_wanted=fought,
        )
    kept = replace(memory, tombstone=None, differs_since=memory.differs_since or now)
    if memory.begun and memory.begun != facts.wanted:
        kept = replace(kept, begun="")
    return _beginning(kept, facts, state, now) if state.begins else kept


def _reached(memory: NameMemory, now: float) -> NameMemory:
    """With the state that was reached within the last hour; what was begun is reached when nothing differs any more."""
    if memory.begun:
        return replace(memory, done=memory.begun, done_at=now)
    return memory if now - memory.done_at <= HOUR else replace(memory, done="", done_at=0.0)


def _beginning(memory: NameMemory, facts: NameFacts, state: NameState, now: float) -> NameMemory:
    repaired = repaired_paths(state.act)
    repairs = (*_recent(memory, now), (now, repaired)) if repaired else _recent(memory, now)
    recent = memory if now - memory.done_at <= HOUR else replace(memory, done="")
    contested = often_repaired(repairs, now) or rewritten_paths(facts, recent, state.act)
    return replace(
        memory,
        begun=facts.wanted,
        repairs=repairs,
        contested=contested or memory.contested,
        contested_wanted=facts.wanted if contested else memory.contested_wanted,
    )


def _recent(memory: NameMemory, now: float) -> tuple[tuple[float, tuple[str, ...]], ...]:
    return tuple((at, paths) for at, paths in memory.repairs if now - at <= HOUR)
