"""`manifact validate`: everything that compile checks, with nothing written."""

from __future__ import annotations

import argparse

from compiler.cli.arguments import add_json, add_manifests, add_root
from compiler.cli.console import Console
from compiler.codes import ExitCode

SUMMARY = "check manifests, their models and their samples; write nothing"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_manifests(parser)
    add_root(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Check each manifest; exit by the gravest problem of all."""
    from compiler.compilation.batch import validate_each
    from compiler.render import words as text, builds as views
    from compiler.diagnostics import exit_code
    from compiler.workspace.manifests import select_manifests

    root = arguments.root
    selection = select_manifests(arguments.manifests, everything=arguments.all, labels=arguments.select, root=root)
    done = []
    for item in validate_each(selection.paths, root=root):
        views.validated(item, console)
        done.append(item)
    wrong = sum(item.failed for item in done)
    if len(done) > 1:
        console.line(f"{text.count(len(done) - wrong, 'manifest')} valid, {wrong} wrong.")
    console.document(views.validate_document(done))
    return exit_code(problem for item in done for problem in item.problems)
