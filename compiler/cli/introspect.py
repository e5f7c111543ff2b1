"""`manifact introspect DIR`: ADS's checks and ours on any artifact directory; nothing is run."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.cli.arguments import add_json
from compiler.cli.console import Console
from compiler.codes import ExitCode

if TYPE_CHECKING:
    from compiler.cli.documents.models import CheckDocument, IntrospectDocument
    from compiler.introspection import Check

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
    document: IntrospectDocument = {
        "formatVersion": 1,
        "passed": passed(checks),
        "checks": [_check(check) for check in checks],
    }
    console.document(document)
    return ExitCode.OK if document["passed"] else ExitCode.MANIFEST


def _check(check: Check) -> CheckDocument:
    return {
        "key": check.key,
        "category": check.category,
        "description": check.description,
        "error": check.error,
        "status": check.status.value,
        "value": check.value,
        "note": check.note,
        "ours": check.ours,
    }
