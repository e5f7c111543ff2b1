"""What a path on this machine holds: a manifest, a build, an artifact directory, or the zip of one."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.engine.checkout import Checkout
from compiler.workspace.root import MANIFEST_FILE

if TYPE_CHECKING:
    from compiler.compilation.build import Build

_OWN_FILES = ("score.py", "runtime.yaml")


class Form(enum.StrEnum):
    """What a path is."""

    ARTIFACT = "artifact"
    """A directory with score.py and runtime.yaml; one of them is enough where no manifest lies beside it."""
    ARCHIVE = "archive"
    """A zip file."""
    MANIFEST = "manifest"
    """Any other file, or a folder with `model.yaml`."""
    BUILD = "build"
    """What compile writes: `artifact/` and the record of it."""
    FOLDER = "folder"
    """Any other directory."""


@dataclass(frozen=True, slots=True)
class LocalArtifact:
    """A path that stands for an artifact."""

    path: Path
    """Absolute."""
    form: Form
    manifest: Path | None
    """The manifest that it is or holds: an artifact directory can have a `model.yaml` too."""

    @property
    def name(self) -> str:
        """What it is called: the folder's name, or the file's without its ending."""
        return self.path.stem if self.path.is_file() else self.path.resolve().name


def resolve_artifact(checkout: Checkout, given: Path) -> LocalArtifact | None:
    """What is at the path; None where nothing is."""
    path = checkout.path(given)
    if path.is_dir():
        manifest = path / MANIFEST_FILE
        return LocalArtifact(path, _form(path), manifest if manifest.is_file() else None)
    if not path.exists():
        return None
    if path.suffix == ".zip":
        return LocalArtifact(path, Form.ARCHIVE, None)
    return LocalArtifact(path, Form.MANIFEST, path)


def compile_artifact(checkout: Checkout, manifest: Path) -> Build:
    """The build of the manifest. Raises `CompilerError` when it is wrong, or is no file."""
    from compiler.compilation.compile import compile_manifest
    from compiler.workspace.root import manifest_path

    path = manifest_path(manifest)
    return compile_manifest(path, root=checkout.root_of(path.parent))


def _form(folder: Path) -> Form:
    from compiler.emit.record import RECORD_NAME

    own = [name for name in _OWN_FILES if (folder / name).is_file()]
    described = (folder / MANIFEST_FILE).is_file()
    # A project with a score.py of its own has its model.yaml beside it.
    if len(own) == len(_OWN_FILES) or (own and not described):
        return Form.ARTIFACT
    if described:
        return Form.MANIFEST
    built = (folder / RECORD_NAME).is_file() and (folder / "artifact").is_dir()
    return Form.BUILD if built else Form.FOLDER
