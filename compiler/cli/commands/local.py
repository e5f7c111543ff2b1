"""`manifact local`: the embedded OCI on a port for other clients; what runs on it, and its end."""

from __future__ import annotations

import argparse

from compiler.cli.arguments import add_json, add_root, checkout, port, seconds
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.cli.prompt import prompt
from compiler.codes import ExitCode

SUMMARY = "serve the embedded OCI to other clients and a browser; show and stop its deployments"
EXAMPLE = "manifact local serve --port 8600"
DOCUMENT = {
    "local-serve": "tools:LocalServeDocument",
    "local-status": "tools:LocalStatusDocument",
    "local-stop": "tools:LocalStopDocument",
    "local-reset": "tools:LocalResetDocument",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    serve = verbs.add_parser("serve", allow_abbrev=False, help="open the store on a loopback port, until Ctrl-C")
    serve.add_argument("--port", type=port, default=8600, metavar="N", help="loopback port, 0 for any (default: 8600)")
    serve.add_argument("--strict", action="store_true", help="refuse unsigned calls of predict")
    serve.add_argument(
        "--work-seconds",
        type=seconds,
        default=0.0,
        metavar="SECONDS",
        help="least duration of a work request (default: 0)",
    )
    serve.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="RULE",
        help="answer as RULE says: 'POST /models:429x3' (repeat)",
    )
    status = verbs.add_parser("status", allow_abbrev=False, help="show what the store holds and what runs")
    stop = verbs.add_parser("stop", allow_abbrev=False, help="end every model server; data and an open port stay")
    reset = verbs.add_parser("reset", allow_abbrev=False, help="end every process and delete the store")
    reset.add_argument("--yes", "-y", action="store_true", help="do not ask")
    for verb in (serve, status, stop, reset):
        add_root(verb)
        add_json(verb)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Do what the verb says to the store of the project around this folder."""
    return _VERBS[arguments.verb](arguments, console)


def _serve(arguments: argparse.Namespace, console: Console) -> ExitCode:
    from compiler.engine.local_cloud import LocalServeRequest, serve_until_stopped

    request = LocalServeRequest(arguments.port, arguments.strict, arguments.work_seconds, tuple(arguments.fault))
    serve_until_stopped(checkout(arguments), request, Reporter(console))
    return ExitCode.OK


def _status(arguments: argparse.Namespace, console: Console) -> ExitCode:
    from compiler.engine.local_cloud import local_status

    return console.show(local_status(checkout(arguments)))


def _stop(arguments: argparse.Namespace, console: Console) -> ExitCode:
    from compiler.engine.local_cloud import stop_local

    return console.show(stop_local(checkout(arguments)))


def _reset(arguments: argparse.Namespace, console: Console) -> ExitCode:
    from compiler.engine.local_cloud import reset_local

    return console.show(reset_local(checkout(arguments), prompt(console, yes=arguments.yes)))


_VERBS = {"serve": _serve, "status": _status, "stop": _stop, "reset": _reset}
