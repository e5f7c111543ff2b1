"""`manifact verify`: run the artifact in a separate process and compare it with the golden samples."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from compiler.cli.arguments import add_json, add_manifest, add_root
from compiler.cli.console import Console
from compiler.codes import ExitCode

SUMMARY = "run the compiled model in a separate process and compare its answers with the samples"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_manifest(parser)
    add_root(parser)
    add_json(parser)
    parser.add_argument("--timeout", type=float, default=300.0, help="seconds for loading and answering (default: 300)")


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Compile, then verify; what is remembered of an earlier run does not count here."""
    from compiler.build.compile import compile_manifest
    from compiler.cli.verification import verified
    from compiler.workspace.root import manifest_path

    build = compile_manifest(manifest_path(arguments.manifest), root=arguments.root)
    result = verified(build, console, timeout=arguments.timeout, again=True)
    if result is not None and not result.isolated:
        console.note("  note: no network namespace on this machine; the model's process could have used the network")
    console.document({"name": build.name, "verification": asdict(result) if result else None})
    return ExitCode.OK
