"""`manifact doctor`: what this machine, the project and its targets lack."""

from __future__ import annotations

import argparse

from compiler.cli.arguments import add_json, add_root, add_target, checkout, target
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.codes import ExitCode

SUMMARY = "check Python, libraries, isolation, credentials and targets, and suggest fixes"
EXAMPLE = "manifact doctor --target production"
DOCUMENT = "tools:DoctorDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_root(parser)
    add_target(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Look at everything, and show it."""
    from compiler.engine.target.doctor import DoctorRequest, examine

    return console.show(examine(checkout(arguments), DoctorRequest(target(arguments)), Reporter(console, quiet=True)))
