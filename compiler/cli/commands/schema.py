"""`manifact schema`: print a JSON Schema, or write all of them."""

from __future__ import annotations

import argparse
from pathlib import Path

from compiler.cli.console import Console
from compiler.cli.documents import ENDING, schema_files
from compiler.codes import ExitCode
from compiler.diagnostics import did_you_mean, failure

SUMMARY = "print the JSON Schema of manifests (for editors) or of what --json prints, or write all to a folder"
EXAMPLE = "manifact schema plan.output > plan.schema.json"
DOCUMENT = None


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "document",
        nargs="?",
        default="model",
        metavar="DOCUMENT",
        help="model (the default), project, COMMAND.output (what its --json prints), artifact, build-plan or plan-file",
    )
    parser.add_argument("--write", type=Path, metavar="DIR", help="write every schema file into this folder")


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Print or write."""
    files = schema_files()
    if arguments.write is not None:
        arguments.write.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (arguments.write / name).write_text(text, encoding="utf-8")
            console.line(f"wrote {arguments.write / name}")
        return ExitCode.OK
    known = [name.removesuffix(ENDING) for name in files]
    if arguments.document not in known:
        hint = did_you_mean(arguments.document, known) or "`manifact schema --write DIR` writes all there are"
        raise failure("MF915", f"there is no schema '{arguments.document}'", hint=hint)
    console.line(files[f"{arguments.document}{ENDING}"].rstrip("\n"))
    return ExitCode.OK
