"""An open target: the connection, and what a build asks of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.diagnostics import CompilerError, Diagnostic
from compiler.engine.checkout import Checkout
from compiler.events import Event, Listener, Phase

if TYPE_CHECKING:
    from compiler.cloud.connect.connection import Connection
    from compiler.compilation.build import Build
    from compiler.planning.desired.types import Desired
    from compiler.planning.desired.variables import Variable
    from compiler.spec.project import Target
    from compiler.workspace.project import Workspace


@dataclass(frozen=True, slots=True)
class TargetRequest:
    """Which target, and how to authenticate; None: as the environment variables or the project file say."""

    target: str | None = None
    """`--target`; else MANIFACT_TARGET, else `local` where there is no other."""
    auth: str | None = None
    """`--auth`; else MANIFACT_AUTH, else what the target says."""


@dataclass(frozen=True, slots=True)
class Session:
    """A target that can be asked."""

    checkout: Checkout
    workspace: Workspace
    target: Target
    connection: Connection
    repositories: dict[Path | None, dict[str, str]] = field(default_factory=dict, repr=False)
    """Git facts by repository, asked once a session: a fleet lies in one."""

    @property
    def root(self) -> Path:
        """The project root."""
        return self.workspace.root

    @property
    def name(self) -> str:
        """Name of the target."""
        return self.connection.place.target

    def desired(self, build: Build) -> Desired:
        """What the build asks of this target: overrides and variables applied, git facts recorded for a new version.

        Raises `CompilerError` for a variable without a value, and for overrides that do not fit.
        """
        desired = self.substituted(desired_in(build, self.workspace, self.name, self.target))
        if desired.model is None:
            return desired
        provenance = {**self._git_facts(build.manifest.parent), **desired.model.provenance}
        return replace(desired, model=replace(desired.model, provenance=provenance))

    def desired_all(self, builds: Iterable[Build]) -> list[Desired]:
        """What all builds ask of the target; raises `CompilerError` with the problems of all of them."""
        found, problems = self.desired_each(builds)
        if problems:
            raise CompilerError(*problems)
        return found

    def desired_each(self, builds: Iterable[Build]) -> tuple[list[Desired], list[Diagnostic]]:
        """What the builds ask of the target, and what is wrong with those that do not fit it."""
        found: list[Desired] = []
        problems: list[Diagnostic] = []
        for build in builds:
            try:
                found.append(self.desired(build))
            except CompilerError as error:
                problems += error.diagnostics
        return found, problems

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

        found = variable(self.target, name, self.checkout.environ)
        return Variable(*found) if found else None


@contextmanager
def open_session(
    checkout: Checkout,
    request: TargetRequest,
    listener: Listener,
    start: Path | None = None,
    *,
    creates: bool = False,
) -> Iterator[Session]:
    """Connect to the target that the request names, in the project around `start`; the listener hears which it is.

    Only who `creates` something makes the embedded OCI's store: for others one that is not there is an empty one.
    Raises `CompilerError` MF111 for a target that the project does not have, MF710, MF711, MF742 and MF746 before
    anything is sent.
    """
    from compiler.cloud.connect.connection import Access, connect

    workspace = checkout.workspace(start)
    name, target = target_of(checkout, workspace, request)
    listener(Event(Phase.TARGET, name, f"target: {name}"))
    endpoints = tuple(filter(None, map(str.strip, checkout.environ.get("MANIFACT_ENDPOINTS", "").split(","))))
    access = Access(auth=request.auth or checkout.environ.get("MANIFACT_AUTH"), endpoints=endpoints)
    with (
        _root_of_store(workspace, name, creates=creates) as root,
        connect(name, target, root=root, project=workspace.name, access=access) as connection,
    ):
        yield Session(checkout, workspace, target, connection)


@contextmanager
def _root_of_store(workspace: Workspace, target: str, *, creates: bool) -> Iterator[Path]:
    """The folder under which the embedded OCI has its store: the project root, or one that is gone afterwards."""
    from compiler.cloud.connect.connection import local_store
    from compiler.workspace.root import private_folder
    from compiler.workspace.targets import LOCAL

    if target == LOCAL and not creates and not local_store(workspace.root).is_dir():
        with tempfile.TemporaryDirectory(prefix="manifact-") as empty:
            yield Path(empty)
        return
    if target == LOCAL:
        private_folder(workspace.state)
    yield workspace.root


def target_of(checkout: Checkout, workspace: Workspace, request: TargetRequest) -> tuple[str, Target]:
    """Name and settings of the target that the request or MANIFACT_TARGET names. Raises `CompilerError` MF111."""
    from compiler.workspace.targets import choose_target

    return choose_target(workspace, request.target or checkout.environ.get("MANIFACT_TARGET"))


def desired_in(build: Build, workspace: Workspace, name: str, target: Target) -> Desired:
    """What the build asks of a target, with its overrides; `${var.NAME}` stays."""
    if not (target.overrides.catalog or target.overrides.deployment):
        return build.desired
    from compiler.compilation.target_overrides import overridden

    return overridden(build, workspace, name)
