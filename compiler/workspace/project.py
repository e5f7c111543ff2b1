"""The project file, and a manifest with the project's defaults merged under it."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compiler.diagnostics import Pointer, SourceRange, failure
from compiler.source import SourceDocument, read_document
from compiler.workspace.layout import ProjectLayout
from compiler.workspace.root import PROJECT_FILE, find_root, shown

if TYPE_CHECKING:
    from compiler.spec.project import Project
    from compiler.spec.v1 import Manifest

# Without a project file there is only the target `local`, whose store lies in the root itself.
DEFAULT_NAME = "default"


@dataclass(frozen=True, slots=True)
class Workspace:
    """A project root and what its project file says."""

    root: Path
    document: SourceDocument | None = None
    project: Project | None = None

    @property
    def name(self) -> str:
        """The project's name: the tag `manifact-project`."""
        return self.project.metadata.name if self.project else DEFAULT_NAME

    @property
    def build(self) -> Path:
        """Where artifacts are built."""
        return ProjectLayout(self.root).builds

    @property
    def state(self) -> Path:
        """Where the embedded OCI, caches and receipts live."""
        return ProjectLayout(self.root).state


@dataclass(frozen=True, slots=True)
class LoadedManifest:
    """A manifest that fits its schema, and the way back to the text of each value."""

    path: Path
    manifest: Manifest
    document: MergedDocument

    @property
    def folder(self) -> Path:
        """What its relative paths start from."""
        return self.path.parent


@dataclass(frozen=True, slots=True)
class MergedDocument:
    """The manifest over the project's defaults: each value knows which of the two files set it."""

    manifest: SourceDocument
    project: SourceDocument | None
    data: Any
    target: str = ""
    """The target whose `overrides` are merged over it; empty when none are."""

    @property
    def path(self) -> str:
        """The manifest's path, as it is shown."""
        return self.manifest.path

    def locate(self, pointer: Pointer, *, key: bool = False) -> SourceRange:
        """The place of a value in the target's overrides, the manifest, or the project's defaults."""
        if self.project is not None and self._overridden(pointer):
            return self.project.locate((*_overrides(self.target), *pointer[1:]), key=key)
        if self.project is not None and not _has(self.manifest.data, pointer) and self._defaulted(pointer):
            return self.project.locate(("defaults", *pointer), key=key)
        return self.manifest.locate(pointer, key=key)

    def written(self, pointer: Pointer) -> str | None:
        """The characters of a scalar in the file that set it."""
        if self.project is not None and self._overridden(pointer):
            return self.project.written((*_overrides(self.target), *pointer[1:]))
        if self.project is not None and not _has(self.manifest.data, pointer):
            return self.project.written(("defaults", *pointer))
        return self.manifest.written(pointer)

    def overridden_by(self, target: str) -> MergedDocument:
        """The same with the `overrides` of a target of the project merged over catalog and deployment."""
        assert self.project is not None
        over, spec = _at(self.project.data, _overrides(target)), self.data["spec"]
        # A deployment that the manifest leaves alone is none to be made by an override.
        sections = [name for name in ("catalog", "deployment") if name in over and (name == "catalog" or name in spec)]
        merged = {name: _merge(spec.get(name) or {}, over[name]) for name in sections}
        return replace(self, data={**self.data, "spec": {**spec, **merged}}, target=target)

    def _overridden(self, pointer: Pointer) -> bool:
        if not self.target or self.project is None or len(pointer) < 2 or pointer[0] != "spec":
            return False
        return _has(_at(self.project.data, _overrides(self.target)), pointer[1:])

    def _defaulted(self, pointer: Pointer) -> bool:
        return self.project is not None and _has(self.project.data.get("defaults", {}), pointer)


def open_workspace(start: Path, root: Path | None = None, base: Path | None = None) -> Workspace:
    """The workspace around `start`; `root` fixes it, and `base` is the caller's folder (`find_root`).

    Raises `CompilerError` when the project file is wrong, and MF919 for a root that is no folder.
    """
    if root is not None and not root.is_dir():
        raise failure("MF919", f"the project root {root} is no folder", hint="leave --root out to have it found")
    root = root.resolve() if root else find_root(start, base)
    file = root / PROJECT_FILE
    try:
        status = file.stat()
    except FileNotFoundError:
        return Workspace(root)
    return _project_workspace(root, shown(file), status.st_mtime_ns, status.st_size)


@functools.lru_cache(maxsize=8)  # the manifests of a fleet share one project file
def _project_workspace(root: Path, shown_path: str, _modified: int, _size: int) -> Workspace:
    from compiler.schema import PROJECT, read_as
    from compiler.spec.project import Project

    document = read_document(root / PROJECT_FILE, shown=shown_path)
    return Workspace(root, document, read_as(document, Project, PROJECT))


def read_manifest(path: Path, workspace: Workspace) -> MergedDocument:
    """Read one manifest and merge the project's defaults under it. Raises `CompilerError` for what is no YAML."""
    source = read_document(path, shown=shown(path))
    defaults = (workspace.document.data.get("defaults") or {}) if workspace.document else {}
    data = _merge(defaults, source.data) if isinstance(source.data, dict) else source.data
    return MergedDocument(source, workspace.document, data)


def load_manifest(path: Path, workspace: Workspace, *, target: str = "") -> LoadedManifest:
    """Read, merge and validate one manifest, with the overrides of `target` where one is named.

    Raises `CompilerError` with every problem of its text and its fields.
    """
    from compiler.schema import MODEL, read_as
    from compiler.spec.v1 import Manifest

    document = read_manifest(path, workspace)
    if target:
        document = document.overridden_by(target)
    return LoadedManifest(path, read_as(document, Manifest, MODEL), document)


def _merge(under: Any, over: Any) -> Any:
    if not (isinstance(under, dict) and isinstance(over, dict)):
        return over
    return {**under, **{key: _merge(under.get(key), value) for key, value in over.items()}}


def _overrides(target: str) -> tuple[str, ...]:
    return ("targets", target, "overrides")


def _at(data: Any, pointer: Pointer) -> Any:
    """What is there; an empty mapping where nothing is."""
    for step in pointer:
        data = data.get(step) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def _has(data: Any, pointer: Pointer) -> bool:
    for step in pointer:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True
