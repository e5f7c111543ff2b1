"""Status of one model: how far it is, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.compilation.build import Build
from compiler.compilation.cache import recall
from compiler.diagnostics import CompilerError, Diagnostic, failure
from compiler.engine.checkout import Checkout
from compiler.engine.following import sample_of
from compiler.engine.reference import ModelReference, manifest_of, model_reference
from compiler.engine.result import Result
from compiler.engine.session import Session, TargetRequest, open_session
from compiler.engine.target import status_steps
from compiler.engine.target.planning import Observing, Planned, plan_desired
from compiler.engine.target.status import Resource, live_resources
from compiler.engine.target.status_steps import StatusStep
from compiler.events import Listener, ignore
from compiler.planning.live.observed import LiveResource, Observed
from compiler.planning.plan.planner import Options
from compiler.workspace.failures import last_failure
from compiler.workspace.root import as_typed

if TYPE_CHECKING:
    from compiler.planning.desired.types import SmokeTest
    from compiler.render.documents.targets import LifeStepDocument, StatusDocument
    from compiler.render.lines import Line


@dataclass(frozen=True, slots=True)
class ModelStatusRequest:
    """Whose status."""

    model: str
    """Name of the model, its manifest file, or the folder with its `model.yaml`."""
    target: TargetRequest = field(default_factory=TargetRequest)
    ask: bool = True
    """Send the golden rows to the endpoint."""


@dataclass(frozen=True, slots=True)
class ModelStatusResult(Result):
    """The steps in the life of one model."""

    target: str
    resources: tuple[Resource, ...]
    steps: tuple[StatusStep, ...]
    next: str
    """The command that comes next."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """What is wrong with its manifest."""
    failure: Diagnostic | None = None
    """Why the last apply from this checkout failed; None where it succeeded, or there was none."""

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - not cut
        """One line a step, and what comes next."""
        from compiler.render.status import step_lines

        return step_lines(self._steps(), self.next, self.failure)

    def to_json(self) -> StatusDocument:
        """What `status NAME --json` prints."""
        from compiler.render.diagnostics import as_json
        from compiler.render.status import live_document

        resources = [live_document(kind, live) for kind, live in self.resources]
        document: StatusDocument = {"formatVersion": 1, "target": self.target, "resources": resources}
        document |= {"steps": self._steps(), "next": self.next}
        return {**document, "lastFailure": as_json(self.failure)} if self.failure else document

    def _steps(self) -> list[LifeStepDocument]:
        return [{"name": step.name, "state": step.state, "detail": step.detail} for step in self.steps]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """What the manifest says now."""

    name: str
    manifest: Path | None
    build: Build | None
    problems: tuple[Diagnostic, ...] = ()


def model_status(checkout: Checkout, request: ModelStatusRequest, listener: Listener = ignore) -> ModelStatusResult:
    """The steps of one model; what is wrong with its manifest is in the result (exit code 1).

    Raises `CompilerError` MF761 for a name of no manifest and of nothing in the target.
    """
    reference = model_reference(checkout, request.model)
    compiled = _compiled(checkout, reference)
    with open_session(checkout, request.target, listener, reference.start) as session:
        planned = _planned(compiled, session, listener)
        failed = last_failure(session.root, session.name, reference.name)
        steps = _steps(compiled, planned, session, ask=request.ask)
        resources = live_resources(session.connection, planned.observed, reference.name)
        if compiled.manifest is None and not resources:
            where = f"target '{session.name}'"
            message = f"no manifest here is called '{reference.name}', and nothing of that name is in {where}"
            raise failure("MF761", message)
    typed = as_typed(compiled.manifest) if compiled.manifest else None
    sample = sample_of(compiled.build) if compiled.build else "FILE"
    following = status_steps.next_command(steps, reference.name, typed, sample)
    return ModelStatusResult(session.name, tuple(resources), tuple(steps), following, compiled.problems, failed)


def _compiled(checkout: Checkout, reference: ModelReference) -> _Compiled:
    """The build that the manifest gives, without anything written."""
    from compiler.compilation.full_build import assembled

    name = reference.name
    path = reference.manifest or manifest_of(checkout, name, reference.start)
    if path is None:
        return _Compiled(name, None, None)
    root = checkout.root_of(path.parent)
    try:
        if known := recall(path, root):
            return _Compiled(name, path, known)
        with assembled(path, root) as (build, _, _):
            return _Compiled(name, path, build)
    except CompilerError as error:
        return _Compiled(name, path, None, error.diagnostics)


def _planned(compiled: _Compiled, session: Session, listener: Listener) -> Planned | _Unplanned:
    from compiler.cloud.observe import observe

    if compiled.build is None:
        return _Unplanned(observe(session.connection, []))
    desired = [session.desired(compiled.build)]
    return plan_desired(session, desired, [compiled.build], Observing(Options()), listener)


@dataclass(frozen=True, slots=True)
class _Unplanned:
    """What is live, where no manifest is there to compare it with."""

    observed: Observed


def _steps(compiled: _Compiled, planned: Planned | _Unplanned, session: Session, *, ask: bool) -> list[StatusStep]:
    place, observed = session.connection.place, planned.observed
    plan = planned.plan if isinstance(planned, Planned) else None
    desired = planned.desired[0] if isinstance(planned, Planned) else None
    models = observed.named(observed.models, place, compiled.name)
    deployments = observed.named(observed.deployments, place, compiled.name)
    live = next((item for item in reversed(deployments) if not item.deleted), None)
    smoke = desired.deployment.smoke if desired and desired.deployment else None
    built = status_steps.compiled(compiled.build, compiled.problems)
    deployed = status_steps.deployed(compiled.build, plan, deployments)
    # An endpoint that serves something else than the manifest says is not asked what the manifest expects.
    answer = _answer(session, live, smoke) if ask and live and smoke and deployed.state == "done" else None
    return [
        built,
        status_steps.introspected(compiled.build, built),
        status_steps.verified(compiled.build),
        status_steps.saved(compiled.build, plan, models),
        deployed,
        status_steps.asked(live, smoke, answer),
    ]


def _answer(session: Session, live: LiveResource, smoke: SmokeTest) -> Sequence[Diagnostic] | None:
    from compiler.cloud.datascience.smoke_test import SmokeTestError, smoke_test

    url = live.body.get("modelDeploymentUrl")
    if live.state != "ACTIVE" or not url:
        return None
    try:
        warning = smoke_test(session.connection, str(url), smoke, row_by_row=False)
    except SmokeTestError as error:
        return error.diagnostics
    return [warning] if warning else []
