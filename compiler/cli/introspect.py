"""`manifact introspect DIR`: ADS's checks and ours on any artifact directory; nothing is run."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from compiler.cli.arguments import add_json
from compiler.cli.console import Console
from compiler.codes import ExitCode

SUMMARY = "check an artifact directory as Oracle ADS would, and further; nothing is run"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "directory", type=Path, help="artifact directory (build/<name>/artifact, or one made elsewhere)"
    )
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Check one directory; exit 1 when a check fails."""
    from compiler.introspection import Status, introspect_directory, passed

    checks = introspect_directory(arguments.directory)
    width = max(len(check.key) for check in checks)
    for check in checks:
        reason = check.error if check.status is Status.FAILED else check.note
        console.line(f"  {check.status!s:<7}  {check.key:<{width}}  {reason}".rstrip())
    console.document({"passed": passed(checks), "checks": [asdict(check) for check in checks]})
    return ExitCode.OK if passed(checks) else ExitCode.MANIFEST
