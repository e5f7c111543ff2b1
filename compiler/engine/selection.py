"""The manifests of one command that touches a target: all of them compile, and all are of one project."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from compiler.diagnostics import CompilerError, Diagnostic, Pointer, Severity, failure

_PLACES: Mapping[str, Pointer] = {
    "MF776": ("spec", "deployment", "shape"),
    "MF777": ("spec", "environment", "inference", "path"),
}
"""Where a manifest says what the service objects to."""

if TYPE_CHECKING:
    from compiler.compilation.build import Build
    from compiler.engine.session import Session
    from compiler.cloud.connect.connection import Connection
    from compiler.planning.desired.types import Desired
    from compiler.planning.plan.plan import Plan


def compile_selected(arguments: argparse.Namespace) -> list[Build]:
    """Compile what the command line names; at least one.

    Raises `CompilerError` with the problems of all manifests that are wrong: nothing is planned then. MF911 when they
    are of several projects, MF771 when they are not all of one that is to be pruned.
    """
    from compiler.compilation.batch import compile_all
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


def wanted_of_all(builds: Sequence[Build], session: Session) -> list[Desired]:
    """What all builds ask of the target; raises `CompilerError` with the problems of all of them."""
    found: list[Desired] = []
    problems: list[Diagnostic] = []
    for build in builds:
        try:
            found.append(session.wanted(build))
        except CompilerError as problem:
            problems += problem.diagnostics
    if problems:
        raise CompilerError(*problems)
    return found


def with_answers(
    plan: Plan, builds: Sequence[Build], connection: Connection, missing: Severity = Severity.WARNING
) -> Plan:
    """The plan with the warnings of what it changes, and with what the service objects to, at the manifest's line.

    `missing` is how bad it is that a sensitive variable has no value here: an apply would send it.
    """
    from compiler.cloud.preflight import preflight
    from compiler.planning.plan.missing_variables import missing_variables

    by_name = {build.name: build for build in builds}
    found = preflight(connection, plan)
    changing = {change.name for change in plan.pending}
    # The service was asked about shapes that are not known here.
    warnings = {build.name: tuple(w for w in build.warnings if w.code != "MF775") for build in builds}
    plan = plan.with_diagnostics({name: said for name, said in warnings.items() if said and name in changing})
    placed = {name: tuple(_placed(p, by_name.get(name)) for p in problems) for name, problems in found.items()}
    plan = plan.with_diagnostics(placed)
    return plan.with_diagnostics(missing_variables(plan, missing))


def _placed(problem: Diagnostic, build: Build | None) -> Diagnostic:
    from compiler.workspace.project import open_workspace, read_manifest

    pointer = _PLACES.get(problem.code)
    if build is None or pointer is None:
        return problem
    document = read_manifest(build.manifest, open_workspace(build.root, build.root))
    return replace(problem, where=document.locate(pointer))
