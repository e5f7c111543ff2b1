"""`manifact init`: a manifest to start from, for a model file that is already there."""

from __future__ import annotations

import argparse
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.cli.arguments import add_json
from compiler.cli.console import Console
from compiler.codes import ExitCode
from compiler.diagnostics import failure

if TYPE_CHECKING:
    from compiler.render.documents.artifacts import InitDocument

SUMMARY = "write a model.yaml for a model file"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("model", type=Path, metavar="FILE", help="model file or directory")
    parser.add_argument("--name", metavar="NAME", help="name of the model (default: made from the folder's name)")
    parser.add_argument("--input", type=Path, metavar="FILE", help="sample of what callers send")
    parser.add_argument("--output", type=Path, metavar="FILE", help="sample of what the model answers")
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Write `model.yaml` beside the model; an existing one is never overwritten."""
    from compiler.render.words import headline
    from compiler.frameworks import inspect_model
    from compiler.workspace.root import shown

    if arguments.name not in (None, name_of(arguments.name or "")):
        hint = f"lower-case letters, digits and dashes: {name_of(arguments.name)}"
        raise failure("MF916", f"'{arguments.name}' is no name for a model", hint=hint)
    if arguments.output and not arguments.input:
        raise failure("MF916", "--output needs --input: the answers belong to what was sent")
    facts = inspect_model(arguments.model)
    folder = arguments.model.resolve().parent
    target = folder / "model.yaml"
    if target.exists():
        raise failure("MF902", f"{shown(target)} exists already", hint="move it away to start anew")
    name = arguments.name or name_of(folder.name)
    samples = _samples(folder, arguments.input, arguments.output)
    target.write_text(_text(name, arguments.model.name, samples), encoding="utf-8")
    console.line(f"  {headline(facts)}")
    console.line(f"  wrote {shown(target)}; next: manifact compile {shown(folder)}")
    document: InitDocument = {"formatVersion": 1, "manifest": shown(target), "name": name}
    console.document(document)
    return ExitCode.OK


def name_of(folder: str) -> str:
    """A name that fits a manifest, made from a folder's or a display name."""
    return re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-")[:63] or "model"


def _samples(folder: Path, given_input: Path | None, given_output: Path | None) -> str:
    if given_input is None:
        return ""
    lines = ["  samples:", f"    input: {_relative(folder, given_input)}"]
    if given_output is not None:
        lines.append(f"    output: {_relative(folder, given_output)}")
    return "\n".join(lines) + "\n"


def _relative(folder: Path, path: Path) -> str:
    return _scalar(os.path.relpath(path.resolve(), folder))


def _scalar(text: str) -> str:
    """Text as YAML: plain where nothing in it could mean something else."""
    return text if re.fullmatch(r"[A-Za-z][\w./-]*", text) else json.dumps(text)


def _text(name: str, model: str, samples: str) -> str:
    return (
        "apiVersion: manifact/v1\n"
        "kind: Model\n"
        "metadata:\n"
        f"  name: {name}\n"
        "spec:\n"
        "  model:\n"
        f"    path: {_scalar(model)}\n"
        f"{samples}"
        "  deployment: {}\n"
    )
