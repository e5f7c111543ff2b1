"""Files that a manifest names by `uri` and `sha256`: where `manifact fetch` puts them, and compile finds them.

They lie in `.manifact/fetched/<sha256>/<file name>` at the project root: the only folder that compile knows without a
target, kept out of git, and on the same filesystem as `build/`, so that a large file is linked into the artifact and
not copied. The hash names the bytes, so several manifests share a file.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import NamedTuple

from compiler.diagnostics import Diagnostic
from compiler.workspace.layout import ProjectLayout
from compiler.workspace.root import is_secret


class ObjectUri(NamedTuple):
    """The parts of `oci://bucket@namespace/name`."""

    bucket: str
    namespace: str
    name: str

    @property
    def file_name(self) -> str:
        """What the file is called here and in the artifact: the last part of the object's name."""
        return self.name.rpartition("/")[2]


def parse_uri(uri: str) -> ObjectUri:
    """Take a uri apart; the manifest's schema has checked its form."""
    bucket, _, rest = uri.removeprefix("oci://").partition("@")
    namespace, _, name = rest.partition("/")
    return ObjectUri(bucket, namespace, name)


def unusable(uri: str) -> Diagnostic | None:
    """What keeps this uri from being fetched as one file: MF226 for a prefix, MF110 for a secret."""
    name = parse_uri(uri).file_name
    if name in ("", ".", "..") or not name.isprintable() or "\\" in name:
        hint = "name one object; a directory model goes into the project, as spec.model.path"
        return Diagnostic("MF226", f"'{uri}' names no single object", hint=hint)
    if is_secret(PurePosixPath(name)):
        return Diagnostic("MF110", f"'{name}' looks like a secret and is never packed")
    return None


def place_of(root: Path, uri: str, sha256: str) -> Path:
    """Where the file of this uri and hash lies once it is fetched."""
    return ProjectLayout(root).fetched / sha256 / parse_uri(uri).file_name


def fetched(root: Path, uri: str, sha256: str) -> Path | Diagnostic:
    """The file that `manifact fetch` brought for this uri and hash, or what is wrong.

    MF224 when it is not there, and what `unusable` finds. `fetch` compared its SHA-256 before it put it there; whoever
    reads the bytes anyway compares again (`MF227`).
    """
    if problem := unusable(uri):
        return problem
    path = place_of(root, uri, sha256)
    if not path.is_file():
        return Diagnostic("MF224", f"'{uri}' is not fetched", hint="run `manifact fetch`")
    return path
