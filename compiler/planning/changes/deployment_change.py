"""One manifest's endpoint: created, updated in place, replaced or restarted."""

from __future__ import annotations

from dataclasses import replace

from compiler.planning import references, tags
from compiler.planning.canonical import Path
from compiler.planning.changes import option_groups as groups
from compiler.planning.changes.deployment_diff import Endpoint, Leaves, find_difference, live_settings
from compiler.planning.changes.deployment_steps import create_body, finishing_steps, resting_steps, rolling_steps
from compiler.planning.changes.differences import Difference
from compiler.planning.changes.redaction import shown
from compiler.planning.changes.types import Action, Change, Impact, Kind, Recovery, Step
from compiler.planning.live.observed import Live

MOVING = frozenset({"CREATING", "UPDATING"})


def create(wanted: Endpoint, seen: str, title: str, reason: str = "not there yet") -> Change:
    """A new deployment; its config tag comes last, once it has answered."""
    body = create_body(wanted)
    steps = [
        Step("create_model_deployment", body=body),
        *finishing_steps(wanted, groups.flat(body), references.DEPLOYMENT),
    ]
    made = _change(wanted, Action.CREATE, reason, title=title, steps=tuple(steps), seen=seen)
    return replace(made, recovery=Recovery.DEACTIVATE)


def update(wanted: Endpoint, live: Live, have: Leaves, title: str) -> Change | None:
    """What brings a live deployment to the desired settings; None when it is there already."""
    found = find_difference(wanted, live, have)
    stale = live.tags.get(tags.CONFIG) != wanted.config or not _owned(wanted, live)
    resting = live.state == "INACTIVE"
    misplaced = resting is not (wanted.spec.state == "inactive")
    # A failed update leaves NEEDS_ATTENTION while the former model still serves: settings are then mended in place.
    restart = live.state == "NEEDS_ATTENTION" and not found
    known_good = tags.CONFIG in live.tags and not resting
    if not (found or stale or restart or misplaced):
        return None
    make = resting_steps if resting or restart or misplaced else rolling_steps
    steps = make(wanted, live, have, found)
    action = Action.RESTART if restart else Action.UPDATE
    wait = (Step("wait_model_deployment", live.id),) if live.state in MOVING else ()
    return replace(
        _change(wanted, action, _reason(wanted, live, found), title=title, steps=(*wait, *steps)),
        id=live.id,
        fields=shown(wanted, found, live.tags.get(tags.CONFIG)),
        stays_up=not (restart or misplaced or resting),
        recovery=Recovery.UNDO if known_good else Recovery.DEACTIVATE,
        reversal="restore the manifest and apply",
    )


def replacement(wanted: Endpoint, live: Live, seen: str, title: str, reason: str) -> Change:
    """A new deployment beside the old one, which goes once the new one has answered."""
    new = create(wanted, seen, title, reason)
    steps = (*new.steps, Step("delete_model_deployment", live.id))
    # One that failed before it ever passed a test never had a caller.
    served = live.state != "FAILED" or tags.CONFIG in live.tags
    return replace(
        new,
        action=Action.REPLACE,
        id=live.id,
        steps=steps,
        fields=shown(wanted, find_difference(wanted, live, live_settings(live)), live.tags.get(tags.CONFIG)),
        stays_up=False if served else None,
        impact=Impact.BREAKING if served else Impact.NONE,
        callers=("the endpoint gets another address",) if served else (),
        recovery=Recovery.DELETE,
    )


def _owned(wanted: Endpoint, live: Live) -> bool:
    return wanted.owner.items() <= live.tags.items() and (tags.PROTECT in live.tags) is wanted.spec.protect


def _reason(wanted: Endpoint, live: Live, found: Difference) -> str:
    if live.state in MOVING:
        return f"an earlier apply did not finish: it is still {live.state}"
    if live.state == "NEEDS_ATTENTION":
        return "it needs attention" + (
            f": {live.body['lifecycleDetails']}" if live.body.get("lifecycleDetails") else ""
        )
    if live.tags.get(tags.CONFIG) == wanted.config:
        return _against_the_mark(wanted, live, found)
    if not found and live.state == "ACTIVE":
        return "an earlier apply did not wait, or did not finish: its settings are still to be confirmed"
    if tags.CONFIG not in live.tags:
        return "an earlier apply did not finish"
    return "new model version" if found.under(groups.MODEL_ID) else "the manifest changed"


def _against_the_mark(wanted: Endpoint, live: Live, found: Difference) -> str:
    """Why a deployment changes whose mark says that all of this was applied before."""
    if not found and (tags.PROTECT in live.tags) is not wanted.spec.protect:
        return "whether it is protected changes"
    secret = bool(found) and all(_is_secret(wanted, path) for path in found.values)
    return "the sensitive value differs from what is live" if secret else "somebody changed it live"


def _is_secret(wanted: Endpoint, path: Path) -> bool:
    return path[:-1] == (*groups.ENVIRONMENT, "environmentVariables") and path[-1] in wanted.spec.sensitive


def _change(
    wanted: Endpoint, action: Action, reason: str, *, title: str, steps: tuple[Step, ...], seen: str = ""
) -> Change:
    return Change(
        Kind.DEPLOYMENT,
        wanted.desired.name,
        action,
        reason,
        title=title,
        steps=steps,
        config=wanted.config,
        trial=wanted.spec.trial(wanted.desired.serves),
        artifact=wanted.desired.serves,
        reversal="manifact destroy, or `state: absent`",
        seen=seen,
    )
