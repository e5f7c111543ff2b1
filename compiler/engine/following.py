"""The command that comes next, as results show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.diagnostics import CompilerError
from compiler.render.lines import Line
from compiler.workspace.root import as_typed, typed

if TYPE_CHECKING:
    from compiler.compilation.build import Build


def next_line(command: str) -> Line:
    """`next: manifact verify models/wine`."""
    return Line(f"  next: manifact {command}")


def after_compile(build: Build) -> str:
    """A model with samples can be run here; any other is applied."""
    runs_here = build.golden is not None and build.record is not None and not build.container
    return f"{'verify' if runs_here else 'apply'} {as_typed(build.manifest)}"


def after_apply(build: Build, target: str | None) -> str:
    """Ask the deployment: with the sample of the manifest, where it has one; `target` is the one that was named."""
    where = f" --target {target}" if target else ""
    return f"predict {build.name} --data {sample_of(build)}{where}"


def sample_of(build: Build) -> str:
    """The sample of callers' data as a command line names it; `FILE` where the manifest has none."""
    from compiler.workspace.project import load_manifest, open_workspace

    try:
        workspace = open_workspace(build.manifest.parent, root=build.root)
        samples = load_manifest(build.manifest, workspace).manifest.spec.samples
    except CompilerError:  # the manifest was changed since
        return "FILE"
    return typed(build.manifest.parent / samples.input) if samples else "FILE"
