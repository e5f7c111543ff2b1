"""`manifact logs`: what a deployment's model server wrote."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.cli.arguments import add_json, add_name, add_root, add_target, count
from compiler.cli.console import Console
from compiler.codes import ExitCode
from compiler.diagnostics import failure

if TYPE_CHECKING:
    from compiler.render.documents.targets import LogsDocument

SUMMARY = "show what a deployment's model server wrote (target local)"
_PAUSE = 0.2


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_name(parser)
    add_root(parser)
    add_target(parser)
    parser.add_argument(
        "--lines",
        type=count,
        default=50,
        metavar="N",
        help="how many of the last lines to begin with (default: 50)",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--follow", "-f", action="store_true", help="go on until Ctrl-C")
    add_json(form)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Print the log of the deployment that this name has now."""
    from compiler.cloud.connect.connection import local_store
    from compiler.cloud.datascience.invoke import find_deployment
    from compiler.cloud.observe import observe
    from compiler.engine.session import named_model, open_session

    model = named_model(arguments)
    with open_session(arguments, model.start, console) as session:
        if not session.connection.local:
            hint = "in a tenancy, logs are where `deployment.logs` sends them: OCI Logging"
            raise failure("MF745", f"target '{session.connection.place.target}' keeps its logs itself", hint=hint)
        observed = observe(session.connection, [])
        deployment = find_deployment(session.connection, observed.deployments, model.name)
        path = _log(local_store(session.root), deployment)
    if console.json:
        document: LogsDocument = {"formatVersion": 1, "deployment": deployment, "lines": _last(path, arguments.lines)}
        console.document(document)
    else:
        _show(path, arguments.lines, console, follow=arguments.follow)
    return ExitCode.OK


def _log(store: Path, deployment: str) -> Path:
    return store / "deployments" / deployment.rpartition(".")[2] / "logs" / "predict.log"


def _last(path: Path, lines: int) -> list[str]:
    if not path.exists() or not lines:
        return []
    return path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]


def _show(path: Path, lines: int, console: Console, *, follow: bool) -> None:
    if not path.exists() or not path.stat().st_size:
        console.note("  nothing was written yet")
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file.readlines()[-lines:] if lines > 0 else []:
            console.line(line.rstrip("\n"))
        while follow and path.exists():
            line = file.readline()
            if line:
                console.line(line.rstrip("\n"))
                continue
            if path.exists() and path.stat().st_size < file.tell():
                file.seek(0)  # the server began its log anew: it keeps 32 MiB at most
            time.sleep(_PAUSE)
