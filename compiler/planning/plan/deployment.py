"""The part of one manifest's plan that is about its endpoint."""

from __future__ import annotations

from dataclasses import replace

from compiler.diagnostics import Diagnostic
from compiler.planning import references, tags
from compiler.planning.changes import compatibility, deployment_change
from compiler.planning.changes.cause import creation_cause
from compiler.planning.changes.deletion import delete_deployment
from compiler.planning.changes.deployment_diff import DeploymentTarget, live_settings, needs_replacement, settable
from compiler.planning.changes.types import Action, Cause, Change, Impact
from compiler.planning.desired.types import DesiredDeployment
from compiler.planning.live.last_applied import LastApplied
from compiler.planning.live.observed import LiveResource
from compiler.planning.plan.context import ManifestContext
from compiler.planning.plan.refusals import previously_failed, protected
from compiler.planning.plan.versions import ModelVersions
from compiler.planning.summaries import deployment_summary


def primary_of(context: ManifestContext) -> LiveResource | None:
    """The deployment that is kept: one that can be brought to the desired settings, rather than the oldest."""
    live = context.live_deployments
    spec = context.desired.deployment
    if len(live) < 2 or spec is None or spec.state == "absent":
        return live[-1] if live else None
    probe = DeploymentTarget(context.desired, spec, context.place, references.MODEL)
    usable = [item for item in live if not needs_replacement(probe, item, live_settings(item))]
    marked = [item for item in usable if tags.CONFIG in item.tags]
    return (marked or usable or live)[0]


def deployment_target(
    context: ManifestContext, versions: ModelVersions | None, record: LastApplied, primary: LiveResource | None
) -> DeploymentTarget | None:
    """The endpoint as it is to be; None where the manifest leaves it alone."""
    desired, spec = context.desired, context.desired.deployment
    if spec is None:
        return None
    live = (versions.wanted or versions.resumable) if versions else None
    model = live.id if live else (desired.model_id or references.MODEL)
    config = primary.tags.get(tags.CONFIG) if primary else None
    owned = record.for_deployment(config) if desired.model else settable(primary)
    model_first = any(item.state == "INACTIVE" for item in context.served)
    tested = _tested_model(context, versions, spec, primary)
    return DeploymentTarget(desired, spec, context.place, model, owned, model_first, tested, _served(context, primary))


def _served(context: ManifestContext, primary: LiveResource | None) -> str:
    """What the deployment serves now: the digest of our artifact, else the model's OCID."""
    if primary is None:
        return ""
    served = next((live.tags.get(tags.ARTIFACT) for live in context.served if live.id == primary.model_id), None)
    return served if served and context.desired.model else primary.model_id


def _tested_model(
    context: ManifestContext, versions: ModelVersions | None, spec: DesiredDeployment, primary: LiveResource | None
) -> str:
    """The version that passed with these very settings: the live mark is the digest of both.

    Empty where the settings changed as well, where no such version is left, and where nothing is to move.
    """
    config = primary.tags.get(tags.CONFIG) if primary else None
    if primary is None or versions is None or config in (None, spec.config(context.desired.serves)):
        return ""
    usable = [live for live in versions.former if live.state == "ACTIVE"]
    good = [live.id for live in usable if spec.config(live.tags[tags.ARTIFACT]) == config]
    return primary.model_id if primary.model_id in good else (good[-1] if good else "")


def deployment_changes(
    context: ManifestContext, target: DeploymentTarget | None, primary: LiveResource | None
) -> tuple[list[Change], list[Diagnostic]]:
    """What is done to this manifest's deployments, and why some of it may not be done."""
    if target is None:
        return [], []
    name, live = context.desired.name, context.live_deployments
    if target.spec.state == "absent":
        deleted = [delete_deployment(name, item, "`state: absent`") for item in live]
        return deleted, protected(context.desired, deleted)
    change, problems = _one_deployment(context, target, primary)
    idle = change is not None and change.action is Action.NOOP
    # While the one that is wanted does not answer, another one may be what still serves.
    others = [] if idle else [item for item in live if item is not primary]
    extra = [_duplicate(name, item) for item in others]
    return [*([change] if change else []), *extra], [*problems, *protected(context.desired, [change] if change else [])]


def _duplicate(name: str, live: LiveResource) -> Change:
    return replace(delete_deployment(name, live, "a second one of this name"), cause=Cause.UNFINISHED)


def with_caller_impact(context: ManifestContext, change: Change, versions: ModelVersions | None) -> Change:
    """The change with what callers will feel, where the endpoint moves to another version."""
    moves = any(field.path.endswith(".modelId") for field in change.fields)
    if change.action not in (Action.UPDATE, Action.RESTART) or not versions or not context.desired.model:
        return change
    if not moves:
        return replace(change, impact=Impact.NONE if change.stays_up else Impact.SAFE)
    before = next((live.record for live in context.served if live.record), None)
    felt, what = compatibility.schema_compatibility(before, context.desired.model.body)
    return replace(change, impact=felt, caller_impact=what)


def _one_deployment(
    context: ManifestContext, target: DeploymentTarget, primary: LiveResource | None
) -> tuple[Change | None, list[Diagnostic]]:
    last_seen_id = context.deployments[-1].id if context.deployments else ""
    title = deployment_summary(target.spec.body)
    if primary is None:
        change = deployment_change.create(target, last_seen_id, title)
        return replace(change, cause=creation_cause(context.deployments, tags.CONFIG, change.config)), []
    failed = primary.tags.get(tags.FAILED)
    if failed and failed == target.spec.test_digest(target.desired.serves) and not context.retry:
        return previously_failed(context.desired, primary, title)
    have = live_settings(primary)
    why = needs_replacement(target, primary, have)
    if why:
        return deployment_change.replacement(target, primary, last_seen_id, title, why), []
    return deployment_change.update(target, primary, have, title), []
