"""One turn: from facts to the state of every name and the changes that may begin. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from compiler.diagnostics import Diagnostic
from compiler.planning.changes.types import Cause, Change
from compiler.reconcile.turn.backoff import waits_until
from compiler.reconcile.turn.drift_policy import fought_paths, paths_of, permitted
from compiler.reconcile.turn.durations import in_words
from compiler.reconcile.turn.facts import Fleet, NameFacts
from compiler.reconcile.turn.gates import gated
from compiler.reconcile.turn.memory import Memory, NameMemory
from compiler.reconcile.turn.orders import Orders
from compiler.reconcile.turn.settings import IGNORE, Settings
from compiler.reconcile.turn.states import NameState, State
from compiler.reconcile.turn.tombstones import is_due, prune_refusals
from compiler.render.words import digests

MISSING_VALUE = "MF719"


@dataclass(frozen=True, slots=True)
class _Given:
    """What all rules look at."""

    fleet: Fleet
    memory: Memory
    settings: Settings
    orders: Orders
    now: float


def decide(fleet: Fleet, memory: Memory, settings: Settings, orders: Orders, now: float) -> dict[str, NameState]:
    """The state of every name, by name; what has `act` may begin. `now` in epoch seconds."""
    given = _Given(fleet, memory, settings, orders, now)
    states = {name: _state(facts, given) for name, facts in fleet.names.items()}
    refusals = prune_refusals(fleet, memory, settings, asked=orders.prune)
    states |= {name: _orphaned(facts, refusals, given) for name, facts in fleet.orphaned.items()}
    states = gated(states, fleet, memory, settings, orders)
    if orders.source_problem:
        states = {name: _refused(state, orders.source_problem) for name, state in states.items()}
    return dict(sorted(states.items()))


def _state(facts: NameFacts, given: _Given) -> NameState:
    remembered = given.memory.of(facts.name)
    memory = replace(remembered, failures=0, contested=()) if facts.name in given.orders.now else remembered
    return next(state for rule in _RULES if (state := rule(facts, memory, given)) is not None)


def _broken(facts: NameFacts, _memory: NameMemory, _given: _Given) -> NameState | None:
    missing = tuple(item for item in facts.refusals if item.code == MISSING_VALUE)
    found = facts.problems or missing
    reason = "MissingVariable" if not facts.problems else "ManifestInvalid"
    return _because(facts, State.BROKEN, reason, found) if found else None


def _suspended(facts: NameFacts, _memory: NameMemory, _given: _Given) -> NameState | None:
    if not facts.suspended:
        return None
    drift = f"{len(facts.changes)} differences are left alone" if facts.changes else ""
    return _open(facts, State.SUSPENDED, "Suspended", drift)


def _in_progress(facts: NameFacts, _memory: NameMemory, given: _Given) -> NameState | None:
    if not facts.in_progress:
        return None
    since = facts.in_progress_since
    elapsed = given.now - since if since is not None else 0.0
    stalled = elapsed > given.settings.progress_deadline
    text = f"the deployment is {facts.in_progress}" + (f" for {in_words(elapsed)}" if stalled else "")
    return NameState(facts.name, State.IN_PROGRESS, "Stalled" if stalled else "Progressing", text)


def _running(facts: NameFacts, _memory: NameMemory, given: _Given) -> NameState | None:
    return NameState(facts.name, State.ACTING, "Running") if facts.name in given.orders.running else None


def _failed(facts: NameFacts, _memory: NameMemory, _given: _Given) -> NameState | None:
    if not facts.failed_test:
        return None
    text = "these settings failed their smoke test; the former version serves"
    return NameState(facts.name, State.FAILED, "SmokeTestFailed", text)


def _in_sync(facts: NameFacts, _memory: NameMemory, _given: _Given) -> NameState | None:
    return None if facts.changes else NameState(facts.name, State.IN_SYNC, "InSync")


def _waiting(facts: NameFacts, memory: NameMemory, given: _Given) -> NameState | None:
    until = waits_until(memory, facts.wanted, given.now)
    if until is not None:
        text = f"failed {memory.failures} times; tried again in {in_words(until - given.now)}"
        state = State.FAILED if memory.failed_reason else State.BACKING_OFF
        return replace(_open(facts, state, memory.failed_reason or "RequestFailed", text), next_try=until)
    if given.now < given.memory.busy_until:
        text = "the service asked for fewer requests"
        return replace(_open(facts, State.BACKING_OFF, "ServiceBusy", text), next_try=given.memory.busy_until)
    return None


def _refused_by_plan(facts: NameFacts, _memory: NameMemory, _given: _Given) -> NameState | None:
    return _because(facts, State.BLOCKED, "PlanRefused", facts.refusals) if facts.refusals else None


def _contested(facts: NameFacts, memory: NameMemory, _given: _Given) -> NameState | None:
    fought = fought_paths(facts, memory)
    if not fought:
        return None
    return _open(facts, State.CONTESTED, "TwoWriters", f"another writer keeps changing {', '.join(sorted(fought))}")


def _acting(facts: NameFacts, memory: NameMemory, given: _Given) -> NameState:
    allowed, policy = permitted(facts, memory, given.settings)
    if policy == IGNORE and not allowed:
        return NameState(facts.name, State.IN_SYNC, "DriftIgnored")
    if policy and not allowed:
        return _open(facts, State.DRIFTED, "ReportOnly", "changed outside Manifact; the drift policy reports only")
    unfinished = all(change.cause is Cause.UNFINISHED for change in allowed) or memory.begun == facts.wanted
    state, reason = (State.UNFINISHED, "Unfinished") if unfinished else (State.ACTING, "Differs")
    return replace(_open(facts, state, reason, _titles(allowed)), act=allowed)


_Rule = Callable[[NameFacts, NameMemory, _Given], NameState | None]
_RULES: tuple[_Rule, ...] = (
    _broken,
    _suspended,
    _in_progress,
    _running,
    _failed,
    _in_sync,
    _waiting,
    _refused_by_plan,
    _contested,
    _acting,
)
"""The first rule that applies decides."""


def _orphaned(facts: NameFacts, refusals: tuple[str, ...], given: _Given) -> NameState:
    """An orphaned name: reported at first sight, pruned when it is due."""
    if facts.in_progress:
        return NameState(facts.name, State.IN_PROGRESS, "Progressing", f"the deployment is {facts.in_progress}")
    if facts.name in given.orders.running:
        return NameState(facts.name, State.ACTING, "Running")
    waiting = waits_until(given.memory.of(facts.name), "", given.now)
    if waiting is not None:
        return NameState(facts.name, State.BACKING_OFF, "PruneFailed", "pruning failed", next_try=waiting)
    return _kept(facts, refusals, given) or NameState(
        facts.name, State.GONE, "Pruned", _ORPHANED, cause=Cause.MANIFEST, act=facts.changes
    )


def _kept(facts: NameFacts, refusals: tuple[str, ...], given: _Given) -> NameState | None:
    """Why an orphaned name is not pruned in this turn; None when it may be."""
    if not facts.changes:
        return NameState(facts.name, State.GONE, "Protected", "its deployment is protected, and is kept")
    if refusals:
        return NameState(facts.name, State.GONE, "PruneRefused", f"{_ORPHANED}; not pruned: {refusals[0]}")
    stone = given.memory.of(facts.name).tombstone
    if not is_due(stone, facts, given.now):
        due = stone.due if stone else given.now + given.settings.prune_after
        text = f"{_ORPHANED}; pruned in {in_words(due - given.now)}"
        return NameState(facts.name, State.GONE, "PendingPrune", text, next_try=due)
    if changed := _patterns_changed(given):
        return NameState(facts.name, State.GONE, "PatternsChanged", changed, approve=given.fleet.patterns)
    return None


_ORPHANED = "not declared in any manifest"


def _patterns_changed(given: _Given) -> str:
    now, before = given.fleet.patterns, given.memory.patterns
    if not before or now == before or now in given.orders.approve:
        return ""
    return f"the patterns under `manifests:` changed; --approve {now} lets orphaned names be pruned"


def _refused(state: NameState, problem: str) -> NameState:
    if not state.begins or state.state is State.UNFINISHED:
        return state  # what was begun is finished
    return replace(state, state=State.BLOCKED, reason="SourceRefused", message=problem, act=())


def _open(facts: NameFacts, state: State, reason: str, message: str) -> NameState:
    cause = facts.changes[0].cause.value if facts.changes else ""
    return NameState(facts.name, state, reason, message, cause, paths_of(facts.changes))


def _because(facts: NameFacts, state: State, reason: str, found: tuple[Diagnostic, ...]) -> NameState:
    return replace(_open(facts, state, reason, found[0].message), diagnostics=found)


def _titles(changes: Sequence[Change]) -> str:
    return "; ".join(f"{change.action} {change.kind}: {digests(change.reason)}" for change in changes)
