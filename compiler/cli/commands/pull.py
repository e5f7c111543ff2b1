"""`manifact pull`: bring the artifact of a model, or of what a deployment serves, back into a directory."""

from __future__ import annotations

import argparse
from pathlib import Path

from compiler.cli.arguments import add_json, add_root, add_target, checkout, target
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.codes import ExitCode

SUMMARY = "download an artifact from the catalog into a directory and check its digest"
EXAMPLE = "manifact pull wine pulled/wine"
DOCUMENT = "targets:PullDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "model",
        help="name of a manifest (what its deployment serves, else its newest version), display name, or the OCID "
        "of a model or deployment",
    )
    parser.add_argument("directory", type=Path, help="directory to make, empty or not there yet")
    parser.add_argument("--version", type=int, metavar="N", help="this version of the model")
    add_root(parser)
    add_target(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Download, check, and say what came."""
    from compiler.engine.target.pull import PullRequest, pull_artifact

    request = PullRequest(arguments.model, arguments.directory, target(arguments), arguments.version)
    with Reporter(console) as reporter:
        result = pull_artifact(checkout(arguments), request, reporter)
    return console.show(result)
