"""`manifact local`: the embedded OCI on a port for other clients; what runs on it, and its end."""

from __future__ import annotations

import argparse
import contextlib
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.cli.arguments import add_json, add_root, port, seconds
from compiler.cli.console import Console
from compiler.codes import ExitCode
from compiler.diagnostics import failure

if TYPE_CHECKING:
    from compiler.localcloud import LocalCloud
    from compiler.localcloud.server import LocalServer
    from compiler.render.documents.tools import (
        LocalResetDocument,
        LocalServeDocument,
        LocalStatusDocument,
        LocalStopDocument,
    )

SUMMARY = "serve the embedded OCI to other clients, show and stop what runs on it"


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
    stop = verbs.add_parser("stop", allow_abbrev=False, help="end every process of the store; its data stay")
    reset = verbs.add_parser("reset", allow_abbrev=False, help="end every process and delete the store")
    reset.add_argument("--yes", "-y", action="store_true", help="do not ask")
    for verb in (serve, status, stop, reset):
        add_root(verb)
        add_json(verb)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Do what the verb says to the store of the project around this folder."""
    from compiler.workspace.project import open_workspace
    from compiler.workspace.root import private_folder

    state = private_folder(open_workspace(Path.cwd(), arguments.root).state)
    return _VERBS[arguments.verb](arguments, state / "local", console)


def _serve(arguments: argparse.Namespace, root: Path, console: Console) -> ExitCode:
    from compiler.localcloud import Settings, open_cloud
    from compiler.localcloud.http.faults import Faults, parse_rule

    try:
        rules = [parse_rule(text) for text in arguments.fault]
    except ValueError as problem:
        raise failure("MF801", str(problem)) from None
    settings = Settings(strict=arguments.strict, work_seconds=arguments.work_seconds, faults=Faults(rules))
    with (
        open_cloud(root, settings=settings) as cloud,
        _opened_port(cloud, arguments.port) as server,
        _claimed(root, server.url),
        contextlib.suppress(KeyboardInterrupt),
    ):
        _announce(cloud, server.url, console)
        server.serve_forever()
    return ExitCode.OK


def _opened_port(cloud: LocalCloud, port: int) -> LocalServer:
    from compiler.localcloud.console.pages import application
    from compiler.localcloud.server import LocalServer

    try:
        return LocalServer(cloud, application(cloud), port)
    except OSError as problem:
        message = f"port {port} cannot be served: {problem}"
        raise failure("MF802", message, hint="choose another one with --port, or 0 for any") from None


@contextlib.contextmanager
def _claimed(root: Path, url: str) -> Iterator[None]:
    from compiler.localcloud.processes import serving

    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(serving(root, url))
        except BlockingIOError:
            raise failure("MF802", "this store is being served already", hint="see `manifact local status`") from None
        yield


def _announce(cloud: LocalCloud, url: str, console: Console) -> None:
    from compiler.localcloud.processes import client_environment

    environment = client_environment(cloud.sdk_config(), cloud.compartment_id, cloud.project_id, url)
    console.line(f"  the embedded OCI is at {url} until Ctrl-C, its console at {url}/console; for other clients:\n")
    for name, value in environment.items():
        console.line(f"export {name}={shlex.quote(value)}")
    document: LocalServeDocument = {"formatVersion": 1, "url": url, "environment": environment}
    console.document(document)
    console.flush()


def _status(arguments: argparse.Namespace, root: Path, console: Console) -> ExitCode:  # noqa: ARG001
    from compiler.localcloud.processes import running_servers, served

    process = served(root)
    servers = [status for server in running_servers(root) if (status := server.status()) is not None]
    console.line(f"  store    {root}" + ("" if root.exists() else "  (not made yet)"))
    console.line(f"  serving  {process.url} (pid {process.pid})" if process else "  serving  no port is open")
    for status in servers:
        console.line(f"  server   http://127.0.0.1:{status.port}  {status.state} (pid {status.pid})")
    if not servers:
        console.line("  server   no model is being served")
    document: LocalStatusDocument = {
        "formatVersion": 1,
        "store": str(root),
        "url": process.url if process else None,
        "servers": [{"port": s.port, "pid": s.pid, "state": s.state} for s in servers],
    }
    console.document(document)
    return ExitCode.OK


def _stop(arguments: argparse.Namespace, root: Path, console: Console) -> ExitCode:  # noqa: ARG001
    from compiler.localcloud.processes import stop_all

    count = stop_all(root)
    console.line(f"  {count} ended" if count else "  nothing was running")
    document: LocalStopDocument = {"formatVersion": 1, "ended": count}
    console.document(document)
    return ExitCode.OK


def _reset(arguments: argparse.Namespace, root: Path, console: Console) -> ExitCode:
    from compiler.localcloud.processes import reset

    if not arguments.yes:
        if not sys.stdin.isatty() or console.json:
            raise failure("MF903", "the store would be deleted, and nobody is here to agree", hint="say --yes")
        console.note(f"Delete {root} with every model and deployment in it? Only 'yes' is taken for an answer:")
        if sys.stdin.readline().strip() != "yes":
            raise failure("MF903", "not agreed; nothing was changed")
    reset(root)
    console.line(f"  deleted {root}")
    document: LocalResetDocument = {"formatVersion": 1, "deleted": str(root)}
    console.document(document)
    return ExitCode.OK


_VERBS = {"serve": _serve, "status": _status, "stop": _stop, "reset": _reset}
