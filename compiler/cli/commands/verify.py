"""`manifact verify`: run the artifact in a separate process and compare it with the golden samples."""

from __future__ import annotations

import argparse

from compiler.cli.arguments import add_format, add_isolation, add_manifest, add_root, add_timeout, checkout
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.codes import ExitCode

SUMMARY = "run the compiled model in a separate process and compare its answers with the samples"
EXAMPLE = "manifact verify models/wine"
DOCUMENT = "artifacts:VerifyDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_manifest(parser)
    add_root(parser)
    add_format(parser)
    add_timeout(parser, 300.0, "loading and answering")
    add_isolation(parser)
    parser.add_argument("--record", action="store_true", help="first write the sample of answers from the model itself")


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Compile, then verify; what is remembered of an earlier run does not count here."""
    from compiler.engine.artifact.verify import VerifyRequest, verify_manifest

    request = VerifyRequest(arguments.manifest, arguments.timeout, arguments.require_isolation, arguments.record)
    return console.show(verify_manifest(checkout(arguments), request, Reporter(console)))
