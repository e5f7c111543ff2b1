"""The steps that make, finish or change one version in the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from compiler.planning import references, tags
from compiler.planning.canonical import Body, Path, comparable, leaves
from compiler.planning.changes.by_reference import (
    FileLocation,
    check_files_step,
    desired_location,
    is_by_reference,
    recorded_location,
    upload_file_steps,
)
from compiler.planning.changes.differences import Difference, as_lists, live_leaves, merged
from compiler.planning.changes.types import Step
from compiler.planning.changes.uploads import cleanup_steps, upload_steps
from compiler.planning.desired.types import Desired, DesiredModel, diffed_provenance
from compiler.planning.fields.catalog import CLEARED
from compiler.planning.fields.field import Clear
from compiler.planning.live.last_applied import ARTIFACT_MD5, LastApplied, metadata, read_last_applied
from compiler.planning.live.observed import LiveResource
from compiler.planning.tags import Scope

CUSTOM = "customMetadataList"


@dataclass(frozen=True, slots=True)
class VersionChange:
    """One version as it is to be, and where."""

    desired: Desired
    place: Scope
    record: LastApplied
    """What is ours from now on."""
    set_id: str
    """OCID of the version set, or the reference to the one that is about to be made."""

    @property
    def model(self) -> DesiredModel:
        """What is wanted of the version."""
        assert self.desired.model is not None
        return self.desired.model

    @property
    def owner(self) -> dict[str, str]:
        """The tags that make it ours."""
        return self.place.owner(self.desired.name)

    @property
    def files(self) -> FileLocation | None:
        """Where the files of a by-reference model are to lie."""
        return desired_location(self.model, self.desired.name, self.place)

    @property
    def marks(self) -> dict[str, str]:
        """The tags that say it is whole."""
        return {**self.owner, tags.ARTIFACT: self.model.artifact, tags.CONFIG: self.model.config}


def create_steps(version: VersionChange) -> tuple[Step, ...]:
    """A new version: record, provenance, bytes, attachments, and then the commit mark."""
    model, new = version.model, references.MODEL
    provenance = [Step("create_model_provenance", new, model.provenance)] if model.provenance else []
    return (
        Step("create_model", body=create_body(version)),
        *provenance,
        *upload_steps(model, version.desired.name, version.place, new),
        *_finish_steps(version, new, live_leaves(model.body)),
    )


def resume_steps(version: VersionChange, live: LiveResource) -> tuple[Step, ...]:
    """What is missing of a version whose apply was cut off."""
    if version.files:
        upload = upload_file_steps(version.files, live.id, resumed=True, registered=is_by_reference(live))
    else:
        upload = [] if live.head else upload_steps(version.model, version.desired.name, version.place, live.id)
    after = {**live_leaves(live.body), **leaves(comparable(version.model.settings_body))}
    return (*provenance_steps(version.model, live), *upload, *_finish_steps(version, live.id, after))


def update_steps(version: VersionChange, live: LiveResource, difference: Difference) -> tuple[Step, ...]:
    """Carry out a difference of settings on a committed version."""
    activate = [Step("activate_model", live.id)] if live.state == "INACTIVE" else []
    provenance = provenance_steps(version.model, live) if difference.under(("provenance",)) else []
    have = live_leaves(live.body)
    names = sorted({path[0] for path in difference.values} - {"provenance", "modelVersionSetName"})
    body: Body = {name: _put_value(name, have, difference) for name in names}
    if difference.under(("modelVersionSetName",)):
        body["modelVersionSetId"] = version.set_id
    theirs = {**tags.valueless(live.tags), **merged(have, difference, ("freeformTags",)).get("freeformTags", {})}
    body["freeformTags"] = {**theirs, **version.marks}
    after = {path: value for path, value in {**have, **_after(difference)}.items() if value is not None}
    ours = [version.record.metadata(), *_own_entries(live, keep=_keeps(version))]
    body[CUSTOM] = [*_entries(after), *_entries_without_value(live), *ours]
    return (
        *activate,
        *provenance,
        *_attachment_updates(version, live, _entries(after)),
        Step("update_model", live.id, body),
    )


def create_body(version: VersionChange) -> Body:
    """CreateModelDetails, complete; no commit mark yet, and no attachment said to be there."""
    body = dict(version.model.body)
    body["freeformTags"] = {**body.get("freeformTags", {}), **version.owner}
    body[CUSTOM] = [*_without_attachment(body.get(CUSTOM, ())), version.record.metadata(), *_reference(version)]
    where = {"compartmentId": version.place.compartment_id, "projectId": version.place.project_id}
    return {**where, **body, "modelVersionSetId": version.set_id}


def provenance_steps(model: DesiredModel, live: LiveResource) -> list[Step]:
    """Bring the provenance to what the manifest says; git facts are recorded once."""
    if not model.provenance and not live.provenance:
        return []
    if live.provenance is None:
        return [Step("create_model_provenance", live.id, model.provenance)]
    wanted = {"trainingScript": "", "trainingId": "", **diffed_provenance(model.provenance)}
    had = diffed_provenance(live.provenance)
    body = {key: value for key, value in wanted.items() if had.get(key, "") != value}
    return [Step("update_model_provenance", live.id, body)] if body else []


def _finish_steps(version: VersionChange, on: str, after: Mapping[Path, Any]) -> tuple[Step, ...]:
    """Check what the service holds, attach files, and set the commit mark."""
    return (
        check_files_step(version.files) if version.files else Step("head_model_artifact", on),
        *cleanup_steps(version.model, version.desired.name, version.place),
        *(_attach_step(on, item.key, item.sha256, item.path) for item in version.model.attachments),
        _commit(version, on, after),
    )


def _commit(version: VersionChange, on: str, after: Mapping[Path, Any]) -> Step:
    """The PUT that marks a version as whole: artifact and config tags, and our metadata, with all settings."""
    names = {path[0] for path in leaves(comparable(version.model.settings_body))} | {"freeformTags"}
    body = as_lists(merged(after, Difference({}), *((name,) for name in sorted(names - {CUSTOM}))))
    body["freeformTags"] = {**body.get("freeformTags", {}), **version.marks}
    ours = [version.record.metadata(), metadata(ARTIFACT_MD5, references.ARTIFACT_MD5), *_reference(version)]
    body[CUSTOM] = [*_entries(after), *ours]
    return Step("update_model", on, body)


def _attachment_updates(version: VersionChange, live: LiveResource, entries: list[Body]) -> list[Step]:
    """Attach what changed; an entry must be in the list before a file can hang on it."""
    before = read_last_applied(live.body) or LastApplied()
    had, want = dict(before.attachments), {item.key: item for item in version.model.attachments}
    deleted = [Step("delete_model_custom_metadatum_artifact", live.id, {"key": key}) for key in had if key not in want]
    new = [
        _attach_step(live.id, key, item.sha256, item.path) for key, item in want.items() if had.get(key) != item.sha256
    ]
    kept = [*_without_attachment(entries, had), before.metadata(), *_own_entries(live, keep=_keeps(version))]
    listed = [Step("update_model", live.id, {CUSTOM: kept})] if new else []
    return [*deleted, *listed, *new]


def _attach_step(on: str, key: str, sha256: str, path: str) -> Step:
    body = {"key": key, "sha256": sha256, "file": path.rpartition("/")[2]}
    return Step("create_model_custom_metadatum_artifact", on, body)


def _without_attachment(items: Any, but: Any = ()) -> list[Body]:
    drop = {"hasArtifact"}
    return [item if item["key"] in but else {k: v for k, v in item.items() if k not in drop} for item in items]


def _put_value(name: str, have: Mapping[Path, Any], difference: Difference) -> Any:
    after = as_lists(merged(have, difference, (name,)))
    cleared = CLEARED.get(name, Clear.LEFT_OUT)
    if cleared is Clear.LEFT_OUT:  # it would be planned and reported as done for ever
        raise LookupError(f"no update sends {name}")
    return after.get(name, copy(cleared))


def _entries(after: Mapping[Path, Any]) -> list[Body]:
    """The custom metadata of these leaves."""
    entries: list[Body] = as_lists(merged(after, Difference({}), (CUSTOM,))).get(CUSTOM, [])
    return entries


def _entries_without_value(live: LiveResource) -> list[Body]:
    """Entries that are nothing but a key: they have no leaves, and a list is replaced as a whole."""
    return [
        item for item in live.body.get(CUSTOM) or () if not any(value for key, value in item.items() if key != "key")
    ]


def _after(difference: Difference) -> dict[Path, Any]:
    return {path: wanted for path, (_, wanted) in difference.values.items()}


def _reference(version: VersionChange) -> list[Body]:
    return [version.files.entry()] if version.files else []


def _keeps(version: VersionChange) -> bool:
    return version.model.staging is not None and version.model.staging.keep


def _own_entries(live: LiveResource, *, keep: bool) -> list[Body]:
    """What of our own metadata an update repeats; the files of a by-reference model stay where they are."""
    md5 = [metadata(ARTIFACT_MD5, live.md5)] if live.md5 else []
    files = recorded_location(live.body)
    return [*md5, *([files._replace(keep=keep).entry()] if files else [])]
