"""`manifact predict`: ask a deployed model."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compiler.cli.arguments import add_json, add_name, add_root, add_target, count
from compiler.cli.console import Console
from compiler.codes import ExitCode
from compiler.diagnostics import failure

if TYPE_CHECKING:
    from compiler.render.documents.targets import PredictDocument

SUMMARY = "send data to the deployed model and print its answer"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_name(parser)
    add_root(parser)
    add_target(parser)
    parser.add_argument(
        "--data",
        required=True,
        metavar="FILE",
        help="csv, json, jsonl, npy, npz or parquet; - for JSON on standard input",
    )
    parser.add_argument("--rows", type=count, metavar="N", help="send only the first N rows of a table")
    parser.add_argument(
        "--by-column",
        action="store_true",
        help="send a table as {column: values}: the form that a score.py of Oracle ADS takes",
    )
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Print the answer, which is JSON; with `--json`, and who gave it."""
    from compiler.engine.session import named_model, open_session
    from compiler.cloud.datascience.invoke import find_deployment, predict
    from compiler.cloud.observe import observe

    model = named_model(arguments)
    payload = _payload(arguments.data, arguments.rows, by_column=arguments.by_column)
    quiet = Console(json=True)
    with open_session(arguments, model.start, quiet) as session:
        observed = observe(session.connection, [])
        deployment = find_deployment(session.connection, observed.deployments, model.name)
        answer = predict(session.connection, deployment, payload)
    text = answer.body.decode("utf-8", "replace")
    if answer.status != 200:
        raise failure("MF744", f"the endpoint answered {answer.status}: {_message(text)}")
    console.line(text.rstrip("\n"))
    document: PredictDocument = {"formatVersion": 1, "deployment": deployment, "answer": _answer(text)}
    console.document(document)
    return ExitCode.OK


def _payload(data: str, rows: int | None, *, by_column: bool) -> Any:
    """JSON goes as it is; a table goes as records or by column, or as rows where its columns have no names."""
    from compiler.passes.golden import golden_request, golden_rows
    from compiler.readers.samples import read_table

    try:
        if data == "-":
            return json.loads(sys.stdin.read())
        if data.endswith(".json") and rows is None:
            return json.loads(Path(data).read_bytes())
    except OSError as error:
        raise failure("MF001", f"cannot read {data}: {error.strerror}") from None
    except ValueError as error:
        raise failure("MF303", f"{'standard input' if data == '-' else data} is not JSON: {error}") from None
    table = read_table(Path(data))
    golden = golden_rows(table, None, table.rows if rows is None else rows, 0.0)
    return golden_request(replace(golden, by_column=by_column))


def _answer(text: str) -> Any:
    """What a custom container answers need not be JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _message(text: str) -> str:
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text[:500]
