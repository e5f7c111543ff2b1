"""The loop: follow a branch of a repository, and make a turn every interval, under a lease."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compiler.codes import ExitCode
from compiler.diagnostics import CompilerError, failure
from compiler.engine.checkout import Checkout
from compiler.engine.checkout_lock import checkout_lock
from compiler.engine.result import Result
from compiler.engine.session import Session, TargetRequest, open_session
from compiler.events import Event, Listener, Phase, ignore
from compiler.planning.plan.outcome import Result as ChangeResult
from compiler.reconcile.acting import outcomes
from compiler.reconcile.events import fleet_event, transitions
from compiler.reconcile.lease import Lease, holder_name, renewing
from compiler.reconcile.metrics import Metrics
from compiler.reconcile.orders import Orders
from compiler.reconcile.pages import serving
from compiler.reconcile.persistence import Kept, load
from compiler.reconcile.revisions import refused_revision
from compiler.reconcile.settings import Settings, settings_of
from compiler.reconcile.signatures import unsigned_problem
from compiler.reconcile.source import Source
from compiler.reconcile.stores import open_store
from compiler.reconcile.turning import Place, Turn, publish, secrets_of, settle, start_turn
from compiler.reconcile.webhooks import Receiver, Sender
from compiler.render.lines import Line

if TYPE_CHECKING:
    from compiler.reconcile.store import Store

SLOWEST = 900.0
"""Seconds between two turns while the target cannot be read, at most."""


@dataclass(frozen=True, slots=True)
class LoopRequest:
    """What to follow, and what may be done."""

    repo: str
    ref: str = "main"
    target: TargetRequest = field(default_factory=TargetRequest)
    orders: Orders = field(default_factory=Orders)
    interval: float = 60.0
    listen: str = ""
    """HOST:PORT of the pages; empty: none."""
    folder: Path = Path(".manifact/source")
    timeout: float = 3600.0
    accept: str = ""
    allow_older: bool = False
    break_lease: str = ""
    protocols: tuple[str, ...] = ()
    """Protocols of git beside https and ssh."""
    most_turns: int = 0
    """End after as many turns; 0: when stopped."""


@dataclass(frozen=True, slots=True)
class LoopResult(Result):
    """How the loop ended."""

    turns: int
    stopped: KeyboardInterrupt | None = None

    @property
    def interrupt(self) -> KeyboardInterrupt | None:
        """What stopped it."""
        return self.stopped

    @property
    def exit_code(self) -> ExitCode:
        """0: it was asked for so many turns."""
        return ExitCode.OK

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - nothing is left to show
        """Nothing: its events were shown."""
        return []

    def to_json(self) -> None:
        """None: its events are its output."""
        return


def reconcile_loop(checkout: Checkout, request: LoopRequest, listener: Listener = ignore) -> LoopResult:
    """Follow the repository until stopped.

    Raises `CompilerError` before the first turn: MF916 for an address that is not allowed, MF785 when the repository
    cannot be fetched, MF787 without a store, MF780 when another process holds the lease.
    """
    source = Source(request.repo, request.ref, checkout.path(request.folder), checkout.environ, request.protocols)
    source.check()
    loop = _Loop(checkout, request, source, listener)
    loop.prepare()
    with ExitStack() as stack:
        loop.take_lease(stack)
        if request.listen:
            port = stack.enter_context(serving(request.listen, loop.metrics.text, loop.is_ready))
            listener(Event(Phase.WAITING, text=f"pages on {request.listen.rpartition(':')[0]}:{port}"))
        return loop.run()


class _Loop:
    """What lives longer than a turn."""

    def __init__(self, checkout: Checkout, request: LoopRequest, source: Source, listener: Listener) -> None:
        self.metrics = Metrics()
        self._checkout = Checkout(source.tree, None, checkout.environ)
        self._request, self._source, self._listener = request, source, listener
        self._running: list[tuple[Turn, ExitStack]] = []
        self._kept = Kept()
        self._settings: Settings | None = None
        self._said: set[str] = set()
        self._wake = threading.Event()
        self._fetched = self._ended = time.monotonic()
        self._sender = Sender()
        self._lease: Lease | None = None
        self._problem = ""
        self._pause = request.interval

    def is_ready(self) -> bool:
        """Whether a turn has ended within three intervals."""
        return time.monotonic() - self._ended < 3 * max(self._pause, self._request.interval)

    def prepare(self) -> None:
        """Have a working tree before anything else. Raises MF785."""
        revision = self._source.fetch()
        if not self._source.current:
            self._source.move(revision)

    def take_lease(self, stack: ExitStack) -> None:
        """Hold the lease of the target until the stack ends. Raises MF780, MF782, MF787."""
        session = stack.enter_context(open_session(self._checkout, self._request.target, self._listener))
        settings = settings_of(session.workspace, session.name, session.target)
        store = open_store(session, settings.store)
        if store is None:
            raise failure("MF787", f"target '{session.name}' has no `reconcile.store`", hint="set reconcile.store")
        if settings.store == "local":
            stack.enter_context(checkout_lock(session, self._request.timeout, self._listener))
        else:
            lease = Lease(store, holder_name(), self._request.repo)
            lease.take(self._request.timeout, self._request.break_lease)
            self._lease = stack.enter_context(renewing(lease))
        self._kept = load(store)
        problem = self._refused(settings, self._source.current, first=True)
        if problem:
            raise failure("MF781", problem)

    def run(self) -> LoopResult:
        """Turns until stopped."""
        turns = 0
        try:
            while not self._request.most_turns or turns < self._request.most_turns:
                self._turn()
                turns += 1
                if turns != self._request.most_turns:
                    self._wake.wait(self._pause)
        except KeyboardInterrupt as signal:
            self._stop()
            return LoopResult(turns, signal)
        self._stop()
        return LoopResult(turns)

    def _turn(self) -> None:
        if not self._holds_lease():
            return
        began = time.monotonic()
        self._follow()
        try:
            outcome = self._reconcile()
            self._pause = self._request.interval
        except CompilerError as error:
            outcome = "unknown"
            self._pause = min(SLOWEST, self._pause * 2)
            self._tell_once("TargetReadable", "False", error.diagnostics[0].code, error.diagnostics[0].message)
        else:
            self._told_again("TargetReadable")
        self.metrics.note_turn(outcome, time.monotonic() - began)
        self.metrics.source_age = time.monotonic() - self._fetched
        self.metrics.webhooks_dropped = self._sender.dropped
        self._ended = time.monotonic()

    def _holds_lease(self) -> bool:
        """Whether a turn may begin. Raises MF780 when another process has taken the lease."""
        self.metrics.lease_held = self._may_act()
        if self._lease is not None and not self._lease.etag:
            raise failure("MF780", "another process has taken the lease of this target")
        if not self.metrics.lease_held:
            self._tell_once("LeaseHeld", "False", "NotRenewed", "the store did not take a renewal; nothing is changed")
            return False
        self._told_again("LeaseHeld")
        return True

    def _follow(self) -> None:
        """Bring the working tree to the newest revision that may be applied; otherwise the last one stays."""
        try:
            revision = self._source.fetch()
            self._fetched = time.monotonic()
            problem = self._refused(self._settings, revision)
            if not problem and revision != self._source.current:
                self._source.move(revision)
        except CompilerError as error:
            problem = error.diagnostics[0].message
        self._problem = problem
        if problem:
            self._tell_once("SourceReady", "False", "SourceRefused", problem)
        else:
            self._told_again("SourceReady")

    def _refused(self, settings: Settings | None, revision: str, *, first: bool = False) -> str:
        """Why a revision may not be applied, by the settings of the one before it."""
        last = self._kept.memory.revision
        history, request = self._source.history, self._request
        problem = refused_revision(history, last, revision, allow_older=request.allow_older, accept=request.accept)
        if problem or settings is None or (revision == last and not first):
            return problem
        return unsigned_problem(
            history, last, revision, mode=settings.verify, signers=settings.allowed_signers, tree=self._source.tree
        )

    def _reconcile(self) -> str:
        stack = ExitStack()
        session = stack.enter_context(open_session(self._checkout, self._request.target, ignore))
        try:
            return self._with_session(session, stack)
        finally:
            if not any(known is stack for _, known in self._running):
                stack.close()

    def _with_session(self, session: Session, stack: ExitStack) -> str:
        fresh = settings_of(session.workspace, session.name, session.target)
        # The limits of a revision hold from its second turn on: a commit cannot widen its own.
        settings = self._settings or fresh
        store: Store | None = open_store(session, fresh.store)
        place = Place(
            session,
            self._checkout,
            settings,
            store,
            self._listener,
            time.time,
            self._may_act,
            False,
            self._request.timeout,
        )
        running = frozenset(name for turn, _ in self._running for name in turn.begun.states)
        orders = replace(
            self._request.orders,
            running=running,
            confirm_all=session.target.confirm == "all",
            source_problem=self._problem,
        )
        turn = start_turn(place, self._kept, orders)
        if turn.begun.running is not None or turn.begun.failed:
            self._running.append((turn, stack))
        self._finish(place, turn)
        self._settings = fresh
        return "blocked" if self._problem else "done"

    def _finish(self, place: Place, turn: Turn) -> None:
        """Collect changes that have ended, write, and report what is different now."""
        done = [
            (known, stack)
            for known, stack in self._running
            if known.begun.running is None or known.begun.running.done()
        ]
        # Changes that only send a request end soon; a short look saves most of them a turn.
        results: dict[str, Sequence[ChangeResult]] = {}
        memory, states = turn.memory, dict(turn.states)
        for known, stack in done:
            found, _ = outcomes(known.begun)
            settled, memory = settle(place, replace(known, memory=memory), found)
            states |= {name: settled[name] for name in found if name in states}
            results.update(found)
            if known is not turn:
                stack.close()
        self._running = [item for item in self._running if item not in done]
        before = self._kept.statuses
        memory = replace(memory, origin=self._request.repo)
        self._kept = publish(place, self._kept, turn.fleet, states, memory, secrets_of(place.session, turn.gathered))
        self.metrics.note_changes(result for found in results.values() for result in found)
        self.metrics.note_fleet(self._kept.statuses, memory)
        told = transitions(before, self._kept.statuses, place.session.name, turn.fleet.revision)
        self._tell(told, _receivers(place))

    def _may_act(self) -> bool:
        return self._lease is None or self._lease.held

    def _stop(self) -> None:
        """No change begins any more; requests under way end."""
        for turn, stack in self._running:
            if turn.begun.running is not None:
                turn.begun.running.stop()
                outcomes(turn.begun)
            stack.close()
        self._running = []
        self._sender.close()

    def _tell(self, events: Sequence[Mapping[str, Any]], receivers: Sequence[Receiver]) -> None:
        for event in events:
            self._listener(Event(Phase.TRANSITION, str(event["name"]), json.dumps(event, sort_keys=True), value=event))
        self._sender.send(receivers, events)

    def _tell_once(self, kind: str, truth: str, reason: str, message: str) -> None:
        """An outage of the service or of git is one event, whatever its message."""
        if kind not in self._said:
            self._said.add(kind)
            target = self._request.target.target or ""
            self._tell([fleet_event(kind, truth, reason, message[:300], target, self._source.current)], ())

    def _told_again(self, kind: str) -> None:
        if kind in self._said:
            self._said.discard(kind)
            target = self._request.target.target or ""
            self._tell([fleet_event(kind, "True", "Recovered", "", target, self._source.current)], ())


def _receivers(place: Place) -> list[Receiver]:
    """The webhooks of the settings, with their keys looked up; one whose variable has no value is left out."""
    from compiler.planning.desired.variables import PLACEHOLDER
    from compiler.workspace.targets import variable

    found: list[Receiver] = []
    for url, secret, types in place.settings.webhooks:
        match = PLACEHOLDER.fullmatch(secret)
        known = variable(place.session.target, match[1], place.session.checkout.environ) if match else (secret, True)
        if known is not None:
            found.append(Receiver(url, known[0], types))
    return found
