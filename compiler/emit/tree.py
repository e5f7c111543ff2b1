"""What an artifact holds: path -> content, before anything is written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from compiler.ir import SourceFile

Content: TypeAlias = "bytes | SourceFile"
"""Generated files are bytes; the user's stay on disk until they are linked, copied or streamed."""

ArtifactTree: TypeAlias = Mapping[str, Content]
"""Artifact path -> content, read-only, sorted by UTF-8 path."""


def artifact_tree(files: Mapping[str, Content]) -> ArtifactTree:
    """The same files, read-only and in the order every digest, zip and list uses."""
    return MappingProxyType({path: files[path] for path in sorted(files, key=_utf8)})


def size(content: Content) -> int:
    """Size of one file's content in bytes."""
    return len(content) if isinstance(content, bytes) else content.size


def sha256(content: Content) -> str:
    """SHA-256 of one file's content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else content.sha256


def digest(tree: ArtifactTree) -> str:
    """The identity of an artifact: SHA-256 of its `<sha256>  <path>` lines, sorted by UTF-8 path."""
    lines = (f"{sha256(tree[path])}  {path}\n" for path in sorted(tree, key=_utf8))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _utf8(path: str) -> bytes:
    return path.encode()
