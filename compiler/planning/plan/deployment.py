"""The part of one manifest's plan that is about its endpoint."""

from __future__ import annotations

from dataclasses import replace

from compiler.diagnostics import Diagnostic
from compiler.planning import references, tags
from compiler.planning.changes import compatibility as callers
from compiler.planning.changes import deployment_change as diff_deployment
from compiler.planning.changes.deletion import delete_deployment
from compiler.planning.changes.deployment_diff import Endpoint, live_settings, needs_replacement, settable
from compiler.planning.changes.types import Action, Change, Impact
from compiler.planning.desired.types import DesiredDeployment
from compiler.planning.live.last_applied import Applied
from compiler.planning.live.observed import Live
from compiler.planning.plan.context import Turn
from compiler.planning.plan.refusals import blocked, protected
from compiler.planning.plan.versions import Versions
from compiler.planning.summaries import deployment_title


def primary_of(turn: Turn) -> Live | None:
    """The deployment that is kept: one that can be brought to the desired settings, rather than the oldest."""
    live = turn.live_deployments
    spec = turn.desired.deployment
    if len(live) < 2 or spec is None or spec.state == "absent":
        return live[-1] if live else None
    probe = Endpoint(turn.desired, spec, turn.place, references.MODEL)
    usable = [item for item in live if not needs_replacement(probe, item, live_settings(item))]
    marked = [item for item in usable if tags.CONFIG in item.tags]
    return (marked or usable or live)[0]


def endpoint_of(turn: Turn, kinds: Versions | None, record: Applied, primary: Live | None) -> Endpoint | None:
    """The endpoint as it is to be; None where the manifest leaves it alone."""
    desired, spec = turn.desired, turn.desired.deployment
    if spec is None:
        return None
    live = (kinds.wanted or kinds.resumable) if kinds else None
    model = live.id if live else (desired.model_id or references.MODEL)
    config = primary.tags.get(tags.CONFIG) if primary else None
    owned = record.for_deployment(config) if desired.model else settable(primary)
    model_first = any(item.state == "INACTIVE" for item in turn.served)
    tested = _tested_model(turn, kinds, spec, primary)
    return Endpoint(desired, spec, turn.place, model, owned, model_first, tested, _served(turn, primary))


def _served(turn: Turn, primary: Live | None) -> str:
    """What the deployment serves now: the digest of our artifact, else the model's OCID."""
    if primary is None:
        return ""
    served = next((live.tags.get(tags.ARTIFACT) for live in turn.served if live.id == primary.model_id), None)
    return served if served and turn.desired.model else primary.model_id


def _tested_model(turn: Turn, kinds: Versions | None, spec: DesiredDeployment, primary: Live | None) -> str:
    """The version that passed with these very settings: the live mark is the digest of both.

    Empty where the settings changed as well, where no such version is left, and where nothing is to move.
    """
    config = primary.tags.get(tags.CONFIG) if primary else None
    if primary is None or kinds is None or config in (None, spec.config(turn.desired.serves)):
        return ""
    usable = [live for live in kinds.former if live.state == "ACTIVE"]
    good = [live.id for live in usable if spec.config(live.tags[tags.ARTIFACT]) == config]
    return primary.model_id if primary.model_id in good else (good[-1] if good else "")


def deployment_changes(
    turn: Turn, endpoint: Endpoint | None, primary: Live | None
) -> tuple[list[Change], list[Diagnostic]]:
    """What is done to this manifest's deployments, and why some of it may not be done."""
    if endpoint is None:
        return [], []
    name, live = turn.desired.name, turn.live_deployments
    if endpoint.spec.state == "absent":
        gone = [delete_deployment(name, item, "`state: absent`") for item in live]
        return gone, protected(turn.desired, gone)
    change, problems = _one_deployment(turn, endpoint, primary)
    idle = change is not None and change.action is Action.NOOP
    # While the one that is wanted does not answer, another one may be what still serves.
    others = [] if idle else [item for item in live if item is not primary]
    extra = [delete_deployment(name, item, "a second one of this name") for item in others]
    return [*([change] if change else []), *extra], [*problems, *protected(turn.desired, [change] if change else [])]


def with_callers(turn: Turn, change: Change, kinds: Versions | None) -> Change:
    """The change with what callers will feel, where the endpoint moves to another version."""
    moves = any(field.path.endswith(".modelId") for field in change.fields)
    if change.action not in (Action.UPDATE, Action.RESTART) or not kinds or not turn.desired.model:
        return change
    if not moves:
        return replace(change, impact=Impact.NONE if change.stays_up else Impact.SAFE)
    before = next((live.record for live in turn.served if live.record), None)
    felt, what = callers.impact(before, turn.desired.model.body)
    return replace(change, impact=felt, callers=what)


def _one_deployment(turn: Turn, endpoint: Endpoint, primary: Live | None) -> tuple[Change | None, list[Diagnostic]]:
    seen = turn.deployments[-1].id if turn.deployments else ""
    title = deployment_title(endpoint.spec.body)
    if primary is None:
        return diff_deployment.create(endpoint, seen, title), []
    failed = primary.tags.get(tags.FAILED)
    if failed and failed == endpoint.spec.trial(endpoint.desired.serves) and not turn.retry:
        return blocked(turn.desired, primary, title)
    have = live_settings(primary)
    why = needs_replacement(endpoint, primary, have)
    if why:
        return diff_deployment.replacement(endpoint, primary, seen, title, why), []
    return diff_deployment.update(endpoint, primary, have, title), []
