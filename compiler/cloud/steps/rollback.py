"""Put an endpoint back after its new settings failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from compiler.cloud.connect.errors import RequestError
from compiler.cloud.datascience import deployments
from compiler.cloud.datascience.waiters import await_deployment
from compiler.cloud.steps import deployment as deployment_steps
from compiler.cloud.steps.context import ChangeContext
from compiler.planning import references, tags
from compiler.planning.canonical import Body
from compiler.planning.changes import option_groups
from compiler.planning.changes.deployment_diff import live_settings
from compiler.planning.changes.types import Recovery, Step
from compiler.planning.live.observed import LiveResource
from compiler.planning.paths import below

TRIES = 5


def recover(context: ChangeContext, steps: Sequence[Step], *, tested: bool) -> str:
    """What `context.change.recovery` says, in words. `tested`: the endpoint answered wrongly (and was not merely slow).

    `steps` were done, but for the last one, which failed. A failed test leaves the tag `manifact-failed`, so that the
    same settings are not tried again by themselves.
    """
    action = _ACTIONS.get(context.change.recovery)
    return action(context, steps, tested=tested) if action else ""


def _undo(context: ChangeContext, steps: Sequence[Step], *, tested: bool) -> str:
    deployment = str(context.change.id)
    record = deployments.get_deployment(context.connection, deployment).data
    if record.get("lifecycleState") == "FAILED":
        return "nothing was put back: the deployment is FAILED, and takes no update"
    *done, failed = steps
    changed = [step for step in done if step.undo is not None]
    # An update that failed may show in the record all the same, its settings taken and not brought up.
    if failed.undo is not None and (tested or _shows(record, deployment_steps.with_values(context, failed.undo))):
        changed.append(failed)
    for step in reversed(changed):
        _retry_on_conflict(partial(_restore, context, replace(step, on=deployment, body=step.undo)))
    if tested:
        _retry_on_conflict(partial(_tag_failed, context, deployment))
    return _outcome(context, deployment, failed) if changed else _untouched(failed)


def _restore(context: ChangeContext, step: Step) -> None:
    _refresh(context, step.on)
    deployment_steps.update(context, step)


def _retry_on_conflict(update: Callable[[], None]) -> None:
    """Update again where the record changed since it was read: an endpoint in trouble changes its state by itself."""
    for _ in range(TRIES - 1):
        try:
            return update()
        except RequestError as error:
            if error.status != 412:
                raise
    return update()


def _shows(record: Body, undo: Body) -> bool:
    """Whether a deployment's record says something else than it would after `undo`."""
    now, before = live_settings(LiveResource(record)), option_groups.settings_leaves(undo)
    parts = [
        part
        for name in option_groups.SETTINGS
        for part in option_groups.GROUPS[name]
        if option_groups.holds(undo, part)
    ]
    return any(now.get(path) != before.get(path) for path in {*now, *before} if below(path, parts))


def _outcome(context: ChangeContext, deployment: str, failed: Step) -> str:
    state = deployments.get_deployment(context.connection, deployment).data.get("lifecycleState")
    if state != "ACTIVE":
        return f"the former settings were put back; the deployment is {state}"
    if failed.operation == "smoke_test" and failed.undo is not None:
        return "the former model serves again"
    return "the former settings serve again"


def _untouched(failed: Step) -> str:
    if failed.operation == "smoke_test":
        return "nothing was put back: what served before is not known, and what answers wrongly still serves"
    return "nothing was put back" if failed.undo is None else "nothing had to be put back: it has its former settings"


def _deactivate(context: ChangeContext, steps: Sequence[Step], *, tested: bool) -> str:  # noqa: ARG001 - one signature for all
    if not tested:
        return ""  # the service says FAILED by itself
    deployment = context.known.get(references.DEPLOYMENT) or str(context.change.id)
    _refresh(context, deployment)
    deployment_steps.deactivate(context, Step("deactivate_model_deployment", deployment))
    _tag_failed(context, deployment)
    return "the deployment was deactivated"


def _delete(context: ChangeContext, steps: Sequence[Step], *, tested: bool) -> str:  # noqa: ARG001
    new = context.known.get(references.DEPLOYMENT)
    if new:
        deployment_steps.delete(context, Step("delete_model_deployment", new))
    if tested:
        _tag_failed(context, str(context.change.id))
    return "the new deployment was deleted, the former one still serves"


_ACTIONS = {Recovery.UNDO: _undo, Recovery.DEACTIVATE: _deactivate, Recovery.DELETE: _delete}


def _tag_failed(context: ChangeContext, deployment: str) -> None:
    response = deployments.get_deployment(context.connection, deployment)
    body = {"freeformTags": {**(response.data.get("freeformTags") or {}), tags.FAILED: context.change.test_digest}}
    reply = deployments.update_deployment(context.connection, deployment, body, response.etag)
    await_deployment(context.connection, deployment, reply.work_request, context.watch)


def _refresh(context: ChangeContext, deployment: str) -> None:
    """Take the etag of now: the service itself changed the record while it worked."""
    response = deployments.get_deployment(context.connection, deployment)
    if response.etag:
        context.etags[deployment] = response.etag
