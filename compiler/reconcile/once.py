"""`reconcile --once`: one turn, or turns until nothing is in progress, on the checkout it stands in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from compiler.diagnostics import failure
from compiler.engine.checkout import Checkout
from compiler.engine.checkout_lock import checkout_lock
from compiler.engine.session import Session, TargetRequest, open_session
from compiler.engine.store.lease import Lease, holder_name, renewing
from compiler.engine.store.opening import open_store, origin_of
from compiler.engine.store.protocol import Store
from compiler.events import Listener, ignore
from compiler.reconcile.acting import outcomes
from compiler.reconcile.applied_revision import applied_revision
from compiler.reconcile.operator_settings import operator_settings
from compiler.reconcile.persistence import Kept, load
from compiler.reconcile.reporting.conditions import status_of
from compiler.reconcile.reporting.report import ReconcileResult
from compiler.reconcile.source.revisions import refused_checkout, refused_revision
from compiler.reconcile.source.signatures import Signers, unsigned_problem
from compiler.reconcile.turn.memory import Memory
from compiler.reconcile.turn.orders import Orders
from compiler.reconcile.turn.settings import Settings, settings_of
from compiler.reconcile.turn.states import MOVING, NameState, State
from compiler.reconcile.turning import Place, publish, secrets_of, settle, start_turn
from compiler.workspace.git import git_facts, repository_of
from compiler.workspace.root import MANIFEST_FILE, PROJECT_FILE, shown
from compiler.workspace.targets import LOCAL

PAUSES = (0.2, 10.0)
"""Seconds between two turns of `--wait`: on the target `local`, and elsewhere."""


@dataclass(frozen=True, slots=True)
class ReconcileRequest:
    """What to reconcile, and what may be done."""

    target: TargetRequest = field(default_factory=TargetRequest)
    orders: Orders = field(default_factory=Orders)
    wait: bool = False
    """Repeat turns until nothing is in progress."""
    timeout: float = 3600.0
    """Seconds for all turns, and for the lease."""
    deep: bool = False
    """Read every record."""
    report: Path | None = None
    """Write the result there, as Markdown."""
    signal_changes: bool = False
    """End with exit code 2 when differences are only reported (`--exit-code`)."""
    allow_older: bool = False
    accept: str = ""
    """Commit of a rewritten history to go on with."""
    break_lease: str = ""
    """Holder whose lease is taken."""
    config: Path | None = None
    """Project file of the operator: limits and signers come from it."""


@dataclass(slots=True)
class Clock:
    """The clock of the wall and how to wait; tests bring their own."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


def reconcile(
    checkout: Checkout, request: ReconcileRequest, listener: Listener = ignore, clock: Clock | None = None
) -> ReconcileResult:
    """Bring the target to what the checkout says, as far as the gates allow.

    Raises `CompilerError` before anything is changed: MF910 where there is no project, MF781 for a revision that may
    not be applied, MF780 or MF774 when another process is at work, and what it takes to read the target.
    """
    clock = clock or Clock()
    _require_project(checkout)
    with open_session(checkout, request.target, listener, creates=True) as session:
        settings = settings_of(session.workspace, session.name, session.target)
        with _exclusive(session, settings, request, listener) as (store, may_act):
            place = Place(
                session, checkout, settings, store, listener, clock.now, may_act, request.deep, request.timeout
            )
            result = _turns(place, request, clock)
    if request.report is not None:
        checkout.path(request.report).write_text(result.to_markdown(), encoding="utf-8")
    return result


def _require_project(checkout: Checkout) -> None:
    """Raise MF910 where there is neither a project nor a manifest, before anything is made in the folder."""
    workspace = checkout.workspace()
    if workspace.project is None and not (workspace.root / MANIFEST_FILE).is_file():
        hint = "write one: `apiVersion: manifact/v1`, `kind: Project`, `metadata: {name: NAME}`"
        raise failure("MF910", f"'{shown(workspace.root)}' is no project: there is no {PROJECT_FILE}", hint=hint)


@contextmanager
def _exclusive(
    session: Session, settings: Settings, request: ReconcileRequest, listener: Listener
) -> Iterator[tuple[Store | None, Callable[[], bool]]]:
    """The store, while no other process changes this checkout or holds the lease; a plan needs neither."""
    store = open_store(session, settings.store)
    with ExitStack() as stack:
        if request.orders.plan_only:
            yield store, lambda: False
            return
        stack.enter_context(checkout_lock(session, request.timeout, listener))
        if store is None or settings.store == "local":
            yield store, lambda: True
            return
        lease = Lease(store, holder_name(), origin_of(session))
        lease.take(request.timeout, request.break_lease)
        stack.enter_context(renewing(lease))
        yield store, lambda: lease.held


def _turns(place: Place, request: ReconcileRequest, clock: Clock) -> ReconcileResult:
    deadline = clock.now() + request.timeout
    kept = load(place.store)
    orders = replace(request.orders, confirm_all=place.session.target.confirm == "all")
    place = _checked(place, kept.memory, request)
    turns = 0
    while True:
        turns += 1
        kept, result = _turn(place, kept, orders, request, turns)
        moving = any(_goes_on(state) for state in result.states.values())
        if not (request.wait and moving and result.interrupt is None) or orders.plan_only:
            return result
        if clock.now() >= deadline:
            return result
        clock.sleep(PAUSES[0 if place.session.connection.local else 1])


def _goes_on(state: NameState) -> bool:
    """Whether another turn brings a name further; what a pruned one leaves empty goes in the next turn."""
    return state.state in MOVING or (state.state is State.GONE and state.begins)


def _turn(
    place: Place, kept: Kept, orders: Orders, request: ReconcileRequest, number: int
) -> tuple[Kept, ReconcileResult]:
    turn = start_turn(place, kept, orders)
    results, interrupt = outcomes(turn.begun)
    states, memory = settle(place, turn, results)
    secrets = secrets_of(place.session, turn.gathered)
    if orders.plan_only:
        facts = {**turn.fleet.orphaned, **turn.fleet.names}
        statuses = {name: status_of(states[name], facts[name], None, place.now(), secrets) for name in states}
    else:
        memory = replace(memory, origin=origin_of(place.session) or memory.origin)
        kept = publish(place, kept, turn.fleet, states, memory, secrets)
        statuses = dict(kept.statuses)
    result = ReconcileResult(
        target=place.session.name,
        revision=turn.fleet.revision,
        states=states,
        statuses=statuses,
        unreadable=turn.fleet.unreadable,
        turns=number,
        planned=orders.plan_only,
        signal_changes=request.signal_changes,
        stopped=interrupt,
    )
    return kept, result


def _checked(place: Place, memory: Memory, request: ReconcileRequest) -> Place:
    """The place with the limits that hold for this revision.

    Raises MF781 or MF782 when what is checked out may not be applied; the target `local` takes any state of a checkout.
    """
    session = place.session
    origin = origin_of(session)
    if memory.origin and origin and memory.origin != origin:
        message = f"'{memory.origin}' reconciles this target, this is '{origin}'"
        raise failure("MF782", message, hint="give one of the two projects another name")
    revision = git_facts(repository_of(session.root)).get("gitCommit", "")
    last = memory.revision or applied_revision(session, revision)
    config = session.checkout.path(request.config) if request.config else None
    settings = operator_settings(session, place.settings, last, revision, config)
    if not request.orders.plan_only:
        problem = _refused(session, settings, last, revision, request)
        if problem:
            raise failure("MF781", problem)
    return replace(place, settings=settings)


def _refused(session: Session, settings: Settings, last: str, new: str, request: ReconcileRequest) -> str:
    """Why the checked-out revision may not be applied."""
    if settings.verify != "off":
        mode, signers = settings.verify, Signers(settings.allowed_signers, settings.keyring)
        problem = unsigned_problem(session.root, last, new, mode=mode, signers=signers, tree=session.root)
        if problem:
            return problem
    if session.name == LOCAL:
        return ""
    return refused_checkout(session.root) or refused_revision(
        session.root, last, new, allow_older=request.allow_older, accept=request.accept
    )
