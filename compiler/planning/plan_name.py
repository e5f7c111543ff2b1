"""The changes of one manifest: version set, model, deployment, and what is left over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from compiler.diagnostics import Diagnostic
from compiler.planning import callers, diff_deployment, diff_model, references, tags
from compiler.planning.by_reference import wanted_place
from compiler.planning.changes import Action, Change, Impact, Kind, Step
from compiler.planning.desired import Desired
from compiler.planning.endpoint import Endpoint, live_settings, needs_replacement, settable
from compiler.planning.observed import Live
from compiler.planning.ownership import Applied, applied, paths
from compiler.planning.refusals import blocked, deploys, not_deployable, protected, without_bucket
from compiler.planning.removal import delete_deployment, delete_model
from compiler.planning.saving import Saving
from compiler.planning.tags import Place
from compiler.planning.titles import deployment_title
from compiler.planning.versions import Versions, versions


@dataclass(frozen=True, slots=True)
class Turn:
    """One manifest and everything live that concerns it."""

    desired: Desired
    place: Place
    models: tuple[Live, ...]
    """Ours under this name, deleted ones included, oldest first."""
    deployments: tuple[Live, ...]
    version_set: Live | None
    """The live set of the wanted name."""
    served: tuple[Live, ...]
    """The models that our deployments serve."""
    serving: Mapping[str, frozenset[str]]
    """OCID of a model -> OCIDs of the deployments that serve it, of whomever."""
    catalog: Mapping[str, Live | None] = field(default_factory=dict)
    """Models that are named by OCID, as far as they were read."""
    retry: bool = False

    @property
    def live_deployments(self) -> list[Live]:
        """Those that are not deleted; oldest first."""
        return [live for live in self.deployments if not live.gone]


@dataclass(frozen=True, slots=True)
class NamePlan:
    """The outcome for one manifest."""

    changes: tuple[Change, ...]
    problems: tuple[Diagnostic, ...] = ()
    needs: frozenset[str] = frozenset()
    """OCIDs whose records the changes depend on."""


def plan_name(turn: Turn) -> NamePlan:
    """Compare what one manifest wants with what is live."""
    primary = _primary(turn)
    kinds = _versions(turn)
    record = _record(turn, kinds, primary)
    models = _model_changes(turn, kinds, record) if kinds else []
    endpoint = _endpoint(turn, kinds, record, primary)
    deployments, problems = _deployment_changes(turn, endpoint, primary)
    problems = [*problems, *without_bucket(turn.desired, models)]
    problems += not_deployable(turn.desired, deployments, turn.catalog)
    deployments = [_with_callers(turn, change, kinds) for change in deployments]
    before = [delete_model(turn.desired.name, live, _UNFINISHED) for live in kinds.unfinished] if kinds else []
    old = _old_versions(turn, kinds, deployments) if kinds else []
    changes = [*before, *models, *deployments, *old]
    needs = _needs(turn, kinds, changes)
    return NamePlan(tuple(changes), tuple(problems), needs)


def _versions(turn: Turn) -> Versions | None:
    model = turn.desired.model
    if model is None:
        return None
    return versions(model, turn.models, turn.place, wanted_place(model, turn.desired.name, turn.place))


_UNFINISHED = "unfinished: an apply that was cut off left it behind"


def _primary(turn: Turn) -> Live | None:
    """The deployment that is kept: one that can be brought to the desired settings, rather than the oldest."""
    live = turn.live_deployments
    spec = turn.desired.deployment
    if len(live) < 2 or spec is None or spec.state == "absent":
        return live[-1] if live else None
    probe = Endpoint(turn.desired, spec, turn.place, references.MODEL)
    usable = [item for item in live if not needs_replacement(probe, item, live_settings(item))]
    marked = [item for item in usable if tags.CONFIG in item.tags]
    return (marked or usable or live)[0]


def _record(turn: Turn, kinds: Versions | None, primary: Live | None) -> Applied:
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


def _model_changes(turn: Turn, kinds: Versions, record: Applied) -> list[Change]:
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


def _endpoint(turn: Turn, kinds: Versions | None, record: Applied, primary: Live | None) -> Endpoint | None:
    desired, spec = turn.desired, turn.desired.deployment
    if spec is None:
        return None
    live = (kinds.wanted or kinds.resumable) if kinds else None
    model = live.id if live else (desired.model_id or references.MODEL)
    config = primary.tags.get(tags.CONFIG) if primary else None
    owned = record.for_deployment(config) if desired.model else settable(primary)
    return Endpoint(desired, spec, turn.place, model, owned)


def _deployment_changes(
    turn: Turn, endpoint: Endpoint | None, primary: Live | None
) -> tuple[list[Change], list[Diagnostic]]:
    if endpoint is None:
        return [], []
    name, live = turn.desired.name, turn.live_deployments
    if endpoint.spec.state == "absent":
        gone = [delete_deployment(name, item, "`state: absent`") for item in live]
        return gone, protected(turn.desired, gone)
    change, problems = _one_deployment(turn, endpoint, primary)
    idle = change is not None and change.action is Action.NOOP
    # While the one that is wanted does not answer, another one may be what still serves.
    others = [] if idle else [item for item in live if item is not primary]
    extra = [delete_deployment(name, item, "a second one of this name") for item in others]
    return [*([change] if change else []), *extra], [*problems, *protected(turn.desired, [change] if change else [])]


def _one_deployment(turn: Turn, endpoint: Endpoint, primary: Live | None) -> tuple[Change | None, list[Diagnostic]]:
    seen = turn.deployments[-1].id if turn.deployments else ""
    title = deployment_title(endpoint.spec.body)
    if primary is None:
        return diff_deployment.create(endpoint, seen, title), []
    failed = primary.tags.get(tags.FAILED)
    if failed and failed == endpoint.spec.trial(endpoint.desired.serves) and not turn.retry:
        return blocked(turn.desired, primary, title)
    have = live_settings(primary)
    why = needs_replacement(endpoint, primary, have)
    if why:
        return diff_deployment.replacement(endpoint, primary, seen, title, why), []
    return diff_deployment.update(endpoint, primary, have, title), []


def _with_callers(turn: Turn, change: Change, kinds: Versions | None) -> Change:
    """The change with what callers will feel, where the endpoint moves to another version."""
    moves = any(field.path.endswith(".modelId") for field in change.fields)
    if change.action not in (Action.UPDATE, Action.RESTART) or not kinds or not turn.desired.model:
        return change
    if not moves:
        return replace(change, impact=Impact.NONE if change.stays_up else Impact.SAFE)
    before = next((live.record for live in turn.served if live.record), None)
    felt, what = callers.impact(before, turn.desired.model.body)
    return replace(change, impact=felt, callers=what)


def _old_versions(turn: Turn, kinds: Versions, deployments: list[Change]) -> list[Change]:
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


def _moves(deployments: list[Change]) -> bool:
    """Whether our deployment leaves the model it serves now."""
    fields = [field.path for change in deployments for field in change.fields]
    return any(path.endswith(".modelId") for path in fields) or any(change.destroys for change in deployments)


def _needs(turn: Turn, kinds: Versions | None, changes: list[Change]) -> frozenset[str]:
    """What must have been read for these changes to hold."""
    ids = {change.id for change in changes if change.id and change.action is not Action.NOOP}
    if kinds:
        ids |= {live.id for live in kinds.unfinished}
        if changes and kinds.wanted:
            ids.add(kinds.wanted.id)
    if turn.desired.model_id and deploys(changes):
        ids.add(turn.desired.model_id)
    if any(change.kind is Kind.DEPLOYMENT for change in changes) or (changes and turn.live_deployments):
        ids |= {live.id for live in turn.served}
    return frozenset(item for item in ids if item)
