"""`manifact predict`: ask a deployed model."""

from __future__ import annotations

import argparse
import sys

from compiler.cli.arguments import add_json, add_name, add_root, add_target, checkout, count, target
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.codes import ExitCode

SUMMARY = "send data to the deployed model and print its answer"
EXAMPLE = "manifact predict wine --data models/wine/samples/input.csv --rows 3"
DOCUMENT = "targets:PredictDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_name(parser)
    add_root(parser)
    add_target(parser)
    parser.add_argument(
        "--data",
        required=True,
        metavar="DATA",
        help="a file (csv, json, jsonl, npy, npz, parquet), JSON itself ('[[1, 2]]'), or - for JSON on standard input",
    )
    parser.add_argument("--rows", type=count, metavar="N", help="send only the first N rows of a table")
    parser.add_argument(
        "--by-column",
        action="store_true",
        help="send a table as {column: values}; without it the form is the one that verification found, else rows",
    )
    add_json(parser)


def _text(data: str) -> str | None:
    """JSON from standard input or from the command line itself; None for a file (`./[a].csv` is one)."""
    if data == "-":
        return sys.stdin.read()
    return data if data.lstrip().startswith(("[", "{")) else None


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Print the answer, which is JSON; with `--json`, and who gave it."""
    from compiler.engine.target.predict import Data, PredictRequest, predict

    text = _text(arguments.data)
    file = arguments.data if text is None else None
    data = Data(file=file, text=text, rows=arguments.rows, by_column=arguments.by_column)
    request = PredictRequest(arguments.model, data, target(arguments))
    return console.show(predict(checkout(arguments), request, Reporter(console, quiet=True)))
