"""The fields of `spec.catalog`. A new one is a row here and a field of `compiler.spec.catalog.Catalog`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from compiler.planning.canonical import Body
from compiler.planning.fields.field import Field, renamed, unsaid

_NOTIFICATION = {"notification": "customerNotificationType"}
_BACKUP = {"enabled": "isBackupEnabled", "region": "backupRegion", **_NOTIFICATION}
_RETENTION = {"archiveAfterDays": "archiveAfterDays", "deleteAfterDays": "deleteAfterDays", **_NOTIFICATION}
_CUSTOM = ("key", "value", "category", "description", "keywords")


def _custom(items: Iterable[Mapping[str, Any]]) -> list[Body]:
    """Entries of the custom metadata; of those with a file only the value."""
    return [{key: item.get(key) for key in _CUSTOM} for item in items]


CATALOG: tuple[Field, ...] = (
    Field("displayName", ("displayName",), cleared=""),
    Field("description", ("description",), cleared=""),
    Field("freeformTags", ("freeformTags",), cleared={}),
    Field("definedTags", ("definedTags",), cleared={}),
    Field("custom", ("customMetadataList",), decode=_custom, cleared=[]),
    Field("taxonomy", ("definedMetadataList",), decode=unsaid, cleared=[]),
    Field("inputSchema", ("inputSchema",), decode=unsaid),
    Field("outputSchema", ("outputSchema",), decode=unsaid),
    Field("versionSet", ("modelVersionSetName",)),
    Field("versionLabel", ("versionLabel",), cleared=""),
    Field("provenance.trainingScript", ("provenance", "trainingScript")),
    Field("provenance.trainingId", ("provenance", "trainingId")),
    Field("backup", ("backupSetting",), "", *renamed(_BACKUP), cleared={}),
    Field("retention", ("retentionSetting",), "", *renamed(_RETENTION), cleared={}),
)
"""In the order of the request body. The set and the provenance have requests of their own; `path` is where they are
in the record and in `DesiredModel.settings`."""

OUTSIDE = frozenset({"datasets", "staging", "byReference", "keepVersions"})
"""Fields of `spec.catalog` that are in no body, or (datasets) are entries of the custom metadata."""
CLEARED: Mapping[str, Any] = {field.path[0]: field.cleared for field in CATALOG}
"""What stands for "no value" in an update of a model, by the key of its body."""
