"""`manifact compile`: build the artifact directory and the execution plan."""

from __future__ import annotations

import argparse

from compiler.cli.arguments import add_format, add_manifests, add_root, checkout, selection
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.codes import ExitCode

SUMMARY = "compile manifests into artifact directories and execution plans"
EXAMPLE = "manifact compile models/wine"
DOCUMENT = "artifacts:CompileDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_manifests(parser)
    add_root(parser)
    add_format(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Compile each manifest and say what was built; exit by the gravest problem of all."""
    from compiler.engine.artifact.compile import compile_manifests

    return console.show(compile_manifests(checkout(arguments), selection(arguments), Reporter(console)))
