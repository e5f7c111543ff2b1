"""`manifact validate`: everything that compile checks, with nothing written."""

from __future__ import annotations

import argparse

from compiler.cli.arguments import add_json, add_manifest, add_root
from compiler.cli.console import Console, as_json
from compiler.codes import ExitCode

SUMMARY = "check a manifest, its model and its samples; write nothing"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_manifest(parser)
    add_root(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Validate one manifest."""
    from compiler.build.compile import validate_manifest
    from compiler.workspace.root import manifest_path, shown

    path = manifest_path(arguments.manifest)
    warnings = validate_manifest(path, root=arguments.root)
    console.line(f"{shown(path)} is valid.")
    console.document({"manifest": shown(path), "diagnostics": [as_json(warning) for warning in warnings]})
    if not console.json:
        console.diagnostics(warnings)
    return ExitCode.OK
