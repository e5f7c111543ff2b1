"""What a word on a command line, or a name in a program, means: a manifest, a model's name, or an OCID."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from compiler.diagnostics import CompilerError
from compiler.engine.checkout import Checkout
from compiler.workspace.project import LoadedManifest, Workspace, load_manifest, read_manifest
from compiler.workspace.root import MANIFEST_FILE


@dataclass(frozen=True, slots=True)
class ModelReference:
    """A model, by the name of its manifest."""

    name: str
    start: Path
    """Where to look for its project."""
    manifest: Path | None = None
    """Its manifest, where the word was the path of it."""
    protected: bool = False
    """Whether that manifest says `protect: true`."""
    model_id: str | None = None
    """`spec.modelId` of that manifest, as written."""


def model_reference(checkout: Checkout, word: str) -> ModelReference:
    """What `word` means: a manifest, a folder with one, or else a name in the project around the checkout's folder.

    Raises `CompilerError` when it is a manifest that is wrong.
    """
    given = checkout.path(Path(word))
    path = given / MANIFEST_FILE if given.is_dir() else given
    if not _is_file(path):
        return ModelReference(word, checkout.start)
    manifest = load_manifest(path.resolve(), checkout.workspace(path.parent)).manifest
    deployment = manifest.spec.deployment
    protected = deployment is not None and deployment.protect
    return ModelReference(manifest.metadata.name, path.parent, path.resolve(), protected, manifest.spec.model_id)


def name_or_ocid(checkout: Checkout, word: str) -> tuple[str, Path]:
    """A name or OCID as it is, or the name in a manifest that `word` is the path of; and where its project is."""
    given = checkout.path(Path(word))
    if word.startswith("ocid1.") or not (_is_file(given / MANIFEST_FILE) or _is_file(given)):
        return word, checkout.start
    reference = model_reference(checkout, word)
    return reference.name, reference.start


def manifest_of(checkout: Checkout, name: str, start: Path) -> Path | None:
    """The file of the manifest called `name`: of those of the project, or the one in `start`; None when none is."""
    workspace = checkout.workspace(start)
    return next((path for path in _candidates(workspace, start) if _is_called(name, path, workspace)), None)


def loaded_manifest(checkout: Checkout, name: str, start: Path) -> LoadedManifest | None:
    """The same, read and checked; None as well when it is wrong."""
    try:
        path = manifest_of(checkout, name, start)
        return load_manifest(path, checkout.workspace(path.parent)) if path else None
    except CompilerError:
        return None


def manifest_names(checkout: Checkout, start: Path) -> set[str]:
    """The names of the manifests of the project around `start`; wrong manifests are passed over."""
    workspace = checkout.workspace(start)
    found: set[str] = set()
    for path in _candidates(workspace, start):
        with contextlib.suppress(CompilerError, OSError, ValueError):
            data = read_manifest(path, workspace).data
            found.add(str((data.get("metadata") or {}).get("name") or "") if isinstance(data, dict) else "")
    return found - {""}


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except ValueError:
        return False  # a name with a NUL is the path of nothing


def _candidates(workspace: Workspace, start: Path) -> list[Path]:
    from compiler.workspace.manifests import project_manifests

    own = (start / MANIFEST_FILE).resolve()
    here = [own] if own.is_file() else []
    if workspace.project is None:
        return here
    try:
        return [*here, *project_manifests(workspace)]
    except CompilerError:
        return here  # a project without manifests


def _is_called(name: str, path: Path, workspace: Workspace) -> bool:
    """Most manifests of a fleet do not even hold the name: they need not be parsed."""
    try:
        if name not in path.read_text(encoding="utf-8"):
            return False
        data = read_manifest(path, workspace).data
    except (CompilerError, OSError, ValueError):
        return False
    return isinstance(data, dict) and (data.get("metadata") or {}).get("name") == name
