"""The changes of one manifest: version set, model, deployment, and what is left over."""

from __future__ import annotations

from dataclasses import replace

from compiler.planning.changes.deletion import delete_model
from compiler.planning.changes.types import Action, Cause, Change
from compiler.planning.live.observed import Kind, LiveResource
from compiler.planning.plan.context import ManifestContext, ManifestPlan
from compiler.planning.plan.deployment import deployment_changes, deployment_target, primary_of, with_caller_impact
from compiler.planning.plan.lost_tags import lost_tags
from compiler.planning.plan.model import UNFINISHED, model_changes, old_versions, record_of, versions_of
from compiler.planning.plan.other_owner import other_owner
from compiler.planning.plan.refusals import deploys, not_deployable, staging_required
from compiler.planning.plan.renamed import carried_over
from compiler.planning.plan.versions import ModelVersions


def plan_manifest(context: ManifestContext) -> ManifestPlan:
    """Compare what one manifest wants with what is live."""
    primary = primary_of(context)
    versions = versions_of(context)
    record = record_of(context, versions, primary)
    models = model_changes(context, versions, record) if versions else []
    target = deployment_target(context, versions, record, primary)
    deployments, problems = deployment_changes(context, target, primary)
    problems = [*problems, *staging_required(context.desired, models)]
    problems += not_deployable(context.desired, deployments, context.catalog)
    deployments = [with_caller_impact(context, change, versions) for change in deployments]
    before = [_leftover(context.desired.name, live) for live in versions.unfinished] if versions else []
    old = old_versions(context, versions, deployments) if versions else []
    changes = [*before, *models, *deployments, *old]
    changes = carried_over(context, changes)
    problems += [*lost_tags(context, changes), *other_owner(context, changes)]
    needs = _records_needed(context, versions, changes)
    return ManifestPlan(tuple(changes), tuple(problems), needs)


def _records_needed(context: ManifestContext, versions: ModelVersions | None, changes: list[Change]) -> frozenset[str]:
    """What must have been read for these changes to hold."""
    acting = [change for change in changes if change.action is not Action.NOOP and change.kind is not Kind.VERSION_SET]
    ids = {change.id for change in acting if change.id}
    if versions:
        ids |= {live.id for live in versions.unfinished}
        if changes and versions.wanted:
            ids.add(versions.wanted.id)
    if context.desired.model_id and deploys(changes):
        ids.add(context.desired.model_id)
    if any(change.kind is Kind.DEPLOYMENT for change in changes) or (changes and context.live_deployments):
        ids |= {live.id for live in context.served}
    return frozenset(item for item in ids if item)


def _leftover(name: str, live: LiveResource) -> Change:
    return replace(delete_model(name, live, UNFINISHED), cause=Cause.UNFINISHED)
