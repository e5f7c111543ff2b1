"""Carry one turn out: gather, decide, begin; and what its results make of states and memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from compiler.diagnostics import CompilerError, Diagnostic, Severity
from compiler.engine.checkout import Checkout
from compiler.engine.session import Session
from compiler.engine.store.protocol import Store
from compiler.events import Event, Listener, Phase
from compiler.planning.plan.outcome import Result, Status
from compiler.planning.plan.planner import Options
from compiler.reconcile.acting import Begun, begin
from compiler.reconcile.observing import Gathered, gather
from compiler.reconcile.persistence import Kept, pages_of, save_memory, save_statuses
from compiler.reconcile.reporting.conditions import status_of
from compiler.reconcile.turn.backoff import VERIFICATION, is_about_answers
from compiler.reconcile.turn.decisions import decide
from compiler.reconcile.turn.deep_round import due_names
from compiler.reconcile.turn.facts import Fleet, NameFacts
from compiler.reconcile.turn.memory import Memory
from compiler.reconcile.turn.orders import Orders
from compiler.reconcile.turn.recall import after_acting, before_acting
from compiler.reconcile.turn.settings import Settings
from compiler.reconcile.turn.states import NameState, State


@dataclass(frozen=True, slots=True)
class Place:
    """Where turns are made."""

    session: Session
    checkout: Checkout
    settings: Settings
    store: Store | None
    listener: Listener
    now: Callable[[], float]
    """Epoch seconds."""
    may_act: Callable[[], bool] = lambda: True
    """Whether the lease is still held."""
    deep: bool = False
    timeout: float = 3600.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn under way: what it found and what it began."""

    gathered: Gathered
    states: Mapping[str, NameState]
    memory: Memory
    begun: Begun

    @property
    def fleet(self) -> Fleet:
        """What it observed."""
        return self.gathered.fleet


def start_turn(place: Place, kept: Kept, orders: Orders) -> Turn:
    """Gather, decide and begin; returns without waiting for what was begun.

    Raises `CompilerError` when the target cannot be read: then nothing is decided and nothing is sent.
    """
    now, settings = place.now(), place.settings
    due = due_names(kept.statuses, kept.memory.deep_at, now, settings.deep)
    options = Options(prune=True, deep=place.deep, deep_names=due, release=settings.prune_how == "orphan")
    gathered = gather(place.session, place.checkout, options, place.listener)
    fleet = gathered.fleet
    states = decide(fleet, kept.memory, place.settings, orders, now)
    if orders.plan_only:
        return Turn(gathered, states, kept.memory, Begun(None))
    memory = before_acting(kept.memory, fleet, states, place.settings, now)
    if settings.deep and (due or not memory.deep_at):
        memory = replace(memory, deep_at=now)
    if orders.source_problem:
        memory = replace(memory, revision=kept.memory.revision)
    written(place, lambda: save_memory(place.store, memory, len(states)))
    begun = begin(place.session, gathered, states, place.timeout, place.listener, lambda: not place.may_act())
    return Turn(gathered, states, memory, begun)


def settle(place: Place, turn: Turn, results: Mapping[str, Sequence[Result]]) -> tuple[dict[str, NameState], Memory]:
    """States and memory once results are in."""
    states = {name: after_results(state, results.get(name, ())) for name, state in turn.states.items()}
    return states, after_acting(turn.memory, turn.fleet, results, place.settings, place.now())


def publish(
    place: Place, kept: Kept, fleet: Fleet, states: Mapping[str, NameState], memory: Memory, secrets: Sequence[str]
) -> Kept:
    """Write memory and status of a turn; returns what is kept now. A store that fails is a warning."""
    now = place.now()
    facts = {**fleet.orphaned, **fleet.names}
    statuses = {
        name: status_of(state, facts.get(name, NameFacts(name)), kept.statuses.get(name), now, secrets)
        for name, state in states.items()
        if not (state.state is State.GONE and state.reason == "Pruned")
    }
    written(place, lambda: save_statuses(place.store, kept, statuses))
    written(place, lambda: save_memory(place.store, memory, len(statuses)))
    return Kept(memory, statuses, pages_of(statuses))


def secrets_of(session: Session, gathered: Gathered) -> tuple[str, ...]:
    """Every sensitive value at hand: none of them may be written."""
    from compiler.spec.project import Variable
    from compiler.workspace.targets import variable

    target, environ = session.target, session.checkout.environ
    named = (variable(target, name, environ) for name, item in target.variables.items() if isinstance(item, Variable))
    values = {value for found in named if found and found[1] for value in found[:1]}
    return tuple(values | {value for item in gathered.planned.desired for value in item.secrets.values()})


def after_results(state: NameState, results: Sequence[Result]) -> NameState:
    """The state of a name once its changes have ended or were handed to the service."""
    found = tuple(problem for result in results for problem in result.diagnostics)
    statuses = {result.status for result in results}
    if not results:
        return state
    if Status.FAILED in statuses:
        return _failed(state, found)
    if Status.INTERRUPTED in statuses:
        return replace(state, state=State.UNFINISHED, reason="Interrupted", diagnostics=found)
    if state.state is State.GONE:
        done = statuses == {Status.DONE}
        return state if done else replace(state, state=State.ACTING, reason="Pruning", diagnostics=found)
    if statuses == {Status.DONE}:
        return replace(state, state=State.IN_SYNC, reason="Applied", diagnostics=found)
    return replace(state, diagnostics=found)


def _failed(state: NameState, found: tuple[Diagnostic, ...]) -> NameState:
    errors = [problem for problem in found if problem.severity is Severity.ERROR] or list(found)
    kind, reason = (State.FAILED, VERIFICATION) if is_about_answers(errors) else (State.BACKING_OFF, "RequestFailed")
    message = errors[0].message if errors else "a change failed"
    return replace(state, state=kind, reason=reason, message=message, diagnostics=found)


def written(place: Place, write: Callable[[], None]) -> None:
    """Write to the store; a store that fails stops no change."""
    try:
        write()
    except CompilerError as error:
        for problem in error.diagnostics:
            warning = Diagnostic("MF786", problem.message, severity=Severity.WARNING)
            place.listener(Event(Phase.DIAGNOSTIC, place.session.name, value=warning))
    except OSError as error:
        warning = Diagnostic("MF786", str(error.strerror or error), severity=Severity.WARNING)
        place.listener(Event(Phase.DIAGNOSTIC, place.session.name, value=warning))
