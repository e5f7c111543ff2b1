"""`manifact introspect PATH`: ADS's checks and ours on any artifact, a directory or a zip; nothing is run."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.cli.arguments import add_json
from compiler.cli.console import Console
from compiler.codes import ExitCode

if TYPE_CHECKING:
    from compiler.render.documents.artifacts import CheckDocument, IntrospectDocument
    from compiler.introspection import Check

SUMMARY = "check an artifact, a directory or a zip, as Oracle ADS would, and further; nothing is run"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("path", type=Path, help="artifact: directory (build/<name>/artifact, …) or zip archive")
    parser.add_argument(
        "--contract",
        choices=("conda", "container"),
        default="conda",
        help="what reads it: a container needs neither score.py nor runtime.yaml (default: conda)",
    )
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Check one artifact; exit 1 when a check fails."""
    from compiler.diagnostics import failure
    from compiler.introspection import Status, introspect, passed
    from compiler.introspection.files import artifact_files, one_folder_down

    files = artifact_files(arguments.path)
    if folder := one_folder_down(files):
        hint = (
            f"examine {arguments.path / folder}"
            if arguments.path.is_dir()
            else f"zip what is in '{folder}' and not the folder"
        )
        raise failure("MF533", f"the artifact's files lie one folder down, in '{folder}/'", hint=hint)
    checks = introspect(files, container=arguments.contract == "container")
    width = max(len(check.key) for check in checks)
    for check in checks:
        failed = check.status is Status.FAILED
        named = f"{check.error.rstrip('.')}: {check.note}" if check.note else check.error
        reason = named if failed else check.note
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
