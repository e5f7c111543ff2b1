"""The part of one manifest's plan that is about the catalog: version set, model, versions that are left over."""

from __future__ import annotations

from dataclasses import replace

from compiler.planning import references, tags
from compiler.planning.changes import model_change
from compiler.planning.changes.by_reference import desired_location
from compiler.planning.changes.cause import creation_cause
from compiler.planning.changes.deletion import delete_model
from compiler.planning.changes.model_steps import VersionChange
from compiler.planning.changes.types import Action, Change, Step
from compiler.planning.live.last_applied import LastApplied, paths, read_last_applied
from compiler.planning.live.observed import Kind, LiveResource
from compiler.planning.plan.context import ManifestContext
from compiler.planning.plan.versions import ModelVersions, model_versions

UNFINISHED = "unfinished: an apply that was cut off left it behind"


def versions_of(context: ManifestContext) -> ModelVersions | None:
    """The versions of this manifest; None where it makes none (`spec.modelId`)."""
    model = context.desired.model
    if model is None:
        return None
    return model_versions(
        model, context.models, context.place, desired_location(model, context.desired.name, context.place)
    )


def record_of(context: ManifestContext, versions: ModelVersions | None, primary: LiveResource | None) -> LastApplied:
    """The record of what is ours, as it must be before the deployment moves."""
    model, spec = context.desired.model, context.desired.deployment
    base = _base(context, versions, primary)
    if model is None:
        return base
    entries = base.deployment
    if spec is not None and spec.state != "absent":
        config = primary.tags.get(tags.CONFIG) if primary else None
        entries = base.followed_by(config, spec.config(context.desired.serves), paths(spec.body))
    attached = tuple(sorted((item.key, item.sha256) for item in model.attachments))
    return LastApplied(model.artifact, model.owned_paths, entries, attached)


def _base(context: ManifestContext, versions: ModelVersions | None, primary: LiveResource | None) -> LastApplied:
    """The record that knows the live deployment's config, looked for in the wanted model, then in the served one."""
    wanted = [live for live in (versions.wanted, versions.resumable) if live] if versions else []
    records = [record for live in (*wanted, *context.served) if (record := read_last_applied(live.body))]
    config = primary.tags.get(tags.CONFIG, "") if primary else ""
    knowing = [record for record in records if config in dict(record.deployment)]
    return next(iter([*knowing, *records]), LastApplied())


def model_changes(context: ManifestContext, versions: ModelVersions, record: LastApplied) -> list[Change]:
    """Make, finish or change the wanted version, and before it the set that it goes into; nothing where all is well."""
    set_id = context.version_set.id if context.version_set else references.VERSION_SET
    version = VersionChange(context.desired, context.place, record, set_id)
    if versions.wanted:
        change = model_change.update(version, versions.wanted)
    elif versions.resumable:
        change = model_change.resume(version, versions.resumable)
    else:
        last_seen_id = context.models[-1].id if context.models else ""
        change = model_change.create(version, last_seen_id, f"v{_next_version(context)}")
        change = replace(change, cause=creation_cause(context.models, tags.ARTIFACT, change.artifact))
    if change is None:
        return []
    needs_set = any((step.body or {}).get("modelVersionSetId") == references.VERSION_SET for step in change.steps)
    return [_version_set(context), change] if needs_set else [change]


def old_versions(context: ManifestContext, versions: ModelVersions, deployments: list[Change]) -> list[Change]:
    """Versions beyond `keepVersions`, never one that is served."""
    assert context.desired.model is not None
    keep = context.desired.model.keep_versions
    if keep is None:
        return []
    leaving = {live.id for live in context.live_deployments} if _moves(deployments) else set()
    spare = versions.former[: max(0, len(versions.former) - (keep - 1))]
    reason = f"keepVersions: {keep}"
    free = [live for live in spare if not context.serving.get(live.id, frozenset()) - leaving]
    staging = context.desired.model.staging
    keeps = staging is not None and staging.keep
    return [delete_model(context.desired.name, live, reason, keep_files=keeps) for live in free]


def _next_version(context: ManifestContext) -> int:
    return max((int(live.summary.get("versionId") or 0) for live in context.models), default=0) + 1


def _version_set(context: ManifestContext) -> Change:
    assert context.desired.model is not None
    place, name = context.place, context.desired.model.version_set
    body = {
        "compartmentId": place.compartment_id,
        "projectId": place.project_id,
        "name": name,
        "freeformTags": place.owner(context.desired.name),
    }
    return Change(
        Kind.VERSION_SET,
        context.desired.name,
        Action.CREATE,
        "the versions of this model go together",
        title=name,
        steps=(Step("create_model_version_set", body=body),),
        reversal="manifact destroy",
    )


def _moves(deployments: list[Change]) -> bool:
    """Whether our deployment leaves the model it serves now."""
    fields = [field.path for change in deployments for field in change.fields]
    return any(path.endswith(".modelId") for path in fields) or any(
        change.action in (Action.DELETE, Action.REPLACE) for change in deployments
    )
