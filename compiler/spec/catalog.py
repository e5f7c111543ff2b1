"""`spec.catalog`: how the model is saved to the model catalog. Nothing here decides the artifact's bytes."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from compiler.spec.base import DefinedTags, Description, DisplayName, Items, Node, ObjectUri, Ocid, Tags
from compiler.spec.source import RelativePath

Notification: TypeAlias = Literal["NONE", "ALL", "ON_FAILURE", "ON_SUCCESS"]
MetadataCategory: TypeAlias = Literal[
    "Performance",
    "Training Profile",
    "Training and Validation Datasets",
    "Training Environment",
    "Reports",
    "Readme",
    "Other",
]


class Taxonomy(Node):
    """Overrides of what was read from the model."""

    framework: str | None = None
    framework_version: str | None = None
    algorithm: str | None = None
    hyperparameters: dict[str, object] | None = None


class CustomMetadata(Node):
    """One entry of the model's custom metadata."""

    key: Annotated[str, Field(min_length=1, max_length=255)]
    value: Annotated[str, Field(max_length=16_000)] | None = None
    """Up to 16,000 characters (ADS 2.16.1 source)."""
    artifact: RelativePath | None = None
    """A file attached to the entry instead of a value."""
    category: MetadataCategory = "Other"
    description: Annotated[str, Field(max_length=255)] | None = None
    """Up to 255 characters (ADS 2.16.1 source)."""
    keywords: Items[str] = ()


class Dataset(Node):
    """A dataset the model was made with."""

    uri: str | None = None
    rows: Annotated[int, Field(ge=0)] | None = None
    columns: Annotated[int, Field(ge=0)] | None = None


class Datasets(Node):
    """Training and validation data, recorded as custom metadata."""

    training: Dataset | None = None
    validation: Dataset | None = None


class Provenance(Node):
    """Where the model comes from. Git branch, commit and repository are recorded without being asked."""

    training_script: RelativePath | None = None
    training_id: Ocid | None = None
    """OCID of the notebook session or job run."""


class Backup(Node):
    """Copy of the model in another region."""

    enabled: bool
    region: str | None = None
    notification: Notification = "NONE"


class Retention(Node):
    """When old artifacts are archived and deleted."""

    archive_after_days: Annotated[int, Field(ge=0)]
    delete_after_days: Annotated[int, Field(ge=0)] | None = None
    notification: Notification = "NONE"


class Staging(Node):
    """The bucket that artifacts above 2 GiB go through, or that the files of a by-reference model stay in."""

    uri: ObjectUri
    """`oci://bucket@namespace/prefix/`"""
    keep: bool = False
    """Leave the zip there; of a by-reference model: leave its files there when the version is deleted."""
    always: bool = False
    """Go through the bucket whatever the size."""


class Catalog(Node):
    """How the model is saved."""

    display_name: DisplayName | None = None
    """`metadata.name` when absent."""
    description: Description | None = None
    freeform_tags: Tags = {}
    defined_tags: DefinedTags = {}
    taxonomy: Taxonomy | None = None
    custom: Items[CustomMetadata] = ()
    datasets: Datasets | None = None
    provenance: Provenance | None = None
    version_set: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    """`<project>-<name>` when absent."""
    version_label: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    staging: Staging | None = None
    by_reference: bool = False
    """Keep the files in the bucket of `staging`, one object each; the catalog only points to them."""
    backup: Backup | None = None
    retention: Retention | None = None
    keep_versions: Literal["all"] | Annotated[int, Field(ge=1)] = "all"
