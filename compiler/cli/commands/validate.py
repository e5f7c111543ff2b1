"""`manifact validate`: everything that compile checks, with nothing written."""

from __future__ import annotations

import argparse

from compiler.cli.arguments import add_format, add_manifests, add_root, checkout, selection
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.codes import ExitCode

SUMMARY = "check manifests, their models and their samples; write nothing"
EXAMPLE = "manifact validate models/wine"
DOCUMENT = "artifacts:ValidateDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_manifests(parser)
    add_root(parser)
    add_format(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Check each manifest; exit by the gravest problem of all."""
    from compiler.engine.artifact.compile import validate_manifests

    return console.show(validate_manifests(checkout(arguments), selection(arguments), Reporter(console)))
