"""`artifact.json`: what was built, for everyone who comes later and does not want to read the files again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from compiler.diagnostics import failure
from compiler.emit.tree import ArtifactTree, digest, sha256, size
from compiler.ir import Json

if TYPE_CHECKING:
    from compiler.emit.documents import ArtifactDocument

FORMAT_VERSION: Literal[1] = 1
RECORD_NAME = "artifact.json"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of the artifact; `size` in bytes, `sha256` in hexadecimal."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """Both lists of a catalog entry's metadata, as OCI Metadata items."""

    taxonomy: tuple[Mapping[str, Json], ...]
    custom: tuple[Mapping[str, Json], ...]


@dataclass(frozen=True, slots=True)
class ArtifactRecord:
    """What `artifact.json` holds; `taxonomy` and `custom` are OCI Metadata items as they go over the wire."""

    name: str
    digest: str
    files: tuple[FileEntry, ...]
    taxonomy: tuple[Mapping[str, Json], ...]
    custom: tuple[Mapping[str, Json], ...]

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(entry.size for entry in self.files)

    def to_json(self) -> bytes:
        """The file's content: sorted keys, UTF-8, a newline at the end."""
        document: ArtifactDocument = {
            "formatVersion": FORMAT_VERSION,
            "name": self.name,
            "digest": self.digest,
            "files": [{"path": f.path, "size": f.size, "sha256": f.sha256} for f in self.files],
            "metadata": {"taxonomy": [dict(i) for i in self.taxonomy], "custom": [dict(i) for i in self.custom]},
        }
        return (json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n").encode()

    @staticmethod
    def from_json(text: bytes) -> ArtifactRecord:
        """Read `artifact.json`; raises `CompilerError` (MF507) when it is not one of this format version."""
        try:
            return _record(json.loads(text))
        except (ValueError, KeyError, TypeError) as problem:
            raise failure("MF507", f"{RECORD_NAME} cannot be used: {problem}", hint="compile the model again") from None


def record(name: str, tree: ArtifactTree, metadata: Metadata) -> ArtifactRecord:
    """The record of a finished tree."""
    files = tuple(FileEntry(path, size(content), sha256(content)) for path, content in tree.items())
    return ArtifactRecord(name, digest(tree), files, metadata.taxonomy, metadata.custom)


def _record(document: dict[str, object]) -> ArtifactRecord:
    if document["formatVersion"] != FORMAT_VERSION:
        raise ValueError(f"it has format version {document['formatVersion']}")
    files = cast("list[dict[str, object]]", document["files"])
    metadata = cast("dict[str, list[dict[str, Json]]]", document["metadata"])
    return ArtifactRecord(
        name=str(document["name"]),
        digest=str(document["digest"]),
        files=tuple(FileEntry(str(f["path"]), cast("int", f["size"]), str(f["sha256"])) for f in files),
        taxonomy=tuple(metadata["taxonomy"]),
        custom=tuple(metadata["custom"]),
    )
