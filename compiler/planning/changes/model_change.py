"""One manifest's version in the catalog: made, resumed, changed or taken away."""

from __future__ import annotations

from compiler.planning import tags
from compiler.planning.canonical import comparable, leaves
from compiler.planning.changes.cause import model_cause
from compiler.planning.changes.differences import Difference, difference, live_leaves
from compiler.planning.changes.model_steps import VersionChange, create_steps, resume_steps, update_steps
from compiler.planning.changes.types import Action, Cause, Change, FieldChange, Impact
from compiler.planning.desired.types import DesiredModel, diffed_provenance
from compiler.planning.live.last_applied import read_last_applied
from compiler.planning.live.observed import Kind, LiveResource

SUMMARY_FIELDS = ("displayName", "freeformTags", "definedTags", "versionLabel")
"""What a summary in a list tells of a model; the rest is in its record."""
STAYS = "the former version stays in the catalog: restore the manifest and apply"


def update(version: VersionChange, live: LiveResource) -> Change | None:
    """The change that brings a committed version to the desired settings; None when it is there already."""
    model = version.model
    changed = settings_difference(model, live)
    stale = live.tags.get(tags.CONFIG) != model.config or not version.owner.items() <= live.tags.items()
    unrecorded = live.record is not None and read_last_applied(live.record) != version.record
    if not (changed or stale or unrecorded or live.state == "INACTIVE"):
        return None
    attached = _attached(model, live)
    return Change(
        Kind.MODEL,
        version.desired.name,
        Action.UPDATE,
        _reason(live, model, bool(changed or attached), stale=stale),
        live.id,
        _label(live),
        (*changed.changes(), *attached),
        update_steps(version, live, changed),
        impact=Impact.DOCUMENTATION if changed or attached else Impact.NONE,
        reversal="restore the manifest and apply",
        config=model.config,
        artifact=model.artifact,
        cause=model_cause(model, live, changed=bool(changed or attached)),
    )


def create(version: VersionChange, last_seen_id: str, title: str) -> Change:
    """A new version; `last_seen_id` is the OCID of the last model under this name."""
    model = version.model
    return Change(
        Kind.MODEL,
        version.desired.name,
        Action.CREATE,
        f"new artifact {model.artifact}" + (f", its files in {version.files.uri}" if version.files else ""),
        title=title,
        steps=create_steps(version),
        reversal=STAYS,
        config=model.config,
        artifact=model.artifact,
        last_seen_id=last_seen_id,
    )


def resume(version: VersionChange, live: LiveResource) -> Change:
    """Finish a version whose apply was cut off."""
    model = version.model
    return Change(
        Kind.MODEL,
        version.desired.name,
        Action.CREATE,
        "finish what an earlier apply began",
        live.id,
        _label(live),
        steps=resume_steps(version, live),
        cause=Cause.UNFINISHED,
        reversal=STAYS,
        config=model.config,
        artifact=model.artifact,
    )


def settings_difference(model: DesiredModel, live: LiveResource) -> Difference:
    """Wanted against live settings, as far as `live` was read."""
    want = leaves(comparable(model.settings_body))
    have = live_leaves(live.body)
    if live.record is None:
        want = {path: value for path, value in want.items() if path[0] in SUMMARY_FIELDS}
    else:
        have.update(leaves({"provenance": comparable(diffed_provenance(live.provenance or {}))}))
        want.update(leaves({"provenance": comparable(diffed_provenance(model.provenance))}))
    if not model.own_set and not live.body.get("modelVersionSetName"):
        want[("modelVersionSetName",)] = model.version_set  # once in a set, a version cannot leave it
    changed = live.tags.get(tags.CONFIG) != model.config
    record = read_last_applied(live.body)
    owned = record.model if changed and record else frozenset()
    return difference(want, have, owned, strict=changed)


def _attached(model: DesiredModel, live: LiveResource) -> tuple[FieldChange, ...]:
    """The files on entries of the custom metadata that are others, by the digests of the last apply."""
    record = read_last_applied(live.body)
    if record is None:
        return ()
    had, want = dict(record.attachments), {item.key: item for item in model.attachments}
    changed = sorted(key for key in {*had, *want} if had.get(key) != (want[key].sha256 if key in want else None))
    return tuple(
        FieldChange(
            f'attachment "{key}"' + (f" ({want[key].path})" if key in want else ""),
            f"sha256:{had[key]}" if key in had else None,
            f"sha256:{want[key].sha256}" if key in want else None,
        )
        for key in changed
    )


def _label(live: LiveResource) -> str:
    return f"v{live.summary['versionId']}" if live.summary.get("versionId") else ""


def _reason(live: LiveResource, model: DesiredModel, changed: bool, *, stale: bool) -> str:
    if live.state == "INACTIVE":
        return "somebody deactivated it"
    if not changed:
        return "the last apply did not finish" if stale else "record what is ours before the deployment changes"
    return "the manifest changed" if live.tags.get(tags.CONFIG) != model.config else "somebody changed it live"
