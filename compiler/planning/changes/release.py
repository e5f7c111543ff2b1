"""Changes that give a resource up: our tags go, and everything else stays as it is."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.planning import tags
from compiler.planning.changes.types import Action, Change, Step
from compiler.planning.live.observed import Kind, LiveResource

_UPDATES = {
    Kind.VERSION_SET: "update_model_version_set",
    Kind.MODEL: "update_model",
    Kind.DEPLOYMENT: "update_model_deployment",
}


def release(kind: Kind, name: str, live: LiveResource, reason: str) -> Change:
    """Take our tags off a resource: it goes on, and no plan sees it any more."""
    left = {"freeformTags": tags.foreign(live.tags)}
    step = Step(_UPDATES[kind], live.id, left, "identity" if kind is Kind.DEPLOYMENT else "")
    return Change(
        kind,
        name,
        Action.UPDATE,
        reason,
        live.id,
        "our tags removed",
        steps=(step,),
        stays_up=True if kind is Kind.DEPLOYMENT else None,
        reversal="`manifact import` takes it over again",
    )


def release_all(
    name: str,
    deployments: Iterable[LiveResource],
    models: Iterable[LiveResource],
    version_sets: Iterable[LiveResource],
    reason: str,
) -> list[Change]:
    """All that is live under a name; the deployment first, so that what is left half done is still found."""
    kinds = ((Kind.DEPLOYMENT, deployments), (Kind.MODEL, models), (Kind.VERSION_SET, version_sets))
    return [release(kind, name, live, reason) for kind, lives in kinds for live in lives if not live.deleted]
