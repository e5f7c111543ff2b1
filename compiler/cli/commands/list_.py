"""`manifact list`: everything in the target's Data Science project, whoever made it."""

from __future__ import annotations

import argparse

from compiler.cli.arguments import add_json, add_root, add_target, checkout, target
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.codes import ExitCode

SUMMARY = "list models, deployments and version sets of the target, managed or not"
EXAMPLE = "manifact list models --ours"
DOCUMENT = "resources:ListDocument"
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
    from compiler.engine.target.list_ import ALL, ListRequest, list_resources
    from compiler.planning.live.observed import Kind

    kinds = {"models": Kind.MODEL, "deployments": Kind.DEPLOYMENT, "version-sets": Kind.VERSION_SET}
    request = ListRequest(
        (kinds[arguments.kind],) if arguments.kind else ALL,
        target(arguments),
        managed=arguments.ours,
        name=arguments.name,
        states=tuple(arguments.state or ()),
        everything=arguments.all,
    )
    result = list_resources(checkout(arguments), request, Reporter(console))
    return console.show(result, wide=arguments.wide)
