"""Why a plan, or a part of it, may not be carried out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from compiler.diagnostics import Diagnostic, Severity
from compiler.planning import tags
from compiler.planning.changes.types import Action, Change
from compiler.planning.changes.uploads import DIRECT_BYTES, too_large
from compiler.planning.desired.types import Desired
from compiler.planning.live.observed import Kind, LiveResource


def previously_failed(desired: Desired, live: LiveResource, title: str) -> tuple[Change, list[Diagnostic]]:
    """The change that is none: what failed its test is not tried again by itself."""
    name = desired.name
    reason = "these settings failed their smoke test before"
    hint = "change the model or the deployment, or try the same again with --retry"
    problem = Diagnostic("MF731", f"deployment of '{name}': {reason}", hint=hint, severity=Severity.WARNING)
    return Change(Kind.DEPLOYMENT, name, Action.NOOP, reason, live.id, title, stays_up=True), [problem]


def staging_required(desired: Desired, models: list[Change]) -> list[Diagnostic]:
    """An artifact too large for one request needs a bucket."""
    uploads = any(step.operation == "create_model_artifact" for change in models for step in change.steps)
    if desired.model is None or not uploads or not too_large(desired.model):
        return []
    message = f"the artifact of '{desired.name}' has {desired.model.size} bytes, one request takes {DIRECT_BYTES}"
    hint = "name a bucket it can go through: `catalog.staging.uri`"
    return [Diagnostic("MF732", message, hint=hint)]


def is_protected(deployments: Iterable[LiveResource]) -> bool:
    """Whether one of these was applied with `protect: true`."""
    return any(tags.PROTECT in live.tags for live in deployments if not live.deleted)


def undeletable(name: str) -> Diagnostic:
    """What `destroy` says of a protected deployment."""
    hint = "take `protect: true` out of the manifest and apply first if this is what you want"
    return Diagnostic("MF730", f"deployment of '{name}' is protected", hint=hint)


def kept_by_protection(name: str) -> Diagnostic:
    """What a prune leaves alone."""
    message = f"no manifest has '{name}' any more, and its deployment is protected: it is kept"
    hint = "bring the manifest back without `protect: true` and apply, then prune"
    return Diagnostic("MF770", message, hint=hint, severity=Severity.WARNING)


def served_elsewhere(name: str, model: str, deployment: str) -> Diagnostic:
    """A model that goes with its manifest, were it not for somebody else's deployment."""
    message = f"model {model} of '{name}' is kept: deployment {deployment}, which is not this manifest's, serves it"
    return Diagnostic("MF772", message, severity=Severity.WARNING)


def protected(desired: Desired, changes: Iterable[Change]) -> list[Diagnostic]:
    """`protect: true` refuses delete and replace."""
    spec = desired.deployment
    if spec is None or not spec.protect:
        return []
    return [
        Diagnostic(
            "MF730",
            f"deployment of '{desired.name}' is protected, and the plan would {change.action} it: {change.reason}",
            hint="take `protect: true` out of the manifest first if this is what you want",
        )
        for change in changes
        if change.destroys
    ]


def deploys(changes: Iterable[Change]) -> bool:
    """Whether one of these makes a deployment serve a model."""
    idle = (Action.NOOP, Action.DELETE)
    return any(change.kind is Kind.DEPLOYMENT and change.action not in idle for change in changes)


def not_deployable(
    desired: Desired, changes: Iterable[Change], catalog: Mapping[str, LiveResource | None]
) -> list[Diagnostic]:
    """The model that `spec.modelId` names must be there, ACTIVE, and have an artifact."""
    model = desired.model_id
    if model is None or model not in catalog or not deploys(changes):
        return []
    live = catalog[model]
    if live is None:
        message = f"model {model}, which '{desired.name}' deploys, is not there or may not be read"
        return [Diagnostic("MF118", message, hint="check the OCID, the region of the target, and the policies")]
    if live.state != "ACTIVE":
        return [Diagnostic("MF119", f"model {model}, which '{desired.name}' deploys, is {live.state}")]
    if live.head is None:
        message = f"model {model}, which '{desired.name}' deploys, has no artifact"
        return [Diagnostic("MF119", message, hint="save it again, or name another version")]
    return []
