"""One manifest's endpoint: created, updated in place, replaced or restarted."""

from __future__ import annotations

from dataclasses import replace

from compiler.planning import references, tags
from compiler.planning.changes import option_groups
from compiler.planning.changes.cause import deployment_cause, is_sensitive
from compiler.planning.changes.deployment_diff import DeploymentTarget, Leaves, diff, live_settings
from compiler.planning.changes.deployment_steps import confirm_steps, create_body, in_place_steps, inactive_steps
from compiler.planning.changes.differences import Difference
from compiler.planning.changes.redaction import visible_fields
from compiler.planning.changes.types import Action, Cause, Change, Impact, Recovery, Step
from compiler.planning.fields.deployment import MODEL_ID
from compiler.planning.live.observed import Kind, LiveResource

UPDATING_STATES = frozenset({"CREATING", "UPDATING"})


def create(target: DeploymentTarget, last_seen_id: str, title: str, reason: str = "not there yet") -> Change:
    """A new deployment; its config tag comes last, once it has answered."""
    body = create_body(target)
    steps = [
        Step("create_model_deployment", body=body),
        *confirm_steps(target, option_groups.settings_leaves(body), references.DEPLOYMENT),
    ]
    made = _change(target, Action.CREATE, reason, title=title, steps=tuple(steps), last_seen_id=last_seen_id)
    return replace(made, recovery=Recovery.DEACTIVATE)


def update(target: DeploymentTarget, live: LiveResource, have: Leaves, title: str) -> Change | None:
    """What brings a live deployment to the desired settings; None when it is there already."""
    difference = diff(target, live, have)
    stale = live.tags.get(tags.CONFIG) != target.config or not _owned(target, live)
    resting = live.state == "INACTIVE"
    misplaced = resting is not (target.spec.state == "inactive")
    # A failed update leaves NEEDS_ATTENTION while the former model still serves: settings are then mended in place.
    restart = live.state == "NEEDS_ATTENTION" and not difference
    known_good = tags.CONFIG in live.tags and not resting
    if not (difference or stale or restart or misplaced):
        return None
    make = inactive_steps if resting or restart or misplaced else in_place_steps
    steps = make(target, live, have, difference)
    action = Action.RESTART if restart else Action.UPDATE
    wait = (Step("wait_model_deployment", live.id),) if live.state in UPDATING_STATES else ()
    return replace(
        _change(target, action, _reason(target, live, difference), title=title, steps=(*wait, *steps)),
        id=live.id,
        fields=visible_fields(target, difference, live.tags.get(tags.CONFIG)),
        stays_up=not (restart or misplaced or resting),
        recovery=Recovery.UNDO if known_good else Recovery.DEACTIVATE,
        reversal="restore the manifest and apply",
        cause=_update_cause(target, live, have, difference),
    )


def _update_cause(target: DeploymentTarget, live: LiveResource, have: Leaves, difference: Difference) -> Cause:
    in_progress = live.state in UPDATING_STATES
    return Cause.UNFINISHED if in_progress else deployment_cause(target, live, have, difference)


def replacement(target: DeploymentTarget, live: LiveResource, last_seen_id: str, title: str, reason: str) -> Change:
    """A new deployment beside the old one, which goes once the new one has answered."""
    new = create(target, last_seen_id, title, reason)
    steps = (*new.steps, Step("delete_model_deployment", live.id))
    # One that failed before it ever passed a test never had a caller.
    served = live.state != "FAILED" or tags.CONFIG in live.tags
    have = live_settings(live)
    found = diff(target, live, have)
    return replace(
        new,
        action=Action.REPLACE,
        id=live.id,
        steps=steps,
        fields=visible_fields(target, found, live.tags.get(tags.CONFIG)),
        cause=deployment_cause(target, live, have, found),
        stays_up=False if served else None,
        impact=Impact.BREAKING if served else Impact.NONE,
        caller_impact=("the endpoint gets another address",) if served else (),
        recovery=Recovery.DELETE,
    )


def _owned(target: DeploymentTarget, live: LiveResource) -> bool:
    return target.owner.items() <= live.tags.items() and (tags.PROTECT in live.tags) is target.spec.protect


def _reason(target: DeploymentTarget, live: LiveResource, difference: Difference) -> str:
    if live.state in UPDATING_STATES:
        return f"an earlier apply did not finish: it is still {live.state}"
    if live.state == "NEEDS_ATTENTION":
        return "it needs attention" + (
            f": {live.body['lifecycleDetails']}" if live.body.get("lifecycleDetails") else ""
        )
    if live.tags.get(tags.CONFIG) == target.config:
        return _reason_outside(target, live, difference)
    if not difference and live.state == "ACTIVE":
        return "an earlier apply did not wait, or did not finish: its settings are still to be confirmed"
    if tags.CONFIG not in live.tags:
        return "an earlier apply did not finish"
    return "new model version" if difference.under(MODEL_ID) else "the manifest changed"


def _reason_outside(target: DeploymentTarget, live: LiveResource, difference: Difference) -> str:
    """Why a deployment changes whose mark says that all of this was applied before."""
    if not difference and (tags.PROTECT in live.tags) is not target.spec.protect:
        return "whether it is protected changes"
    secret = bool(difference) and all(is_sensitive(target, path) for path in difference.values)
    return "the sensitive value differs from what is live" if secret else "somebody changed it live"


def _change(
    target: DeploymentTarget,
    action: Action,
    reason: str,
    *,
    title: str,
    steps: tuple[Step, ...],
    last_seen_id: str = "",
) -> Change:
    return Change(
        Kind.DEPLOYMENT,
        target.desired.name,
        action,
        reason,
        title=title,
        steps=steps,
        config=target.config,
        test_digest=target.spec.test_digest(target.desired.serves),
        artifact=target.desired.serves,
        reversal="manifact destroy, or `state: absent`",
        last_seen_id=last_seen_id,
    )
