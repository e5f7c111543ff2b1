"""`manifact schema`: print a JSON Schema, or write all of them."""

from __future__ import annotations

import argparse
from pathlib import Path

from compiler.cli.console import Console
from compiler.codes import ExitCode
from compiler.diagnostics import did_you_mean, failure

SUMMARY = "print the JSON Schema of manifests (for editors) or of what --json prints, or write all to a folder"
_ENDING = ".v1.schema.json"


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
    known = [name.removesuffix(_ENDING) for name in files]
    if arguments.document not in known:
        hint = did_you_mean(arguments.document, known) or "`manifact schema --write DIR` writes all there are"
        raise failure("MF915", f"there is no schema '{arguments.document}'", hint=hint)
    console.line(files[f"{arguments.document}{_ENDING}"].rstrip("\n"))
    return ExitCode.OK


def schema_files() -> dict[str, str]:
    """The text of every schema file by its name: the manifest's, what `--json` prints, and what is written."""
    from compiler.render.documents import DOCUMENTS, FILES
    from compiler.schema.documents import document_schema
    from compiler.schema.generate import generate

    output = {f"{name}.output{_ENDING}": document_schema(document) for name, document in DOCUMENTS.items()}
    written = {f"{name}{_ENDING}": document_schema(document) for name, document in FILES.items()}
    return {**generate(), **written, **output}
