"""`manifact init`: a manifest to start from, for a model file that is already there."""

from __future__ import annotations

import argparse
from pathlib import Path

from compiler.cli.arguments import add_json, checkout
from compiler.cli.console import Console
from compiler.codes import ExitCode

SUMMARY = "write a model.yaml for a model file"
EXAMPLE = "manifact init models/wine/model.joblib --input models/wine/samples/input.csv"
DOCUMENT = "artifacts:InitDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("model", type=Path, metavar="FILE", help="model file or directory")
    parser.add_argument("--name", metavar="NAME", help="name of the model (default: made from the folder's name)")
    parser.add_argument("--input", type=Path, metavar="FILE", help="sample of what callers send")
    parser.add_argument("--output", type=Path, metavar="FILE", help="sample of what the model answers")
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Write `model.yaml` beside the model; an existing one is never overwritten."""
    from compiler.engine.artifact.init import InitRequest, init_manifest

    request = InitRequest(arguments.model, arguments.name, arguments.input, arguments.output)
    return console.show(init_manifest(checkout(arguments), request))
