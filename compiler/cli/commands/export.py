"""`manifact export`: an artifact's zip to a bucket, out of the catalog or straight from a build."""

from __future__ import annotations

import argparse

from compiler.cli.arguments import add_json, add_root, add_target, add_timeout, checkout, target
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.codes import ExitCode

SUMMARY = "copy the zip of an artifact to a bucket, from the catalog or from a build"
EXAMPLE = "manifact export wine oci://backups@local/wine.zip"
DOCUMENT = "resources:ExportDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "source", help="name or OCID in the catalog; or a manifest (is compiled), a build, any artifact directory"
    )
    parser.add_argument("uri", help="oci://bucket@namespace/object.zip; ending in / it is given a name")
    parser.add_argument("--version", type=int, metavar="N", help="this version of the model (default: the newest)")
    parser.add_argument("--overwrite", action="store_true", help="replace an object that holds something else")
    add_timeout(parser, 3600.0, "the service")
    add_root(parser)
    add_target(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Export, wait, and say where it is."""
    from compiler.engine.change.export import ExportRequest, export_artifact

    request = ExportRequest(
        arguments.source,
        arguments.uri,
        target(arguments),
        version=arguments.version,
        overwrite=arguments.overwrite,
        timeout=arguments.timeout,
    )
    with Reporter(console) as reporter:
        result = export_artifact(checkout(arguments), request, reporter)
    return console.show(result)
