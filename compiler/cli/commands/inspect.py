"""`manifact inspect FILE`: what a model file says of itself, read without running it."""

from __future__ import annotations

import argparse
from pathlib import Path

from compiler.cli.arguments import add_json, checkout
from compiler.cli.console import Console
from compiler.codes import ExitCode

SUMMARY = "show a model file's metadata without loading it"
EXAMPLE = "manifact inspect models/wine/model.joblib"
DOCUMENT = "artifacts:InspectDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="model file or directory")
    parser.add_argument("--framework", metavar="NAME", help="read it as a model of this framework")
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Show the facts of one model file."""
    from compiler.engine.artifact.inspect import InspectRequest, inspect_file

    return console.show(inspect_file(checkout(arguments), InspectRequest(arguments.file, arguments.framework)))
