"""`manifact compile`: build the artifact directory and the execution plan."""

from __future__ import annotations

import argparse
import time

from compiler.cli.arguments import add_json, add_manifests, add_root
from compiler.cli.console import Console
from compiler.codes import ExitCode

SUMMARY = "compile manifests into artifact directories and execution plans"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_manifests(parser)
    add_root(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Compile each manifest and say what was built; exit by the gravest problem of all."""
    from compiler.compilation.batch import compile_each
    from compiler.render import builds as views
    from compiler.diagnostics import exit_code
    from compiler.workspace.manifests import select_manifests

    started = time.perf_counter()
    root = arguments.root
    selection = select_manifests(arguments.manifests, everything=arguments.all, labels=arguments.select, root=root)
    done = []
    for item in compile_each(selection.paths, root=root):
        views.compiled(item, console)
        done.append(item)
    if len(done) > 1:
        console.line(views.compiled_sum(done, time.perf_counter() - started))
    console.document(views.compile_document(done))
    return exit_code(problem for item in done for problem in item.problems)
