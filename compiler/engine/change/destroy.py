"""Destroy: delete everything that was made for a model in a target."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from compiler.engine.change.apply import ApplyResult
from compiler.engine.checkout import Checkout
from compiler.engine.consent import Consent, ask_for_plan
from compiler.engine.exclusive import exclusively
from compiler.engine.reference import ModelReference, manifest_of, model_reference
from compiler.engine.session import Session, TargetRequest, open_session
from compiler.engine.target.planning import waiting
from compiler.events import Event, Listener, Phase, ignore
from compiler.planning.plan.outcome import ApplyOptions, Outcome

if TYPE_CHECKING:
    from compiler.planning.live.observed import Observed
    from compiler.planning.plan.plan import Plan


@dataclass(frozen=True, slots=True)
class DestroyRequest:
    """What to destroy."""

    model: str
    """Name of the model, its manifest file, or the folder with its `model.yaml`."""
    target: TargetRequest = field(default_factory=TargetRequest)
    timeout: float = 3600.0
    """Seconds for each change of the service."""
    break_glass: str = ""
    """Reason to go ahead although somebody reconciles the target (`--break-glass --reason TEXT`)."""


def destroy_model(
    checkout: Checkout, request: DestroyRequest, consent: Consent, listener: Listener = ignore
) -> ApplyResult:
    """Show what goes, ask, and delete it.

    Raises `CompilerError` MF761 for a name of no manifest and of nothing in the target, MF903 without consent.
    """
    from compiler.cloud.observe import read
    from compiler.cloud.stable import observe_when_stable
    from compiler.engine.change.runner import apply
    from compiler.planning.live.observed import Kind

    model = model_reference(checkout, request.model)
    with (
        open_session(checkout, request.target, listener, model.start) as session,
        exclusively(session, request.timeout, listener, request.break_glass),
    ):
        connection = session.connection
        observed = observe_when_stable(connection, [], {model.name}, waiting(request.timeout, listener))
        _check_known(model, observed, session)
        plan = _planned(model, observed, session)
        # What is deleted is deleted as it was read: with if-match.
        going = [change.id for change in plan.pending if change.id and change.kind is not Kind.VERSION_SET]
        plan = _planned(model, observed.with_reads(read(connection, going, observed)), session)
        listener(Event(Phase.PLANNED, session.name, value=plan))
        if plan.empty:
            return ApplyResult(plan, Outcome((), planned=plan.problems))
        ask_for_plan(plan, consent)
        return ApplyResult(plan, apply(plan, connection, {}, ApplyOptions(request.timeout, listener)))


def _check_known(model: ModelReference, observed: Observed, session: Session) -> None:
    """Raise MF761 for a name of no manifest, and of nothing that is or was in the target: it is misspelt."""
    from compiler.diagnostics import failure
    from compiler.planning import tags

    place = session.connection.place
    lives = (*observed.models, *observed.deployments, *observed.version_sets)
    known = {live.tags.get(tags.NAME, "") for live in lives if place.owns(live.tags)}
    named = model.manifest or manifest_of(session.checkout, model.name, model.start)
    if named or model.name in known:
        return
    message = f"nothing called '{model.name}' is in target '{place.target}'"
    # No name that is spelt alike: what follows such a proposal could not be had back.
    raise failure("MF761", message, hint="`manifact status` says what is there")


def _planned(model: ModelReference, observed: Observed, session: Session) -> Plan:
    from compiler.planning.desired.types import Desired
    from compiler.planning.plan.destroy import destroy

    protected = [model.name] if model.protected else []
    named = session.substituted(Desired(model.name, None, None, model_id=model.model_id)).model_id
    return destroy([model.name], observed, session.connection.place, protected, [named] if named else [])
