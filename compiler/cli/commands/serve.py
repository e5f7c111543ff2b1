"""`manifact serve PATH`: run any artifact on this machine, in the foreground."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from compiler.cli.arguments import add_isolation, add_json, add_root, checkout, port
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.codes import ExitCode
from compiler.diagnostics import failure

SUMMARY = "run an artifact on this machine: a directory, a zip, or a compiled manifest"
EXAMPLE = "manifact serve build/wine/artifact --port 8080"
DOCUMENT = "tools:ServeDocument"
MAX_WORKERS = 64
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "path",
        nargs="?",
        type=Path,
        default=Path(),
        help="artifact directory, zip archive of one, manifest file, or folder with model.yaml (default: .)",
    )
    parser.add_argument("--port", type=port, help="loopback port, 0 for any (default: 8080, or any when that is taken)")
    parser.add_argument("--workers", type=_workers, default=1, help="processes that answer (default: 1)")
    parser.add_argument(
        "--env", action="append", default=[], metavar="KEY=VALUE", help="environment variable for score.py (repeat)"
    )
    shut_in = parser.add_mutually_exclusive_group()
    add_isolation(shut_in)
    shut_in.add_argument("--network", action="store_true", help="let score.py use the network of this machine")
    parser.add_argument("--force", action="store_true", help="serve although a check of the artifact fails")
    parser.add_argument("--reload", action="store_true", help="serve the new files as soon as they change")
    add_root(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Serve until Ctrl-C or SIGTERM."""
    from compiler.engine.artifact.serve import ServeRequest, serve_until_stopped

    environment = dict(_variable(text) for text in arguments.env)
    request = ServeRequest(
        arguments.path,
        arguments.port,
        arguments.workers,
        environment,
        arguments.force,
        network=arguments.network,
        require_isolation=arguments.require_isolation,
        reload=arguments.reload,
    )
    serve_until_stopped(checkout(arguments), request, Reporter(console))
    return ExitCode.OK


def _workers(text: str) -> int:
    count = int(text)
    if not 1 <= count <= MAX_WORKERS:
        raise argparse.ArgumentTypeError(f"must be 1 to {MAX_WORKERS}")
    return count


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not _NAME.fullmatch(name) or "\0" in value:
        raise failure("MF813", f"'{name}' is not of the form KEY=VALUE", hint="--env LOG_LEVEL=debug")
    return name, value
