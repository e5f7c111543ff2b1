"""The document `artifact.json`. Types only; within a format version fields are added, never changed or taken away."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict


class FileDocument(TypedDict):
    """One file of an artifact."""

    path: str
    """Where it lies in the artifact."""
    size: int
    """In bytes."""
    sha256: str
    """Of its content, in hexadecimal."""


class MetadataDocument(TypedDict):
    """The metadata of a catalog entry, as OCI Metadata items."""

    taxonomy: list[dict[str, Any]]
    """`definedMetadataList`."""
    custom: list[dict[str, Any]]
    """`customMetadataList`."""


class ArtifactDocument(TypedDict):
    """What was built, `build/<name>/artifact.json`."""

    formatVersion: Literal[1]
    """Version of this form."""
    name: str
    """Name of the manifest."""
    digest: str
    """Digest over all files, in hexadecimal."""
    files: list[FileDocument]
    """Every file of the artifact."""
    metadata: MetadataDocument
    """What the catalog entry is to say of it."""
