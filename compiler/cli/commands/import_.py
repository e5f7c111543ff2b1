"""`manifact import OCID`: take over what was made by hand or by another tool."""

from __future__ import annotations

import argparse
from pathlib import Path

from compiler.cli.arguments import (
    add_break_glass,
    add_consent,
    add_json,
    add_root,
    add_target,
    add_timeout,
    break_glass,
    checkout,
    target,
)
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.cli.prompt import prompt
from compiler.codes import ExitCode

SUMMARY = "import an existing model or deployment into a manifest, and tag it as managed"
EXAMPLE = "manifact import ocid1.datasciencemodel.oc1.iad.aaaa models/wine"
DOCUMENT = "resources:ImportDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("resource", help="OCID of a model or deployment, its end, or its display name")
    parser.add_argument("directory", type=Path, nargs="?", help="folder for model.yaml and artifact/")
    parser.add_argument("--name", help="name of the manifest (default: made from the folder's, or the display name)")
    parser.add_argument(
        "--by-id", action="store_true", help="of a deployment: leave its model alone, and name it by its OCID"
    )
    add_root(parser)
    add_target(parser)
    add_consent(parser)
    add_json(parser)
    add_timeout(parser, 3600.0, "each change")
    add_break_glass(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Read, write the files, compile them, show what adopting changes, ask, and carry it out."""
    from compiler.engine.change.import_ import ImportRequest, import_resource

    request = ImportRequest(
        arguments.resource,
        arguments.directory,
        target(arguments),
        name=arguments.name,
        by_id=arguments.by_id,
        timeout=arguments.timeout,
        break_glass=break_glass(arguments),
    )
    with Reporter(console) as reporter:
        result = import_resource(checkout(arguments), request, prompt(console, yes=arguments.yes), reporter)
    return console.show(result)
