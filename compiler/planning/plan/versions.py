"""The live models of one manifest, told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compiler.planning import tags
from compiler.planning.changes.by_reference import FileLocation, is_by_reference, recorded_location
from compiler.planning.desired.types import DesiredModel
from compiler.planning.live.last_applied import read_last_applied
from compiler.planning.live.observed import LiveResource
from compiler.planning.tags import Scope


@dataclass(frozen=True, slots=True)
class ModelVersions:
    """What there is of one manifest in the catalog."""

    wanted: LiveResource | None
    """Committed, with the desired bytes."""
    resumable: LiveResource | None
    """Unfinished, and meant for the desired bytes."""
    unfinished: tuple[LiveResource, ...]
    """Unfinished, of no use."""
    former: tuple[LiveResource, ...]
    """Committed, with other bytes; oldest first."""


def model_versions(
    desired: DesiredModel, mine: Sequence[LiveResource], place: Scope, files: FileLocation | None = None
) -> ModelVersions:
    """Tell the live models of a manifest apart; `mine` is sorted, oldest first.

    `files` is where those of a by-reference version are to lie.
    """
    alive = [item for item in mine if not item.deleted and item.state != "FAILED"]
    here = [item for item in alive if item.summary.get("projectId") == place.project_id]
    same = [item for item in here if item.tags.get(tags.ARTIFACT) == desired.artifact and _has_artifact(item)]
    same = [item for item in same if is_by_reference(item) == (files is not None)]
    wanted = same[-1] if same else None
    unfinished = [item for item in mine if not item.deleted and tags.ARTIFACT not in item.tags]
    usable = [item for item in unfinished if item in here and _resumable(desired, item, files)]
    resumable = usable[-1] if usable and not wanted else None
    return ModelVersions(
        wanted,
        resumable,
        tuple(item for item in unfinished if item is not resumable),
        tuple(item for item in alive if tags.ARTIFACT in item.tags and item is not wanted),
    )


def _resumable(desired: DesiredModel, live: LiveResource, files: FileLocation | None) -> bool:
    """Whether an unfinished model was begun for just these bytes, and what is uploaded can only be them."""
    if live.record is None:
        return False
    begun = read_last_applied(live.record)
    schemas = all(live.record.get(key) == desired.body.get(key) for key in ("inputSchema", "outputSchema"))
    whole = files is not None or live.head is None or live.head.size == desired.size
    recorded = recorded_location(live.record)
    placed = recorded == (files._replace(keep=recorded.keep) if files and recorded else files)
    whole = whole and placed
    return begun is not None and begun.artifact == desired.artifact and schemas and whole


def _has_artifact(live: LiveResource) -> bool:
    """Whether its bytes are there, and still those that were uploaded; not known of what was not read."""
    if live.record is None:
        return True
    return live.head is not None and live.md5 in (None, live.head.md5)
