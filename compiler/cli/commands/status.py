"""`manifact status`: what is live in the target; of one model, how far it is and what comes next."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.cli.arguments import add_json, add_root, add_target
from compiler.cli.console import Console
from compiler.codes import ExitCode

if TYPE_CHECKING:
    from compiler.render.documents.targets import StatusDocument
    from compiler.planning.live.observed import LiveResource

SUMMARY = "show what is live in the target, or the steps of one model and what comes next"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("model", nargs="?", help="the steps of this model (name, manifest file or folder)")
    parser.add_argument("--no-ask", action="store_true", help="do not send the golden rows to the endpoint")
    add_root(parser)
    add_target(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """One model's steps, or versions and deployments of all that are ours."""
    from compiler.engine.target.live_resources import documents, live_resources
    from compiler.engine.session import open_session
    from compiler.cloud.observe import observe

    if arguments.model:
        from compiler.engine.target.model_status import status_of_one

        return status_of_one(arguments, console)
    with open_session(arguments, Path.cwd(), console) as session:
        observed = observe(session.connection, [])
        shown = live_resources(session.connection, observed)
    for kind, live in shown:
        console.line(f"  {kind:<10}  {_name(live):<24}  {live.state:<15}  {_about(live)}")
    if not shown:
        console.line("  nothing is live")
    document: StatusDocument = {
        "formatVersion": 1,
        "target": session.connection.place.target,
        "resources": documents(shown),
    }
    console.document(document)
    return ExitCode.OK


def _name(live: LiveResource) -> str:
    version = f" v{live.summary['versionId']}" if live.summary.get("versionId") else ""
    return f"{live.tags.get('manifact-name', '')}{version}"


def _about(live: LiveResource) -> str:
    url = live.summary.get("modelDeploymentUrl")
    details = live.summary.get("lifecycleDetails") or ""
    return "  ".join(str(part) for part in (f"{url}/predict" if url else live.id, details) if part)
