"""What is live in a target, as raw JSON: SDK types lose fields they do not know."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from compiler.planning import tags
from compiler.planning.canonical import Body, digest

DELETED_STATES = frozenset({"DELETED", "DELETING"})


class Kind(enum.StrEnum):
    """Kinds of resources."""

    VERSION_SET = "version set"
    MODEL = "model"
    DEPLOYMENT = "deployment"


@dataclass(frozen=True, slots=True)
class ArtifactHead:
    """What HEAD says of a model's artifact."""

    size: int
    md5: str
    """Base64, as `content-md5`; made by the service, never by us."""


@dataclass(frozen=True, slots=True)
class LiveResource:
    """One resource: its summary from a list, and its record once it was read in full."""

    summary: Body
    record: Body | None = None
    etag: str | None = None
    head: ArtifactHead | None = None
    """Of a model that was read: None when it has no artifact."""
    provenance: Body | None = None

    @property
    def id(self) -> str:
        """OCID."""
        return str(self.summary["id"])

    @property
    def body(self) -> Body:
        """The fullest that is known."""
        return self.record or self.summary

    @property
    def tags(self) -> Mapping[str, str]:
        """Free-form tags."""
        found: Mapping[str, str] = self.body.get("freeformTags") or {}
        return found

    @property
    def state(self) -> str:
        """Lifecycle state."""
        return str(self.body.get("lifecycleState", ""))

    @property
    def deleted(self) -> bool:
        """Deleted, or on its way."""
        return self.state in DELETED_STATES

    @property
    def model_id(self) -> str:
        """Of a deployment: OCID of the model that it serves."""
        details = self.body.get("modelDeploymentConfigurationDetails") or {}
        return str((details.get("modelConfigurationDetails") or {}).get("modelId", ""))

    @property
    def age(self) -> tuple[str, int, str]:
        """Sorts older before newer; version numbers only tell within one set, which may be another one later."""
        return str(self.summary.get("timeCreated", "")), int(self.summary.get("versionId") or 0), self.id

    @property
    def md5(self) -> str | None:
        """Base64 md5 of the artifact as recorded after upload, where the record was read."""
        return metadata_value(self.body, "ManifactArtifactMd5")


@dataclass(frozen=True, slots=True)
class Observed:
    """One observation of a compartment: models, deployments and version sets, deleted ones included."""

    models: tuple[LiveResource, ...] = ()
    deployments: tuple[LiveResource, ...] = ()
    version_sets: tuple[LiveResource, ...] = ()
    deep: bool = False
    """Whether every resource of ours was read in full."""
    catalog: Mapping[str, LiveResource | None] = field(default_factory=dict)
    """Models that manifests name by OCID (`spec.modelId`), of any compartment, as far as they were read.

    None: the service does not show it.
    """

    def with_reads(self, reads: Iterable[LiveResource]) -> Observed:
        """The same observation with these resources read in full."""
        known = {item.id: item for item in reads}
        models = tuple(known.get(item.id, item) for item in self.models)
        deployments = tuple(known.get(item.id, item) for item in self.deployments)
        return replace(self, models=models, deployments=deployments)

    def named(self, kind: tuple[LiveResource, ...], place: tags.Scope, name: str) -> list[LiveResource]:
        """Those of `kind` that carry our tags for `name`, deleted ones included, oldest first."""
        owner = place.owner(name).items()
        return sorted((item for item in kind if owner <= item.tags.items()), key=lambda item: item.age)

    def digest(self, place: tags.Scope) -> str:
        """Digest of the state of everything that is ours here."""
        ours = [item for item in (*self.models, *self.deployments) if place.owns(item.tags) and not item.deleted]
        return digest(sorted([item.id, item.state, dict(item.tags)] for item in ours))


def of_kind(observed: Observed, kind: Kind) -> tuple[LiveResource, ...]:
    """The resources of one kind, deleted ones included."""
    known = {Kind.MODEL: observed.models, Kind.DEPLOYMENT: observed.deployments}
    return known.get(kind, observed.version_sets)


def title(live: LiveResource) -> str:
    """Its display name, or the name of a version set."""
    return str(live.body.get("displayName") or live.body.get("name") or "")


def metadata_value(body: Mapping[str, Any], key: str) -> str | None:
    """The value of one entry of the custom metadata, None when there is no such entry."""
    items = body.get("customMetadataList") or ()
    return next((item.get("value") for item in items if item.get("key") == key), None)
