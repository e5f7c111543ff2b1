"""`manifact introspect PATH`: ADS's checks and ours on any artifact, a directory or a zip; nothing is run."""

from __future__ import annotations

import argparse
from pathlib import Path

from compiler.cli.arguments import add_json, checkout
from compiler.cli.console import Console
from compiler.codes import ExitCode

SUMMARY = "run the checks of Oracle ADS, and more, on an artifact directory or zip, without running it"
EXAMPLE = "manifact introspect build/wine/artifact"
DOCUMENT = "artifacts:IntrospectDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("path", type=Path, help="artifact: directory (build/<name>/artifact, …) or zip archive")
    parser.add_argument(
        "--contract",
        choices=("conda", "container"),
        default="conda",
        help="what reads it: a container needs neither score.py nor runtime.yaml (default: conda)",
    )
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Check one artifact; exit 1 when a check fails."""
    from compiler.engine.artifact.introspect import IntrospectRequest, introspect_artifact

    request = IntrospectRequest(arguments.path, arguments.contract)
    return console.show(introspect_artifact(checkout(arguments), request))
