"""A target opened for one command: manifest or name in, connection and observation out."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.cli.console import Console

if TYPE_CHECKING:
    from compiler.compilation.build import Build
    from compiler.cloud.connect.connection import Connection
    from compiler.planning.desired.types import Desired
    from compiler.planning.desired.variables import Variable
    from compiler.spec.project import Target
    from compiler.workspace.project import Workspace


@dataclass(frozen=True, slots=True)
class Session:
    """An open target."""

    workspace: Workspace
    target: Target
    connection: Connection
    repositories: dict[Path, dict[str, str]] = field(default_factory=dict, repr=False)
    """Git facts by repository, asked once a session: a fleet lies in one."""

    @property
    def root(self) -> Path:
        """The project root."""
        return self.workspace.root

    def wanted(self, build: Build) -> Desired:
        """What the build asks of this target: overrides and variables applied, git facts recorded for a new version."""
        desired = self.substituted(wanted_of(build, self.workspace, self.connection.place.target, self.target))
        if desired.model is None:
            return desired
        provenance = {**self._git_facts(build.manifest.parent), **desired.model.provenance}
        return replace(desired, model=replace(desired.model, provenance=provenance))

    def substituted(self, desired: Desired) -> Desired:
        """The same with the target's variables in place of `${var.NAME}`."""
        from compiler.planning.desired.variables import substitute

        return substitute(desired, self._variable)

    def _git_facts(self, folder: Path) -> dict[str, str]:
        from compiler.workspace.git import git_facts, repository_of

        repository = repository_of(folder)
        if repository not in self.repositories:
            self.repositories[repository] = git_facts(repository)
        return self.repositories[repository]

    def _variable(self, name: str) -> Variable | None:
        from compiler.planning.desired.variables import Variable
        from compiler.workspace.targets import variable

        found = variable(self.target, name, os.environ)
        return Variable(*found) if found else None


@contextmanager
def open_session(arguments: argparse.Namespace, start: Path, console: Console) -> Iterator[Session]:
    """Connect to the target that `--target` or MANIFACT_TARGET names, and say which one it is."""
    from compiler.cloud.connect.connection import Access, connect
    from compiler.workspace.project import open_workspace
    from compiler.workspace.root import private_folder
    from compiler.workspace.targets import LOCAL, choose_target

    workspace = open_workspace(start, arguments.root)
    name, target = choose_target(workspace, arguments.target or os.environ.get("MANIFACT_TARGET"))
    console.line(f"  target: {name}")
    if name == LOCAL:
        private_folder(workspace.state)
    access = Access(auth=arguments.auth or os.environ.get("MANIFACT_AUTH"))
    with connect(name, target, root=workspace.root, project=workspace.name, access=access) as connection:
        yield Session(workspace, target, connection)


def wanted_of(build: Build, workspace: Workspace, name: str, target: Target) -> Desired:
    """What the build asks of a target, with its overrides; `${var.NAME}` stays."""
    if not (target.overrides.catalog or target.overrides.deployment):
        return build.desired
    from compiler.compilation.target_overrides import overridden

    return overridden(build, workspace, name)


@dataclass(frozen=True, slots=True)
class Named:
    """A model that the command line names."""

    name: str
    start: Path
    """Where to look for its project."""
    protected: bool = False
    """Whether its manifest says `protect: true`; unknown, and so false, when only its name was given."""
    model_id: str | None = None
    """`spec.modelId` of its manifest, as written."""


def named_model(arguments: argparse.Namespace) -> Named:
    """What `arguments.model` means: a manifest, a folder with one, or else a name in the project around this folder."""
    from compiler.workspace.project import load_manifest, open_workspace
    from compiler.workspace.root import MANIFEST_FILE

    given = Path(arguments.model)
    path = given / MANIFEST_FILE if given.is_dir() else given
    if not path.is_file():
        return Named(str(arguments.model), Path.cwd())
    manifest = load_manifest(path.resolve(), open_workspace(path.parent, arguments.root)).manifest
    deployment = manifest.spec.deployment
    protect = deployment is not None and deployment.protect
    return Named(manifest.metadata.name, path.parent, protect, manifest.spec.model_id)


def named_word(word: str, root: Path | None) -> tuple[str, Path]:
    """A name or OCID as it is, or the name in a manifest that `word` is the path of; and where its project is."""
    from compiler.workspace.root import MANIFEST_FILE

    given = Path(word)
    if word.startswith("ocid1.") or not ((given / MANIFEST_FILE).is_file() or given.is_file()):
        return word, Path.cwd()
    named = named_model(argparse.Namespace(model=word, root=root))
    return named.name, named.start
