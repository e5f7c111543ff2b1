"""`manifact show`: one model, deployment or version set in full, whoever made it."""

from __future__ import annotations

import argparse

from compiler.cli.arguments import add_json, add_root, add_target
from compiler.cli.console import Console
from compiler.codes import ExitCode

SUMMARY = "show one model, deployment or version set in full, ours or not"
KINDS = ("model", "deployment", "version-set")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("resource", help="OCID or its end, name of a manifest (also its file or folder), display name")
    parser.add_argument("--kind", choices=KINDS, help="what the name is of (default: a model, else a deployment, …)")
    parser.add_argument("--version", type=int, metavar="N", help="this version of the model (default: the newest)")
    add_root(parser)
    add_target(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Read it, and everything around it that tells what it is for."""
    from compiler.engine.reference import loaded_manifest
    from compiler.engine.session import named_word, open_session
    from compiler.render.documents.show import Around, show_document
    from compiler.render.show import show_resource
    from compiler.cloud.datascience.lookup import ALL_KINDS, find, listed
    from compiler.planning import tags
    from compiler.planning.live.observed import Kind

    kinds = {"model": (Kind.MODEL,), "deployment": (Kind.DEPLOYMENT,), "version-set": (Kind.VERSION_SET,)}
    word, start = named_word(arguments.resource, arguments.root)
    with open_session(arguments, start, console) as session:
        observed = listed(session.connection)
        found = find(session.connection, word, observed, kinds.get(arguments.kind, ALL_KINDS), arguments.version)
        live = found.read(session.connection)
        place = session.connection.place
    name = live.tags.get(tags.NAME)
    manifest = loaded_manifest(name, start, arguments.root) if name and place.owns(live.tags) else None
    document = show_document(found.kind, live, Around(observed, place, manifest))
    show_resource(document, console)
    console.document(document)
    return ExitCode.OK
