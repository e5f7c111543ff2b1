"""The changes of one manifest: version set, model, deployment, and what is left over."""

from __future__ import annotations

from compiler.planning.changes.deletion import delete_model
from compiler.planning.changes.types import Action, Change, Kind
from compiler.planning.plan.context import NamePlan, Turn
from compiler.planning.plan.deployment import deployment_changes, endpoint_of, primary_of, with_callers
from compiler.planning.plan.lost_tags import strays
from compiler.planning.plan.model import UNFINISHED, model_changes, old_versions, record_of, versions_of
from compiler.planning.plan.refusals import deploys, not_deployable, without_bucket
from compiler.planning.plan.versions import Versions


def plan_name(turn: Turn) -> NamePlan:
    """Compare what one manifest wants with what is live."""
    primary = primary_of(turn)
    kinds = versions_of(turn)
    record = record_of(turn, kinds, primary)
    models = model_changes(turn, kinds, record) if kinds else []
    endpoint = endpoint_of(turn, kinds, record, primary)
    deployments, problems = deployment_changes(turn, endpoint, primary)
    problems = [*problems, *without_bucket(turn.desired, models)]
    problems += not_deployable(turn.desired, deployments, turn.catalog)
    deployments = [with_callers(turn, change, kinds) for change in deployments]
    before = [delete_model(turn.desired.name, live, UNFINISHED) for live in kinds.unfinished] if kinds else []
    old = old_versions(turn, kinds, deployments) if kinds else []
    changes = [*before, *models, *deployments, *old]
    problems += strays(turn, changes)
    needs = _needs(turn, kinds, changes)
    return NamePlan(tuple(changes), tuple(problems), needs)


def _needs(turn: Turn, kinds: Versions | None, changes: list[Change]) -> frozenset[str]:
    """What must have been read for these changes to hold."""
    ids = {change.id for change in changes if change.id and change.action is not Action.NOOP}
    if kinds:
        ids |= {live.id for live in kinds.unfinished}
        if changes and kinds.wanted:
            ids.add(kinds.wanted.id)
    if turn.desired.model_id and deploys(changes):
        ids.add(turn.desired.model_id)
    if any(change.kind is Kind.DEPLOYMENT for change in changes) or (changes and turn.live_deployments):
        ids |= {live.id for live in turn.served}
    return frozenset(item for item in ids if item)
