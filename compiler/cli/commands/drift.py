"""`manifact drift`: whether what is live is still what the manifests say, down to every record."""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING

from compiler.cli.arguments import add_json, add_manifests, add_root, add_target
from compiler.cli.console import Console
from compiler.codes import ExitCode

if TYPE_CHECKING:
    from compiler.render.documents.targets import PlanDocument
    from compiler.planning.plan.plan import Plan

SUMMARY = "show how what is live differs from the manifests: records, metadata and artifacts (plan --deep)"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_manifests(parser)
    add_root(parser)
    add_target(parser)
    add_json(parser)
    parser.add_argument("--exit-code", action="store_true", help="exit with 2 when something differs")


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Read every record of ours, compare, and say what an apply would mend."""
    from compiler.cli.console import as_json
    from compiler.render.plan import show_plan
    from compiler.engine.selection import compile_selected
    from compiler.engine.session import open_session
    from compiler.cloud.observe import observe
    from compiler.diagnostics import exit_code
    from compiler.planning.plan.planner import Options, plan

    builds = compile_selected(argparse.Namespace(**vars(arguments), prune=False))
    with open_session(arguments, builds[0].root, console) as session:
        options = Options(deep=True)
        desired = [session.wanted(build) for build in builds]
        observed = observe(session.connection, desired, options)
        found = plan(desired, observed, session.connection.place, options)
    if found.empty:
        console.line("  No drift: records, metadata and artifacts are as the manifests say.")
    else:
        show_plan(found, console)
        console.line(f"  {_words(found)} `{_next(arguments)}` brings them back.")
    document: PlanDocument = {"formatVersion": 1, **found.to_json(), "diagnostics": [*map(as_json, found.problems)]}
    console.document(document)
    if not console.json:
        console.diagnostics(found.problems)
    return exit_code(found.problems) or (ExitCode.CHANGES if arguments.exit_code and not found.empty else ExitCode.OK)


def _next(arguments: argparse.Namespace) -> str:
    """The command that restores what this one found: an apply of the same manifests that looks as closely."""
    words = ["manifact", "apply", "--deep", *map(str, arguments.manifests)]
    words += ["--all"] if arguments.all else []
    words += [word for label in arguments.select for word in ("--select", label)]
    named = {"--root": arguments.root, "--target": arguments.target, "--auth": arguments.auth}
    return shlex.join([*words, *(str(word) for pair in named.items() if pair[1] for word in pair)])


def _words(found: Plan) -> str:
    from compiler.render import words as text

    return f"Drift: {text.count(len(found.pending), 'resource')} not as the manifests say."
