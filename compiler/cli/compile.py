"""`manifact compile`: build the artifact directory and the execution plan."""

from __future__ import annotations

import argparse
import time

from compiler.cli.arguments import add_json, add_manifest, add_root
from compiler.cli.console import Console
from compiler.codes import ExitCode

SUMMARY = "compile a manifest into an artifact directory and an execution plan"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_manifest(parser)
    add_root(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Compile one manifest and say what was built."""
    from compiler.build.compile import compile_manifest
    from compiler.cli import views
    from compiler.workspace.root import manifest_path

    started = time.perf_counter()
    build = compile_manifest(manifest_path(arguments.manifest), root=arguments.root)
    views.built(build, time.perf_counter() - started, console)
    return ExitCode.OK
