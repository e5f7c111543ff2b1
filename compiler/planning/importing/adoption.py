"""Take over what somebody else made: our tags and our record on it, so that the next plan is empty."""

from __future__ import annotations

from dataclasses import replace

from compiler.planning import tags
from compiler.planning.changes import deployment_change, model_change
from compiler.planning.changes.deployment_diff import DeploymentTarget, live_settings
from compiler.planning.changes.model_steps import CUSTOM, VersionChange
from compiler.planning.changes.types import Action, Change, Recovery
from compiler.planning.desired.types import Desired
from compiler.planning.desired.variables import environment_variables
from compiler.planning.live.last_applied import ARTIFACT_MD5, LastApplied, metadata, paths
from compiler.planning.live.observed import LiveResource, Observed
from compiler.planning.plan.plan import Plan
from compiler.planning.summaries import deployment_summary
from compiler.planning.tags import Scope

REVERSAL = "remove the tags that begin with `manifact-`: nothing else was touched"


def adopt(desired: Desired, model: LiveResource, deployment: LiveResource | None, place: Scope) -> Plan:
    """The changes that make a model, and what serves it, ours; both were read in full.

    `desired` is what was compiled from the model's own artifact, or names the model (`spec.modelId`): then only the
    deployment is taken over. Where the manifest says something else than what is
    live, the change carries that too and shows it.
    """
    changes = [_model(desired, model, place)] if desired.model else []
    if deployment is not None and desired.deployment is not None:
        changes.append(_deployment(desired, model, deployment, place))
    planned = tuple(change for change in changes if change)
    live_body = deployment.body if deployment else {}
    resources = (model, *([deployment] if deployment else []))
    return Plan(
        place=place,
        changes=planned,
        artifacts={desired.name: desired.model.artifact} if desired.model else {},
        observed=Observed((model,)).digest(place),
        etags={live.id: live.etag for live in resources if live.etag},
        secrets={(desired.name, key): value for key, value in desired.secrets.items()},
        former={(desired.name, key): value for key, value in environment_variables(live_body).items()},
    )


def _model(desired: Desired, live: LiveResource, place: Scope) -> Change | None:
    assert desired.model is not None
    record = LastApplied(desired.model.artifact, desired.model.owned_paths, _entries(desired))
    change = model_change.update(
        VersionChange(desired, place, record, str(live.body.get("modelVersionSetId", ""))), live
    )
    return _adopting(_with_md5(change, live) if change else None)


def _with_md5(change: Change, live: LiveResource) -> Change:
    """Record the artifact's MD5 as it is now, where nobody did: a later look tells whether it is still the same."""
    if live.head is None or not live.head.md5 or live.md5:
        return change
    recorded = metadata(ARTIFACT_MD5, live.head.md5)
    steps = [
        replace(step, body={**step.body, CUSTOM: [*step.body[CUSTOM], recorded]})
        if step.operation == "update_model" and step.body and tags.ARTIFACT in step.body.get("freeformTags", {})
        else step
        for step in change.steps
    ]
    return replace(change, steps=tuple(steps))


def _deployment(desired: Desired, model: LiveResource, live: LiveResource, place: Scope) -> Change | None:
    assert desired.deployment is not None
    target = DeploymentTarget(desired, desired.deployment, place, model.id)
    return _adopting(
        deployment_change.update(target, live, live_settings(live), deployment_summary(desired.deployment.body))
    )


def _entries(desired: Desired) -> tuple[tuple[str, frozenset[tuple[str, ...]]], ...]:
    if desired.deployment is None:
        return ()
    return ((desired.deployment.config(desired.serves), paths(desired.deployment.body)),)


def _adopting(change: Change | None) -> Change | None:
    if change is None:
        return None
    steps = tuple(step for step in change.steps if step.operation != "smoke_test")  # it serves already
    adopting = replace(change, action=Action.ADOPT, reason="take over what is live", reversal=REVERSAL)
    return replace(adopting, steps=steps, recovery=Recovery.NONE)


def owner_of(live: LiveResource) -> str | None:
    """`project/target/name` of whoever owns a resource already; None when nobody does."""
    owner = [live.tags.get(key) for key in (tags.PROJECT, tags.TARGET, tags.NAME)]
    return "/".join(str(part) for part in owner) if all(owner) else None
