"""`manifact apply`: carry the plan out."""

from __future__ import annotations

import argparse
from pathlib import Path

from compiler.cli.arguments import (
    add_break_glass,
    add_consent,
    add_deep,
    add_format,
    add_isolation,
    add_manifests,
    add_prune,
    add_root,
    add_target,
    add_timeout,
    break_glass,
    checkout,
    selection,
    target,
)
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.cli.prompt import prompt
from compiler.codes import ExitCode

SUMMARY = "save, deploy and test models; a second apply changes nothing"
EXAMPLE = "manifact apply models/wine --target production"
DOCUMENT = "targets:ApplyDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_manifests(parser)
    add_root(parser)
    add_target(parser)
    add_consent(parser)
    add_format(parser)
    parser.add_argument("--plan", type=Path, metavar="FILE", help="carry out what `plan -o FILE` saved, or refuse")
    add_timeout(parser, 3600.0, "each change")
    parser.add_argument("--no-wait", action="store_true", help="do not wait for deployments, and do not test them")
    add_deep(parser)
    add_prune(parser)
    parser.add_argument("--retry", action="store_true", help="try again what failed its smoke test")
    parser.add_argument(
        "--verify", choices=("auto", "always", "never"), default="auto", help="run models here before saving them"
    )
    parser.add_argument(
        "--keep-going", action="store_true", help="apply the manifests that are right, whatever is wrong with others"
    )
    add_isolation(parser)
    add_break_glass(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Plan anew, or take a saved plan; verify what is new, ask, and carry out."""
    from compiler.engine.change.apply import ApplyRequest, apply_manifests
    from compiler.planning.plan.planner import Options

    request = ApplyRequest(
        selection(arguments),
        target(arguments),
        Options(prune=arguments.prune, retry=arguments.retry, deep=arguments.deep),
        plan=arguments.plan,
        verify=arguments.verify,
        timeout=arguments.timeout,
        wait=not arguments.no_wait,
        require_isolation=arguments.require_isolation,
        break_glass=break_glass(arguments),
        keep_going=arguments.keep_going,
    )
    with Reporter(console) as reporter:
        result = apply_manifests(checkout(arguments), request, prompt(console, yes=arguments.yes), reporter)
    return console.show(result)
