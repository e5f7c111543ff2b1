"""Put an endpoint back after its new settings failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from compiler.cloud import deployments, steps_deployment
from compiler.cloud.waiting import await_deployment
from compiler.cloud.work import Work
from compiler.planning import references, tags
from compiler.planning.changes import Recovery, Step


def recover(work: Work, done: Sequence[Step], *, tested: bool) -> str:
    """What `work.change.recovery` says, in words. `tested`: the endpoint answered wrongly (and was not merely slow).

    A failed test leaves the tag `manifact-failed`, so that the same settings are not tried again by themselves.
    """
    action = _ACTIONS.get(work.change.recovery)
    return action(work, done, tested=tested) if action else ""


def _undo(work: Work, done: Sequence[Step], *, tested: bool) -> str:
    deployment = str(work.change.id)
    for step in reversed([step for step in done if step.undo is not None]):
        _refresh(work, deployment)
        steps_deployment.update(replace(work, secrets=work.former), replace(step, on=deployment, body=step.undo))
    if tested:
        _mark(work, deployment)
    return "the former settings serve again"


def _deactivate(work: Work, done: Sequence[Step], *, tested: bool) -> str:  # noqa: ARG001 - one signature for all
    if not tested:
        return ""  # the service says FAILED by itself
    deployment = work.known.get(references.DEPLOYMENT) or str(work.change.id)
    _refresh(work, deployment)
    steps_deployment.deactivate(work, Step("deactivate_model_deployment", deployment))
    _mark(work, deployment)
    return "the deployment was deactivated"


def _delete(work: Work, done: Sequence[Step], *, tested: bool) -> str:  # noqa: ARG001
    new = work.known.get(references.DEPLOYMENT)
    if new:
        steps_deployment.delete(work, Step("delete_model_deployment", new))
    if tested:
        _mark(work, str(work.change.id))
    return "the new deployment was deleted, the former one still serves"


_ACTIONS = {Recovery.UNDO: _undo, Recovery.DEACTIVATE: _deactivate, Recovery.DELETE: _delete}


def _mark(work: Work, deployment: str) -> None:
    found = deployments.get_deployment(work.connection, deployment)
    body = {"freeformTags": {**(found.data.get("freeformTags") or {}), tags.FAILED: work.change.trial}}
    reply = deployments.update_deployment(work.connection, deployment, body, found.etag)
    await_deployment(work.connection, deployment, reply.work_request, work.watch)


def _refresh(work: Work, deployment: str) -> None:
    """Take the etag of now: the service itself changed the record while it worked."""
    found = deployments.get_deployment(work.connection, deployment)
    if found.etag:
        work.etags[deployment] = found.etag
