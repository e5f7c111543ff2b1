"""`manifact verify`: run the artifact in a separate process and compare it with the golden samples."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from compiler.cli.arguments import add_json, add_manifest, add_root, add_timeout
from compiler.cli.console import Console
from compiler.codes import ExitCode

if TYPE_CHECKING:
    from compiler.render.documents.artifacts import VerificationDocument, VerifyDocument
    from compiler.verify import Verification

SUMMARY = "run the compiled model in a separate process and compare its answers with the samples"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_manifest(parser)
    add_root(parser)
    add_json(parser)
    add_timeout(parser, 300.0, "loading and answering")


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Compile, then verify; what is remembered of an earlier run does not count here."""
    from compiler.compilation.compile import compile_manifest
    from compiler.engine.artifact.verify import verified
    from compiler.workspace.root import manifest_path

    build = compile_manifest(manifest_path(arguments.manifest), root=arguments.root)
    result = verified(build, console, timeout=arguments.timeout, again=True)
    if result is not None and not result.isolated:
        console.note("  note: no network namespace on this machine; the model's process could have used the network")
    document: VerifyDocument = {
        "formatVersion": 1,
        "name": build.name,
        "verification": _verification(result) if result else None,
    }
    console.document(document)
    return ExitCode.OK


def _verification(result: Verification) -> VerificationDocument:
    return {
        "rows": result.rows,
        "compared": result.compared,
        "maxDifference": result.max_difference,
        "loadSeconds": result.load_seconds,
        "isolated": result.isolated,
        "shapes": list(result.shapes),
    }
