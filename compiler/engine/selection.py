"""The manifests of one operation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.diagnostics import CompilerError, Diagnostic, failure
from compiler.engine.checkout import Checkout
from compiler.events import Listener, ignore

if TYPE_CHECKING:
    from compiler.compilation.batch import CompiledManifest
    from compiler.compilation.build import Build
    from compiler.workspace.manifests import Selection


@dataclass(frozen=True, slots=True)
class SelectRequest:
    """Which manifests: files and folders, or all of a project, and of these those with some labels."""

    paths: tuple[Path, ...] = ()
    """Manifest files, folders with `model.yaml`, folders of a project; none: the folder of the checkout."""
    everything: bool = False
    labels: tuple[str, ...] = ()
    """`key=value` of `metadata.labels`; all must fit."""


def select(checkout: Checkout, request: SelectRequest) -> Selection:
    """The manifests that the request means. Raises `CompilerError` MF112, MF910, MF911 or MF912."""
    from compiler.workspace.manifests import select_manifests

    paths = [checkout.path(path) for path in request.paths] or [checkout.start]
    return select_manifests(paths, everything=request.everything, labels=request.labels, root=checkout.root)


def compile_each(checkout: Checkout, request: SelectRequest, listener: Listener = ignore) -> Iterator[CompiledManifest]:
    """Compile the manifests one by one: a build or diagnostics for every one, whatever is wrong with the others."""
    from compiler.compilation.batch import compile_each

    return compile_each(select(checkout, request).paths, checkout.root_of, listener)


@dataclass(frozen=True, slots=True)
class Compiled:
    """What became of the manifests of one operation, all of one project."""

    manifests: tuple[CompiledManifest, ...]

    @property
    def builds(self) -> list[Build]:
        """Of the manifests that are right."""
        return [item.build for item in self.manifests if item.build]

    @property
    def problems(self) -> list[Diagnostic]:
        """Of the manifests that are wrong."""
        return [problem for item in self.manifests if item.failed for problem in item.problems]


def compile_selection(
    checkout: Checkout, request: SelectRequest, listener: Listener = ignore, *, complete: bool = False
) -> list[Build]:
    """Compile what the request means; at least one, all of one project.

    `complete` asks for all manifests of a project, as pruning does. Raises `CompilerError` with the problems of all
    manifests that are wrong; MF911 when they are of several projects, MF771 when they are not all of one.
    """
    compiled = compile_selected(checkout, request, listener, complete=complete)
    if compiled.problems:
        raise CompilerError(*(problem for item in compiled.manifests for problem in item.problems))
    return compiled.builds


def compile_selected(
    checkout: Checkout, request: SelectRequest, listener: Listener = ignore, *, complete: bool = False
) -> Compiled:
    """The same, with the problems of the manifests that are wrong beside the builds of the others."""
    from compiler.compilation.batch import compile_each
    from compiler.workspace.root import shown

    selection = select(checkout, request)
    if complete and not selection.whole:
        hint = "say --all, or name the folder of its manifact.yaml; without --select"
        raise failure("MF771", "--prune needs all manifests of a project in view", hint=hint)
    compiled = Compiled(tuple(compile_each(selection.paths, checkout.root_of, listener)))
    roots = sorted({build.root for build in compiled.builds})
    if len(roots) > 1:
        projects = ", ".join(shown(path) for path in roots)
        hint = "write a manifact.yaml above them, or name its folder with --root"
        raise failure("MF911", f"the manifests are of {len(roots)} projects: {projects}", hint=hint)
    return compiled
