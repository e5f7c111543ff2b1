"""`manifact pull`: bring the artifact of a model, or of what a deployment serves, back into a directory."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.cli.arguments import add_json, add_root, add_target
from compiler.cli.console import Console
from compiler.codes import ExitCode

if TYPE_CHECKING:
    from compiler.render.documents.targets import PullDocument
    from compiler.cloud.connect.connection import Connection

SUMMARY = "download an artifact from the catalog into a directory, checked"


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
    from compiler.render import words as text
    from compiler.cli.progress import Progress
    from compiler.engine.session import named_word, open_session
    from compiler.cloud.pull import pull
    from compiler.cloud.connect.watch import WaitOptions

    word, start = named_word(arguments.model, arguments.root)
    with open_session(arguments, start, console) as session, Progress(console, word) as progress:
        identifier = _identifier(session.connection, word, arguments.version)
        pulled = pull(session.connection, identifier, arguments.directory, WaitOptions(report=progress.tell))
    checked = "checked against the digest it was saved with" if pulled.checked else "nothing to check it against"
    console.line(f"  {pulled.model}  {text.digest(pulled.digest)}  {checked}")
    console.line(f"  wrote {arguments.directory}  {text.count(pulled.files, 'file')}, {text.size(pulled.size)}")
    document: PullDocument = {
        "formatVersion": 1,
        "model": pulled.model,
        "directory": str(arguments.directory),
        "digest": pulled.digest,
        "checked": pulled.checked,
    }
    console.document(document)
    return ExitCode.OK


def _identifier(connection: Connection, word: str, version: int | None) -> str:
    """OCID of what is meant: of a manifest, what serves it rather than what was saved last."""
    from compiler.cloud.datascience.lookup import find, kind_of, listed
    from compiler.planning.live.observed import Kind

    if kind_of(word):
        return word
    observed = listed(connection, (Kind.MODEL, Kind.DEPLOYMENT))
    owner = connection.place.owner(word).items()
    serves = any(owner <= live.tags.items() and not live.deleted for live in observed.deployments)
    kinds = (Kind.DEPLOYMENT, Kind.MODEL) if serves else (Kind.MODEL, Kind.DEPLOYMENT)
    return find(connection, word, observed, kinds, version).id
