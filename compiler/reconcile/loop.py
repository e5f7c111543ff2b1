"""The loop: follow a branch of a repository, and make a turn every interval, under a lease."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from compiler.cloud.connect.hearing import hear_responses
from compiler.diagnostics import CompilerError, failure
from compiler.engine.checkout import Checkout
from compiler.engine.checkout_lock import checkout_lock
from compiler.engine.session import Session, open_session
from compiler.engine.store.lease import Lease, holder_name, renewing
from compiler.engine.store.opening import open_store
from compiler.events import Event, Listener, Phase, ignore
from compiler.planning.plan.outcome import Result as ChangeResult
from compiler.reconcile.acting import outcomes
from compiler.reconcile.applied_revision import applied_revision
from compiler.reconcile.following import Follower
from compiler.reconcile.loop_request import LoopRequest, LoopResult
from compiler.reconcile.operator_settings import operator_settings
from compiler.reconcile.persistence import Kept, load
from compiler.reconcile.reporting.events import transitions
from compiler.reconcile.reporting.metrics import Metrics
from compiler.reconcile.reporting.pages import serving
from compiler.reconcile.reporting.telling import Teller
from compiler.reconcile.reporting.webhooks import Receiver
from compiler.reconcile.source.mirror import Source
from compiler.reconcile.turn.gates import LIMIT_EXCEEDED
from compiler.reconcile.turn.settings import Settings, settings_of
from compiler.reconcile.turning import Place, Turn, publish, secrets_of, settle, start_turn

if TYPE_CHECKING:
    from compiler.engine.store.protocol import Store

SLOWEST = 900.0
"""Seconds between two turns while the target cannot be read, at most."""


def reconcile_loop(checkout: Checkout, request: LoopRequest, listener: Listener = ignore) -> LoopResult:
    """Follow the repository until stopped.

    Raises `CompilerError` before the first turn: MF916 for an address that is not allowed, MF785 when the repository
    cannot be fetched, MF787 without a store, MF780 when another process holds the lease.
    """
    source = Source(request.repo, request.ref, checkout.path(request.folder), checkout.environ, request.protocols)
    source.check()
    config = checkout.path(request.config) if request.config else None
    loop = _Loop(checkout, replace(request, config=config), source, listener)
    with ExitStack() as stack:
        loop.prepare(stack)
        if request.listen:
            port = stack.enter_context(serving(request.listen, loop.metrics.text, loop.is_ready))
            listener(Event(Phase.WAITING, text=f"pages on {request.listen.rpartition(':')[0]}:{port}"))
        return loop.run()


class _Loop:
    """What lives longer than a turn."""

    def __init__(self, checkout: Checkout, request: LoopRequest, source: Source, listener: Listener) -> None:
        self.metrics = Metrics()
        self._checkout = Checkout(source.tree, None, checkout.environ)
        self._request, self._listener = request, listener
        self._follower = Follower(source, request.allow_older, request.accept)
        self._teller = Teller(listener, request.target.target or "")
        self._running: list[tuple[Turn, ExitStack]] = []
        self._kept = Kept()
        self._settings = Settings()
        self._store = ""
        self._wake = threading.Event()
        self._ended = time.monotonic()
        self._lease: Lease | None = None
        self._problem = ""
        self._pause = request.interval

    def is_ready(self) -> bool:
        """Whether a turn has ended within three intervals."""
        return time.monotonic() - self._ended < 3 * max(self._pause, self._request.interval)

    def prepare(self, stack: ExitStack) -> None:
        """Have a working tree, and hold the lease of the target until the stack ends.

        Raises `CompilerError` MF785, MF780, MF782, MF787, and MF781 for a revision that may not be applied.
        """
        self._follower.prepare()
        session = stack.enter_context(open_session(self._checkout, self._request.target, self._listener, creates=True))
        settings = settings_of(session.workspace, session.name, session.target)
        store = open_store(session, settings.store)
        if store is None:
            raise failure("MF787", f"target '{session.name}' has no `reconcile.store`", hint="set reconcile.store")
        self._hold_lease(session, settings, store, stack)
        self._store = settings.store
        self._kept = load(store)
        last = self._kept.memory.revision or applied_revision(session, self._revision)
        self._settings = operator_settings(session, settings, last, self._revision, self._request.config)
        if problem := self._follower.refused(self._settings, last, self._revision):
            raise failure("MF781", problem)

    def _hold_lease(self, session: Session, settings: Settings, store: Store, stack: ExitStack) -> None:
        if settings.store == "local":
            stack.enter_context(checkout_lock(session, self._request.timeout, self._listener))
            return
        lease = Lease(store, holder_name(), self._request.repo)
        lease.take(self._request.timeout, self._request.break_lease)
        self._lease = stack.enter_context(renewing(lease))

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
            return LoopResult(turns, signal)
        finally:
            self._stop()
        return LoopResult(turns)

    @property
    def _revision(self) -> str:
        return self._follower.source.current

    def _turn(self) -> None:
        if not self._holds_lease():
            return
        began = time.monotonic()
        self._problem = self._follower.follow(self._settings, self._kept.memory.revision)
        if self._problem:
            self._teller.outage("SourceReady", "SourceRefused", self._problem, self._revision)
        else:
            self._teller.recovered("SourceReady", self._revision)
        try:
            outcome = self._reconcile()
            self._pause = self._request.interval
        except CompilerError as error:
            outcome, first = "unknown", error.diagnostics[0]
            self._pause = min(SLOWEST, self._pause * 2)
            self._teller.outage("TargetReadable", first.code, first.message, self._revision)
        else:
            self._teller.recovered("TargetReadable", self._revision)
        self.metrics.note_turn(outcome, time.monotonic() - began)
        self.metrics.source_age = time.monotonic() - self._follower.fetched
        self.metrics.webhooks_dropped = self._teller.dropped
        self._ended = time.monotonic()

    def _holds_lease(self) -> bool:
        """Whether a turn may begin. Raises MF780 when another process has taken the lease."""
        self.metrics.lease_held = self._may_act()
        if self._lease is not None and not self._lease.etag:
            raise failure("MF780", "another process has taken the lease of this target")
        if not self.metrics.lease_held:
            message = "the store did not take a renewal; nothing is changed"
            self._teller.outage("LeaseHeld", "NotRenewed", message, self._revision)
            return False
        self._teller.recovered("LeaseHeld", self._revision)
        return True

    def _reconcile(self) -> str:
        stack = ExitStack()
        session = stack.enter_context(open_session(self._checkout, self._request.target, ignore, creates=True))
        hear_responses(session.connection, self.metrics.note_response)
        try:
            return self._with_session(session, stack)
        finally:
            if not any(known is stack for _, known in self._running):
                stack.close()

    def _with_session(self, session: Session, stack: ExitStack) -> str:
        fresh = settings_of(session.workspace, session.name, session.target)
        # The limits of a revision hold once a turn has applied it: a commit cannot widen its own.
        # The lease lies in the store that the loop began with.
        settings = replace(fresh, limits=self._settings.limits, store=self._store)
        store = open_store(session, self._store)
        may_act, timeout = self._may_act, self._request.timeout
        place = Place(session, self._checkout, settings, store, self._listener, time.time, may_act, timeout=timeout)
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
        if not any(state.reason == LIMIT_EXCEEDED for state in turn.states.values()):
            self._settings = operator_settings(session, fresh, "", "", self._request.config)
        return "blocked" if self._problem else "done"

    def _finish(self, place: Place, turn: Turn) -> None:
        """Collect changes that have ended, write, and report what is different now."""
        ended = {id(known): known.begun.running is None or known.begun.running.done() for known, _ in self._running}
        done = [item for item in self._running if ended[id(item[0])]]
        self._running = [item for item in self._running if not ended[id(item[0])]]
        results: dict[str, Sequence[ChangeResult]] = {}
        memory, states = turn.memory, dict(turn.states)
        for known, stack in done:
            found, _ = outcomes(known.begun)
            settled, memory = settle(place, replace(known, memory=memory), found)
            states |= {name: settled[name] for name in found if name in states}
            results.update(found)
            if known is not turn:
                stack.close()
        before = self._kept.statuses
        memory = replace(memory, origin=self._request.repo)
        self._kept = publish(place, self._kept, turn.fleet, states, memory, secrets_of(place.session, turn.gathered))
        self.metrics.note_changes(result for found in results.values() for result in found)
        self.metrics.note_fleet(self._kept.statuses, memory)
        self.metrics.note_drift(states.values())
        self._teller.receivers = _receivers(place)
        self._teller.tell(transitions(before, self._kept.statuses, place.session.name, turn.fleet.revision))

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
        self._teller.close()


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
