"""The part of one manifest's plan that is about the catalog: version set, model, versions that are left over."""

from __future__ import annotations

from compiler.planning import references, tags
from compiler.planning.changes import model_change as diff_model
from compiler.planning.changes.by_reference import wanted_place
from compiler.planning.changes.deletion import delete_model
from compiler.planning.changes.model_steps import Saving
from compiler.planning.changes.types import Action, Change, Kind, Step
from compiler.planning.live.last_applied import Applied, applied, paths
from compiler.planning.live.observed import Live
from compiler.planning.plan.context import Turn
from compiler.planning.plan.versions import Versions, versions

UNFINISHED = "unfinished: an apply that was cut off left it behind"


def versions_of(turn: Turn) -> Versions | None:
    """The versions of this manifest; None where it makes none (`spec.modelId`)."""
    model = turn.desired.model
    if model is None:
        return None
    return versions(model, turn.models, turn.place, wanted_place(model, turn.desired.name, turn.place))


def record_of(turn: Turn, kinds: Versions | None, primary: Live | None) -> Applied:
    """The record of what is ours, as it must be before the deployment moves."""
    model, spec = turn.desired.model, turn.desired.deployment
    base = _base(turn, kinds, primary)
    if model is None:
        return base
    entries = base.deployment
    if spec is not None and spec.state != "absent":
        config = primary.tags.get(tags.CONFIG) if primary else None
        entries = base.followed_by(config, spec.config(turn.desired.serves), paths(spec.body))
    attached = tuple(sorted((item.key, item.sha256) for item in model.attachments))
    return Applied(model.artifact, diff_model.owned_paths(model), entries, attached)


def _base(turn: Turn, kinds: Versions | None, primary: Live | None) -> Applied:
    """The record that knows the live deployment's config, looked for in the wanted model, then in the served one."""
    wanted = [live for live in (kinds.wanted, kinds.resumable) if live] if kinds else []
    records = [record for live in (*wanted, *turn.served) if (record := applied(live.body))]
    config = primary.tags.get(tags.CONFIG, "") if primary else ""
    knowing = [record for record in records if config in dict(record.deployment)]
    return next(iter([*knowing, *records]), Applied())


def model_changes(turn: Turn, kinds: Versions, record: Applied) -> list[Change]:
    """Make, finish or change the wanted version, and before it the set that it goes into; nothing where all is well."""
    set_id = turn.version_set.id if turn.version_set else references.VERSION_SET
    saving = Saving(turn.desired, turn.place, record, set_id)
    if kinds.wanted:
        change = diff_model.update(saving, kinds.wanted)
    elif kinds.resumable:
        change = diff_model.resume(saving, kinds.resumable)
    else:
        seen = turn.models[-1].id if turn.models else ""
        change = diff_model.create(saving, seen, f"v{_next_version(turn)}")
    if change is None:
        return []
    needs_set = any((step.body or {}).get("modelVersionSetId") == references.VERSION_SET for step in change.steps)
    return [_version_set(turn), change] if needs_set else [change]


def old_versions(turn: Turn, kinds: Versions, deployments: list[Change]) -> list[Change]:
    """Versions beyond `keepVersions`, never one that is served."""
    assert turn.desired.model is not None
    keep = turn.desired.model.keep_versions
    if keep is None:
        return []
    leaving = {live.id for live in turn.live_deployments} if _moves(deployments) else set()
    spare = kinds.former[: max(0, len(kinds.former) - (keep - 1))]
    reason = f"keepVersions: {keep}"
    free = [live for live in spare if not turn.serving.get(live.id, frozenset()) - leaving]
    staging = turn.desired.model.staging
    keeps = staging is not None and staging.keep
    return [delete_model(turn.desired.name, live, reason, keep_files=keeps) for live in free]


def _next_version(turn: Turn) -> int:
    return max((int(live.summary.get("versionId") or 0) for live in turn.models), default=0) + 1


def _version_set(turn: Turn) -> Change:
    assert turn.desired.model is not None
    place, name = turn.place, turn.desired.model.version_set
    body = {
        "compartmentId": place.compartment_id,
        "projectId": place.project_id,
        "name": name,
        "freeformTags": place.owner(turn.desired.name),
    }
    return Change(
        Kind.VERSION_SET,
        turn.desired.name,
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
