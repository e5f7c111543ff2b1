"""ResolvedModel -> artifact: the files as values, one writer to disk, one streaming zip."""

from compiler.emit.assemble import artifact_record, emit, introspect_tree
from compiler.emit.record import ArtifactRecord, FileEntry, Metadata
from compiler.emit.tree import ArtifactTree, Content, artifact_tree, digest
from compiler.emit.writer import write_artifact
from compiler.emit.zipstream import stream_zip, zip_size

__all__ = [
    "ArtifactRecord",
    "ArtifactTree",
    "Content",
    "FileEntry",
    "Metadata",
    "artifact_record",
    "artifact_tree",
    "digest",
    "emit",
    "introspect_tree",
    "stream_zip",
    "write_artifact",
    "zip_size",
]
