"""`manifact list`: everything in the target's Data Science project, whoever made it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.cli.arguments import add_json, add_root, add_target
from compiler.cli.console import Console
from compiler.codes import ExitCode

if TYPE_CHECKING:
    from compiler.render.documents.resources import ListDocument
    from compiler.render.resources import Resource

SUMMARY = "list models, deployments and version sets of the target, ours or not"
KINDS = ("models", "deployments", "version-sets")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("kind", nargs="?", choices=KINDS, help="only these (default: all)")
    parser.add_argument("--ours", action="store_true", help="only what belongs to this project and target")
    parser.add_argument("--name", metavar="TEXT", help="only what has TEXT in its name, or in its manifest's")
    parser.add_argument("--state", metavar="STATE", action="append", help="only this lifecycle state (repeat)")
    parser.add_argument("--all", action="store_true", help="deleted ones and other Data Science projects as well")
    parser.add_argument("--wide", "-w", action="store_true", help="cut nothing off to fit the terminal")
    add_root(parser)
    add_target(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Send list requests only, and show what is left by the filters."""
    from compiler.render.resources import chosen, listed_document
    from compiler.engine.session import open_session
    from compiler.cloud.datascience.lookup import ALL_KINDS, listed
    from compiler.planning.live.observed import Kind

    wanted = {"models": Kind.MODEL, "deployments": Kind.DEPLOYMENT, "version-sets": Kind.VERSION_SET}
    kinds = (wanted[arguments.kind],) if arguments.kind else ALL_KINDS
    with open_session(arguments, Path.cwd(), console) as session:
        place = session.connection.place
        observed = listed(session.connection, kinds)
    found = chosen(observed, kinds, place, arguments)
    for kind in kinds:
        _show([item for item in found if item.kind is kind], console, wide=arguments.wide)
    if not found:
        console.line("  nothing is there" + (" that fits" if _filtered(arguments) else ""))
    document: ListDocument = {
        "formatVersion": 1,
        "target": place.target,
        "resources": [listed_document(item) for item in found],
    }
    console.document(document)
    return ExitCode.OK


def _show(items: list[Resource], console: Console, *, wide: bool) -> None:
    from compiler.render.resources import below, head, row
    from compiler.render.table import cut, table

    if not items:
        return
    width = None if wide else console.width
    lines = table(head(items[0].kind), [row(item) for item in items], width)
    console.line()
    console.line(console.styled(lines[0], "bold"))
    for item, line in zip(items, lines[1:], strict=True):
        console.line(line)
        if told := below(item):
            console.line(f"      {cut(told, (width or len(told) + 6) - 6)}")


def _filtered(arguments: argparse.Namespace) -> bool:
    return bool(arguments.ours or arguments.name or arguments.state)
