"""`manifact pull`: bring the artifact of a model, or of what a deployment serves, back into a directory."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.cli.arguments import add_json, add_root, add_target
from compiler.cli.console import Console
from compiler.codes import ExitCode

if TYPE_CHECKING:
    from compiler.cli.documents.targets import PullDocument

SUMMARY = "download an artifact from the catalog into a directory, checked"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "model", help="name of the model (what its deployment serves), or the OCID of a model or deployment"
    )
    parser.add_argument("directory", type=Path, help="directory to make; it must not hold anything yet")
    add_root(parser)
    add_target(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Download, check, and say what came."""
    from compiler.cli import text
    from compiler.cli.session import named_model, open_session
    from compiler.cloud.endpoint import find_deployment
    from compiler.cloud.observe import observe
    from compiler.cloud.pull import pull

    by_id = arguments.model.startswith("ocid1.")
    start = Path.cwd() if by_id else named_model(arguments).start
    with open_session(arguments, start, console) as session:
        identifier = arguments.model
        if not by_id:
            observed = observe(session.connection, [])
            identifier = find_deployment(session.connection, observed.deployments, named_model(arguments).name)
        pulled = pull(session.connection, identifier, arguments.directory)
    checked = "checked against the digest it was saved with" if pulled.checked else "nothing to check it against"
    console.line(f"  {pulled.model}  {text.digest(pulled.digest)}  {checked}")
    console.line(f"  wrote {arguments.directory}")
    document: PullDocument = {
        "formatVersion": 1,
        "model": pulled.model,
        "directory": str(arguments.directory),
        "digest": pulled.digest,
        "checked": pulled.checked,
    }
    console.document(document)
    return ExitCode.OK
