"""`manifact init`: a manifest to start from, for a model file that is already there."""

from __future__ import annotations

import argparse
from pathlib import Path

from compiler.cli.arguments import add_format, checkout
from compiler.cli.console import Console
from compiler.cli.prompt import asked
from compiler.codes import ExitCode

SUMMARY = "write a model.yaml for a model file"
EXAMPLE = "manifact init models/wine/model.joblib --input models/wine/samples/input.csv"
DOCUMENT = "artifacts:InitDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("model", nargs="?", type=Path, metavar="FILE", help="model file or directory")
    source.add_argument("--from-ads", type=Path, metavar="DIR", help="folder that Oracle ADS prepared (`artifact_dir`)")
    parser.add_argument("--name", metavar="NAME", help="name of the model (default: made from the folder's name)")
    parser.add_argument("--input", type=Path, metavar="FILE", help="sample of what callers send")
    parser.add_argument("--output", type=Path, metavar="FILE", help="sample of what the model answers")
    parser.add_argument("--labels", type=Path, metavar="FILE", help="the truth for the sample, instead of answers")
    parser.add_argument(
        "--include",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="one more file or folder for the artifact (repeat); modules beside the model are found",
    )
    parser.add_argument(
        "--env",
        metavar="PACK",
        help="slug or oci:// path of the conda environment (default: the one of manifact.lock, where it has one)",
    )
    parser.add_argument("--use-case", metavar="NAME", help="use case (default: what follows from the model)")
    parser.add_argument("--score", type=Path, metavar="FILE", help="your own score.py, for a model that needs one")
    parser.add_argument("--force", action="store_true", help="write over a manifest that is there")
    add_format(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Write `model.yaml` beside the model, and say what compile would say of it."""
    from compiler.engine.artifact.init import InitRequest, init_manifest

    sample = arguments.input or _asked_for(console, "Sample of what callers send")
    request = InitRequest(
        arguments.model or arguments.from_ads,
        arguments.name,
        sample,
        arguments.output or (_asked_for(console, "Sample of its answers") if sample and not arguments.labels else None),
        arguments.labels,
        tuple(arguments.include),
        arguments.env,
        arguments.use_case,
        from_ads=arguments.from_ads is not None,
        score=arguments.score,
        force=arguments.force,
    )
    return console.show(init_manifest(checkout(arguments), request))


def _asked_for(console: Console, what: str) -> Path | None:
    """The file that whoever sits at the terminal names; None where nobody does."""
    answer = asked(console, f"{what} (a file, or Enter for none):")
    return Path(answer) if answer else None
