"""The steps that make, finish or change one version in the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compiler.planning import references, tags
from compiler.planning.canonical import Body, Path, comparable, leaves
from compiler.planning.changes.by_reference import (
    FilesPlace,
    checking_step,
    is_by_reference,
    placing_steps,
    recorded_place,
    wanted_place,
)
from compiler.planning.changes.differences import Difference, as_lists, live_leaves, merged
from compiler.planning.changes.types import Step
from compiler.planning.changes.uploads import cleaning_steps, upload_steps
from compiler.planning.desired.types import Desired, DesiredModel, diffed_provenance
from compiler.planning.live.last_applied import ARTIFACT_MD5, Applied, applied, metadata
from compiler.planning.live.observed import Live
from compiler.planning.tags import Place

CUSTOM = "customMetadataList"
WHOLE = ("backupSetting", "retentionSetting", "freeformTags", "definedTags", CUSTOM, "definedMetadataList")
"""Objects and lists that a PUT replaces as a whole."""


@dataclass(frozen=True, slots=True)
class Saving:
    """One version as it is to be, and where."""

    desired: Desired
    place: Place
    record: Applied
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
    def files(self) -> FilesPlace | None:
        """Where the files of a by-reference model are to lie."""
        return wanted_place(self.model, self.desired.name, self.place)

    @property
    def marks(self) -> dict[str, str]:
        """The tags that say it is whole."""
        return {**self.owner, tags.ARTIFACT: self.model.artifact, tags.CONFIG: self.model.config}


def create_steps(saving: Saving) -> tuple[Step, ...]:
    """A new version: record, provenance, bytes, attachments, and then the commit mark."""
    model, new = saving.model, references.MODEL
    provenance = [Step("create_model_provenance", new, model.provenance)] if model.provenance else []
    return (
        Step("create_model", body=create_body(saving)),
        *provenance,
        *upload_steps(model, saving.desired.name, saving.place, new),
        *_head_and_tail(saving, new, live_leaves(model.body)),
    )


def resume_steps(saving: Saving, live: Live) -> tuple[Step, ...]:
    """What is missing of a version whose apply was cut off."""
    if saving.files:
        upload = placing_steps(saving.files, live.id, resumed=True, registered=is_by_reference(live))
    else:
        upload = [] if live.head else upload_steps(saving.model, saving.desired.name, saving.place, live.id)
    after = {**live_leaves(live.body), **leaves(comparable(settings_body(saving.model)))}
    return (*provenance_steps(saving.model, live), *upload, *_head_and_tail(saving, live.id, after))


def update_steps(saving: Saving, live: Live, found: Difference) -> tuple[Step, ...]:
    """Carry out a difference of settings on a committed version."""
    activate = [Step("activate_model", live.id)] if live.state == "INACTIVE" else []
    provenance = provenance_steps(saving.model, live) if found.under(("provenance",)) else []
    have = live_leaves(live.body)
    names = sorted({path[0] for path in found.values} - {"provenance", "modelVersionSetName"})
    body: Body = {name: _put_value(name, have, found) for name in names}
    if found.under(("modelVersionSetName",)):
        body["modelVersionSetId"] = saving.set_id
    theirs = {**tags.valueless(live.tags), **merged(have, found, ("freeformTags",)).get("freeformTags", {})}
    body["freeformTags"] = {**theirs, **saving.marks}
    after = {path: value for path, value in {**have, **_after(found)}.items() if value is not None}
    ours = [saving.record.metadata(), *_kept(live, keep=_keeps(saving))]
    body[CUSTOM] = [*_entries(after), *_bare(live), *ours]
    return (
        *activate,
        *provenance,
        *_attachment_updates(saving, live, _entries(after)),
        Step("update_model", live.id, body),
    )


def create_body(saving: Saving) -> Body:
    """CreateModelDetails, complete; no commit mark yet, and no attachment said to be there."""
    body = dict(saving.model.body)
    body["freeformTags"] = {**body.get("freeformTags", {}), **saving.owner}
    body[CUSTOM] = [*_without_attachment(body.get(CUSTOM, ())), saving.record.metadata(), *_reference(saving)]
    where = {"compartmentId": saving.place.compartment_id, "projectId": saving.place.project_id}
    return {**where, **body, "modelVersionSetId": saving.set_id}


def settings_body(model: DesiredModel) -> Body:
    """What can be changed on a version."""
    return {key: value for key, value in model.body.items() if key not in ("inputSchema", "outputSchema")}


def provenance_steps(model: DesiredModel, live: Live) -> list[Step]:
    """Bring the provenance to what the manifest says; git facts are recorded once."""
    if not model.provenance and not live.provenance:
        return []
    if live.provenance is None:
        return [Step("create_model_provenance", live.id, model.provenance)]
    wanted = {"trainingScript": "", "trainingId": "", **diffed_provenance(model.provenance)}
    had = diffed_provenance(live.provenance)
    body = {key: value for key, value in wanted.items() if had.get(key, "") != value}
    return [Step("update_model_provenance", live.id, body)] if body else []


def _head_and_tail(saving: Saving, on: str, after: Mapping[Path, Any]) -> tuple[Step, ...]:
    """Check what the service holds, attach files, and set the commit mark."""
    return (
        checking_step(saving.files) if saving.files else Step("head_model_artifact", on),
        *cleaning_steps(saving.model, saving.desired.name, saving.place),
        *(_put(on, item.key, item.sha256, item.path) for item in saving.model.attachments),
        _commit(saving, on, after),
    )


def _commit(saving: Saving, on: str, after: Mapping[Path, Any]) -> Step:
    """The PUT that marks a version as whole: artifact and config tags, and our metadata, with all settings."""
    names = {path[0] for path in leaves(comparable(settings_body(saving.model)))} | {"freeformTags"}
    body = as_lists(merged(after, Difference({}), *((name,) for name in sorted(names - {CUSTOM}))))
    body["freeformTags"] = {**body.get("freeformTags", {}), **saving.marks}
    ours = [saving.record.metadata(), metadata(ARTIFACT_MD5, references.ARTIFACT_MD5), *_reference(saving)]
    body[CUSTOM] = [*_entries(after), *ours]
    return Step("update_model", on, body)


def _attachment_updates(saving: Saving, live: Live, entries: list[Body]) -> list[Step]:
    """Attach what changed; an entry must be in the list before a file can hang on it."""
    before = applied(live.body) or Applied()
    had, want = dict(before.attachments), {item.key: item for item in saving.model.attachments}
    gone = [Step("delete_model_custom_metadatum_artifact", live.id, {"key": key}) for key in had if key not in want]
    new = [_put(live.id, key, item.sha256, item.path) for key, item in want.items() if had.get(key) != item.sha256]
    kept = [*_without_attachment(entries, had), before.metadata(), *_kept(live, keep=_keeps(saving))]
    listed = [Step("update_model", live.id, {CUSTOM: kept})] if new else []
    return [*gone, *listed, *new]


def _put(on: str, key: str, sha256: str, path: str) -> Step:
    body = {"key": key, "sha256": sha256, "file": path.rpartition("/")[2]}
    return Step("create_model_custom_metadatum_artifact", on, body)


def _without_attachment(items: Any, but: Any = ()) -> list[Body]:
    drop = {"hasArtifact"}
    return [item if item["key"] in but else {k: v for k, v in item.items() if k not in drop} for item in items]


def _put_value(name: str, have: Mapping[Path, Any], found: Difference) -> Any:
    after = as_lists(merged(have, found, (name,)))
    if name in WHOLE:
        return after.get(name, [] if name.endswith("List") else {})
    return after.get(name, "")


def _entries(after: Mapping[Path, Any]) -> list[Body]:
    """The custom metadata of these leaves."""
    found: list[Body] = as_lists(merged(after, Difference({}), (CUSTOM,))).get(CUSTOM, [])
    return found


def _bare(live: Live) -> list[Body]:
    """Entries that are nothing but a key: they have no leaves, and a list is replaced as a whole."""
    return [
        item for item in live.body.get(CUSTOM) or () if not any(value for key, value in item.items() if key != "key")
    ]


def _after(found: Difference) -> dict[Path, Any]:
    return {path: wanted for path, (_, wanted) in found.values.items()}


def _reference(saving: Saving) -> list[Body]:
    return [saving.files.entry()] if saving.files else []


def _keeps(saving: Saving) -> bool:
    return saving.model.staging is not None and saving.model.staging.keep


def _kept(live: Live, *, keep: bool) -> list[Body]:
    """What of our own metadata an update repeats; the files of a by-reference model stay where they are."""
    md5 = [metadata(ARTIFACT_MD5, live.md5)] if live.md5 else []
    files = recorded_place(live.body)
    return [*md5, *([files._replace(keep=keep).entry()] if files else [])]
