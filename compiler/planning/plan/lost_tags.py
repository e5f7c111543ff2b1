"""What lost our tags, and so is not known as ours any more: said before another one is made in its place."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.diagnostics import Diagnostic, Severity
from compiler.planning import tags
from compiler.planning.changes.types import Action, Change
from compiler.planning.live.observed import Kind, LiveResource
from compiler.planning.plan.context import ManifestContext


def untagged(live: LiveResource) -> bool:
    """Whether a resource that is there carries no tag of ours, of whatever project."""
    return not live.deleted and not any(key.startswith(tags.PREFIX) for key in live.tags)


def lost_tags(context: ManifestContext, changes: Iterable[Change]) -> list[Diagnostic]:
    """Warnings where the plan makes anew what seems to be there without tags, by what lists tell.

    That is a version in a set that carries our tags, and a deployment of the wanted display name that serves it or a
    model of ours.
    """
    made = {change.kind for change in changes if change.action is Action.CREATE and not change.id}
    versions = context.untagged_versions if Kind.MODEL in made else ()
    deployments = _deployments(context) if Kind.DEPLOYMENT in made else []
    told = {live.model_id for live in deployments}
    # Taking a deployment over takes its model as well.
    serving = {live.model_id: live.id for live in context.live_deployments}
    return [
        *(_diagnostic(context, "deployment", live, live.id) for live in deployments),
        *(
            _diagnostic(context, "model", live, serving.get(live.id, live.id))
            for live in versions
            if live.id not in told
        ),
    ]


def _deployments(context: ManifestContext) -> list[LiveResource]:
    spec = context.desired.deployment
    title = spec.body.get("displayName") if spec else None
    known = {live.id for live in (*context.models, *context.untagged_versions)}
    candidates = (live for live in context.untagged_deployments if live.model_id in known)
    return [live for live in candidates if live.body.get("displayName") == title]


def _diagnostic(context: ManifestContext, kind: str, live: LiveResource, taken: str) -> Diagnostic:
    message = f"{kind} {live.id} looks like one of '{context.desired.name}' that lost its tags: another one is made"
    hint = f"to have it back, `manifact import {taken} FOLDER` with the manifest's folder, before you apply"
    return Diagnostic("MF765", message, hint=hint, severity=Severity.WARNING)
