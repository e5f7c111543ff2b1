"""`manifact schema`: print a JSON Schema, or write all of them."""

from __future__ import annotations

import argparse
from pathlib import Path

from compiler.cli.console import Console
from compiler.codes import ExitCode

SUMMARY = "print the JSON Schema of manifests (for editors), or write all schemas to a folder"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("document", nargs="?", choices=("model", "project"), default="model")
    parser.add_argument("--write", type=Path, metavar="DIR", help="write every schema file into this folder")


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Print or write."""
    from compiler.schema.generate import generate

    schemas = generate()
    if arguments.write is None:
        console.line(schemas[f"{arguments.document}.v1.schema.json"].rstrip("\n"))
        return ExitCode.OK
    arguments.write.mkdir(parents=True, exist_ok=True)
    for name, text in schemas.items():
        (arguments.write / name).write_text(text, encoding="utf-8")
        console.line(f"wrote {arguments.write / name}")
    return ExitCode.OK
