"""`manifact fetch`: bring the files that manifests name by `uri` and `sha256`."""

from __future__ import annotations

import argparse

from compiler.cli.arguments import add_format, add_manifests, add_root, add_target, checkout, selection, target
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.codes import ExitCode

SUMMARY = "download the files that manifests name by `uri` and `sha256` into a cache, and check them"
EXAMPLE = "manifact fetch models/wine"
DOCUMENT = "tools:FetchDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_manifests(parser)
    add_root(parser)
    add_target(parser)
    add_format(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Fetch what is missing, and exit by the gravest problem of all."""
    from compiler.engine.target.fetch import FetchRequest, fetch_files

    request = FetchRequest(selection(arguments), target(arguments))
    with Reporter(console) as reporter:
        result = fetch_files(checkout(arguments), request, reporter)
    return console.show(result)
