"""`manifact status`: what is live in the target."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from compiler.cli.arguments import add_json, add_root, add_target
from compiler.cli.console import Console
from compiler.codes import ExitCode

if TYPE_CHECKING:
    from compiler.cli.documents.targets import ResourceDocument, StatusDocument
    from compiler.planning.observed import Live

SUMMARY = "show what is live in the target"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("model", nargs="?", help="only this model (name, manifest file or folder)")
    add_root(parser)
    add_target(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """List versions and deployments that are ours."""
    from compiler.cli.session import named_model, open_session
    from compiler.cloud.deployments import read_deployment
    from compiler.cloud.observe import observe
    from compiler.planning.observed import GONE

    model = named_model(arguments) if arguments.model else None
    with open_session(arguments, model.start if model else Path.cwd(), console) as session:
        observed = observe(session.connection, [])
        place = session.connection.place
        # A summary does not say why a deployment is not active.
        deployments = [
            live if live.state in ("ACTIVE", *GONE) else read_deployment(session.connection, live.id)
            for live in observed.deployments
        ]
    kinds: tuple[tuple[Literal["model", "deployment"], Sequence[Live]], ...] = (
        ("model", observed.models),
        ("deployment", deployments),
    )
    oldest_first = [(kind, live) for kind, lives in kinds for live in sorted(lives, key=lambda live: live.age)]
    ours = [(kind, live) for kind, live in oldest_first if place.owns(live.tags) and not live.gone]
    shown = [(kind, live) for kind, live in ours if model is None or live.tags.get("manifact-name") == model.name]
    for kind, live in shown:
        console.line(f"  {kind:<10}  {_name(live):<24}  {live.state:<15}  {_about(live)}")
    if not shown:
        console.line("  nothing is live" + (f" under '{model.name}'" if model else ""))
    document: StatusDocument = {
        "formatVersion": 1,
        "target": place.target,
        "resources": [_document(kind, live) for kind, live in shown],
    }
    console.document(document)
    return ExitCode.OK


def _name(live: Live) -> str:
    version = f" v{live.summary['versionId']}" if live.summary.get("versionId") else ""
    return f"{live.tags.get('manifact-name', '')}{version}"


def _about(live: Live) -> str:
    url = live.summary.get("modelDeploymentUrl")
    details = live.summary.get("lifecycleDetails") or ""
    return "  ".join(str(part) for part in (f"{url}/predict" if url else live.id, details) if part)


def _document(kind: Literal["model", "deployment"], live: Live) -> ResourceDocument:
    return {
        "kind": kind,
        "name": live.tags.get("manifact-name", ""),
        "id": live.id,
        "state": live.state,
        "version": live.summary.get("versionId"),
        "artifact": live.tags.get("manifact-artifact"),
        "url": live.summary.get("modelDeploymentUrl"),
    }
