"""`manifact drift`: whether what is live is still what the manifests say, down to every record."""

from __future__ import annotations

import argparse

from compiler.cli.arguments import add_format, add_manifests, add_root, add_target, checkout, selection, target
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.codes import ExitCode

SUMMARY = "show changes made outside Manifact: records, metadata and artifacts (plan --deep)"
EXAMPLE = "manifact drift models/wine --target production"
DOCUMENT = "targets:PlanDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_manifests(parser)
    add_root(parser)
    add_target(parser)
    add_format(parser)
    parser.add_argument("--exit-code", action="store_true", help="exit with 2 when something differs")


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Read every record of ours, compare, and say what an apply would mend."""
    from compiler.engine.target.drift import DriftRequest, find_drift

    request = DriftRequest(selection(arguments), target(arguments), signal_changes=arguments.exit_code)
    return console.show(find_drift(checkout(arguments), request, Reporter(console)))
