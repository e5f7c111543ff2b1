"""The manifests of one command that touches a target: all of them compile, and all are of one project."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from compiler.diagnostics import failure

if TYPE_CHECKING:
    from compiler.build.result import Build


def compile_selected(arguments: argparse.Namespace) -> list[Build]:
    """Compile what the command line names; at least one.

    Raises `CompilerError` with the problems of all manifests that are wrong: nothing is planned then. MF911 when they
    are of several projects, MF771 when they are not all of one that is to be pruned.
    """
    from compiler.build.several import compile_all
    from compiler.workspace.manifests import select_manifests
    from compiler.workspace.root import shown

    root = arguments.root
    selection = select_manifests(arguments.manifests, everything=arguments.all, labels=arguments.select, root=root)
    if arguments.prune and not selection.whole:
        hint = "say --all, or name the folder of its manifact.yaml; without --select"
        raise failure("MF771", "--prune needs all manifests of a project in view", hint=hint)
    builds = compile_all(selection.paths, root=root)
    roots = sorted({build.root for build in builds})
    if len(roots) > 1:
        projects = ", ".join(shown(path) for path in roots)
        hint = "write a manifact.yaml above them, or name its folder with --root"
        raise failure("MF911", f"the manifests are of {len(roots)} projects: {projects}", hint=hint)
    return builds
