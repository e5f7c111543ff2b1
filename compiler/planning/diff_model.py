"""One manifest's versions in the catalog: which one is wanted, resumed, made or taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from compiler.planning import references, tags
from compiler.planning.canonical import Body, Path, comparable, leaves
from compiler.planning.changes import Action, Change, Impact, Kind, Step
from compiler.planning.desired import Desired, DesiredModel, diffed_provenance
from compiler.planning.fields import Difference, as_lists, difference, live_leaves, merged
from compiler.planning.observed import Live
from compiler.planning.ownership import ARTIFACT_MD5, Applied, applied, metadata, paths
from compiler.planning.tags import Place
from compiler.planning.uploads import cleaning_steps, upload_steps

SUMMARY_FIELDS = ("displayName", "freeformTags", "definedTags", "versionLabel")
"""What a summary in a list tells of a model; the rest is in its record."""
WHOLE = (
    "backupSetting",
    "retentionSetting",
    "freeformTags",
    "definedTags",
    "customMetadataList",
    "definedMetadataList",
)
"""Objects and lists that a PUT replaces as a whole."""


@dataclass(frozen=True, slots=True)
class Versions:
    """The live models of one manifest, told apart."""

    wanted: Live | None
    """Committed, with the desired bytes."""
    resumable: Live | None
    """Unfinished, and meant for the desired bytes."""
    unfinished: tuple[Live, ...]
    """Unfinished, of no use."""
    former: tuple[Live, ...]
    """Committed, with other bytes; oldest first."""


def versions(desired: DesiredModel, mine: Sequence[Live], place: Place) -> Versions:
    """Tell the live models of a manifest apart; `mine` is sorted, oldest first."""
    alive = [item for item in mine if not item.gone and item.state != "FAILED"]
    here = [item for item in alive if item.summary.get("projectId") == place.project_id]
    same = [item for item in here if item.tags.get(tags.ARTIFACT) == desired.artifact and _has_artifact(item)]
    wanted = same[-1] if same else None
    unfinished = [item for item in mine if not item.gone and tags.ARTIFACT not in item.tags]
    usable = [item for item in unfinished if item in here and _resumable(desired, item)]
    resumable = usable[-1] if usable and not wanted else None
    return Versions(
        wanted,
        resumable,
        tuple(item for item in unfinished if item is not resumable),
        tuple(item for item in alive if tags.ARTIFACT in item.tags and item is not wanted),
    )


def update(desired: Desired, live: Live, place: Place, record: Applied, set_id: str) -> Change | None:
    """The change that brings a committed version to the desired settings; None when it is there already."""
    model = _wanted(desired)
    found = settings_difference(model, live)
    stale = live.tags.get(tags.CONFIG) != model.config or not place.owner(desired.name).items() <= live.tags.items()
    unrecorded = live.record is not None and applied(live.record) != record
    if not (found or stale or unrecorded or live.state == "INACTIVE"):
        return None
    steps = _update_steps(desired, live, place, record, found)
    steps = tuple(replace(step, body=_in_set(step.body, set_id)) for step in steps)
    return _change(desired, live, steps, found, _update_reason(live, model, found, stale))


def create(desired: Desired, place: Place, version_set: str, record: Applied, seen: str) -> Change:
    """A new version: record, provenance, bytes, and then the commit mark."""
    model = _wanted(desired)
    body = create_body(desired, place, version_set, record)
    steps = [Step("create_model", body=body)]
    if model.provenance:
        steps.append(Step("create_model_provenance", references.MODEL, model.provenance))
    steps += upload_steps(model, desired.name, place, references.MODEL)
    steps += [Step("head_model_artifact", references.MODEL), *cleaning_steps(model, desired.name, place)]
    steps.append(commit(desired, place, live_leaves(body), record))
    return Change(
        Kind.MODEL,
        desired.name,
        Action.CREATE,
        f"new artifact {model.artifact}",
        steps=tuple(steps),
        reversal="the former version stays in the catalog: restore the manifest and apply",
        config=model.config,
        artifact=model.artifact,
        seen=seen,
    )


def resume(desired: Desired, live: Live, place: Place, record: Applied) -> Change:
    """Finish a version whose apply was cut off."""
    model = _wanted(desired)
    steps = _provenance_steps(model, live)
    if live.head is None:
        steps += upload_steps(model, desired.name, place, live.id)
    steps += [Step("head_model_artifact", live.id), *cleaning_steps(model, desired.name, place)]
    want = leaves(comparable(_settings_body(model)))
    after = {**live_leaves(live.body), **want}
    steps.append(replace(commit(desired, place, after, record), on=live.id))
    return Change(
        Kind.MODEL,
        desired.name,
        Action.CREATE,
        "finish what an earlier apply began",
        id=live.id,
        steps=tuple(steps),
        reversal="the former version stays in the catalog: restore the manifest and apply",
        config=model.config,
        artifact=model.artifact,
    )


def delete(name: str, live: Live, reason: str) -> Change:
    """Take one version away."""
    label = f"v{live.summary['versionId']}" if live.summary.get("versionId") else ""
    reversal = "none: the bytes are gone from the catalog; compiling the same inputs makes them again"
    steps = (Step("delete_model", live.id),)
    return Change(Kind.MODEL, name, Action.DELETE, reason, live.id, label, steps=steps, reversal=reversal)


def create_body(desired: Desired, place: Place, version_set: str, record: Applied) -> Body:
    """CreateModelDetails, complete; no commit mark yet."""
    body = dict(_wanted(desired).body)
    body["freeformTags"] = {**body.get("freeformTags", {}), **place.owner(desired.name)}
    body["customMetadataList"] = [*body.get("customMetadataList", ()), record.metadata()]
    return {
        "compartmentId": place.compartment_id,
        "projectId": place.project_id,
        **body,
        "modelVersionSetId": version_set,
    }


def commit(desired: Desired, place: Place, after: Mapping[Path, Any], record: Applied) -> Step:
    """The PUT that marks a version as whole: artifact and config tags, and our metadata, with all settings."""
    model = _wanted(desired)
    names = {path[0] for path in leaves(comparable(_settings_body(model)))} | {"freeformTags", "customMetadataList"}
    body = nested_body(after, names)
    marks = {tags.ARTIFACT: model.artifact, tags.CONFIG: model.config}
    body["freeformTags"] = {**body.get("freeformTags", {}), **place.owner(desired.name), **marks}
    ours = [record.metadata(), metadata(ARTIFACT_MD5, references.ARTIFACT_MD5)]
    body["customMetadataList"] = [*body.get("customMetadataList", ()), *ours]
    return Step("update_model", references.MODEL, body)


def nested_body(after: Mapping[Path, Any], names: set[str]) -> Body:
    """The wire form of the leaves under these top-level names."""
    return as_lists(merged(after, Difference({}), *((name,) for name in sorted(names))))


def settings_difference(model: DesiredModel, live: Live) -> Difference:
    """Wanted against live settings, as far as `live` was read."""
    want = leaves(comparable(_settings_body(model)))
    have = live_leaves(live.body)
    if live.record is None:
        want = {path: value for path, value in want.items() if path[0] in SUMMARY_FIELDS}
    else:
        have.update(leaves({"provenance": comparable(diffed_provenance(live.provenance or {}))}))
        want.update(leaves({"provenance": comparable(diffed_provenance(model.provenance))}))
    if not model.own_set:
        want[("modelVersionSetName",)] = model.version_set
    same = live.tags.get(tags.CONFIG) == model.config
    record = applied(live.body)
    owned = frozenset() if same or record is None else record.model
    return difference(want, have, owned)


def owned_paths(model: DesiredModel) -> frozenset[Path]:
    """What of a version is ours."""
    provenance = leaves({"provenance": comparable(diffed_provenance(model.provenance))})
    return paths(_settings_body(model)) | frozenset(provenance)


def _update_steps(desired: Desired, live: Live, place: Place, record: Applied, found: Difference) -> tuple[Step, ...]:
    model = _wanted(desired)
    steps = [Step("activate_model", live.id)] if live.state == "INACTIVE" else []
    if found.under(("provenance",)):
        steps += _provenance_steps(model, live)
    have = live_leaves(live.body)
    names = sorted({path[0] for path in found.values} - {"provenance", "modelVersionSetName"})
    body: Body = {name: _put_value(name, have, found) for name in names}
    if found.under(("modelVersionSetName",)):
        body["modelVersionSetId"] = references.VERSION_SET
    ours = {**place.owner(desired.name), tags.ARTIFACT: model.artifact, tags.CONFIG: model.config}
    body["freeformTags"] = {**merged(have, found, ("freeformTags",)).get("freeformTags", {}), **ours}
    body["customMetadataList"] = _custom_list(live, {**have, **_after(found)}, record)
    return (*steps, Step("update_model", live.id, body))


def _in_set(body: Body | None, set_id: str) -> Body | None:
    return {**body, "modelVersionSetId": set_id} if body and "modelVersionSetId" in body else body


def _put_value(name: str, have: Mapping[Path, Any], found: Difference) -> Any:
    after = as_lists(merged(have, found, (name,)))
    if name in WHOLE:
        return after.get(name, [] if name.endswith("List") else {})
    return after.get(name, "")


def _after(found: Difference) -> dict[Path, Any]:
    return {path: wanted for path, (_, wanted) in found.values.items()}


def _custom_list(live: Live, after: Mapping[Path, Any], record: Applied) -> list[Body]:
    kept = nested_body({path: value for path, value in after.items() if value is not None}, {"customMetadataList"})
    md5 = [metadata(ARTIFACT_MD5, live.md5)] if live.md5 else []
    return [*kept.get("customMetadataList", ()), record.metadata(), *md5]


def _provenance_steps(model: DesiredModel, live: Live) -> list[Step]:
    if not model.provenance and not live.provenance:
        return []
    if live.provenance is None:
        return [Step("create_model_provenance", live.id, model.provenance)]
    wanted = {"trainingScript": "", "trainingId": "", **diffed_provenance(model.provenance)}
    had = diffed_provenance(live.provenance)
    body = {key: value for key, value in wanted.items() if had.get(key, "") != value}
    return [Step("update_model_provenance", live.id, body)] if body else []


def _settings_body(model: DesiredModel) -> Body:
    return {key: value for key, value in model.body.items() if key not in ("inputSchema", "outputSchema")}


def _change(desired: Desired, live: Live, steps: tuple[Step, ...], found: Difference, reason: str) -> Change:
    model = _wanted(desired)
    label = f"v{live.summary['versionId']}" if live.summary.get("versionId") else ""
    return Change(
        Kind.MODEL,
        desired.name,
        Action.UPDATE,
        reason,
        live.id,
        label,
        found.changes(),
        steps,
        impact=Impact.DOCUMENTATION if found else Impact.NONE,
        reversal="restore the manifest and apply",
        config=model.config,
        artifact=model.artifact,
    )


def _update_reason(live: Live, model: DesiredModel, found: Difference, stale: bool) -> str:
    if live.state == "INACTIVE":
        return "somebody deactivated it"
    if not found:
        return "the last apply did not finish" if stale else "record what is ours before the deployment changes"
    return "the manifest changed" if live.tags.get(tags.CONFIG) != model.config else "somebody changed it live"


def _resumable(desired: DesiredModel, live: Live) -> bool:
    """Whether an unfinished model was begun for just these bytes, and what is uploaded can only be them."""
    if live.record is None:
        return False
    begun = applied(live.record)
    schemas = all(live.record.get(key) == desired.body.get(key) for key in ("inputSchema", "outputSchema"))
    whole = live.head is None or live.head.size == desired.size
    return begun is not None and begun.artifact == desired.artifact and schemas and whole


def _has_artifact(live: Live) -> bool:
    return live.record is None or live.head is not None


def _wanted(desired: Desired) -> DesiredModel:
    assert desired.model is not None
    return desired.model
