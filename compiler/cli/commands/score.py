"""`manifact score`: answers of a model for every row of a table."""

from __future__ import annotations

import argparse
from pathlib import Path

from compiler.cli.arguments import add_isolation, add_json, add_root, add_target, checkout, count, target
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.codes import ExitCode

SUMMARY = "answer every row of a large table, on this machine or on Spark"
EXAMPLE = "manifact score wine --input rows.parquet --output answers"
DOCUMENT = "targets:ScoreDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "model",
        help="name of a model in the target, artifact directory or zip archive, manifest or its folder, or the OCID of "
        "a model or deployment",
    )
    parser.add_argument(
        "--input",
        required=True,
        metavar="PATH",
        help="file or folder of parquet, csv, jsonl or arrow files, or oci://BUCKET@NAMESPACE/NAME",
    )
    parser.add_argument(
        "--output",
        required=True,
        metavar="PATH",
        help="file (parquet, csv, jsonl, arrow by its ending), or folder of Parquet files where it has no ending",
    )
    parser.add_argument("--engine", choices=("local", "spark"), default="local", help="what runs it (default: local)")
    parser.add_argument("--strict", action="store_true", help="stop at the first row that is refused")
    parser.add_argument("--overwrite", action="store_true", help="replace what an earlier run wrote to the output")
    parser.add_argument(
        "--by-column",
        action="store_true",
        default=None,
        help="send {column: values} rather than records to a score.py of your own",
    )
    _add_local(parser.add_argument_group("engine local"))
    _add_spark(parser.add_argument_group("engine spark"))
    add_root(parser)
    add_target(parser)
    add_json(parser)


def _add_local(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--workers", type=count, metavar="N", help="processes that answer (default: one for each CPU)")
    group.add_argument(
        "--part-rows", type=count, metavar="N", help="rows that are written, and resumed, at a time (default: 100000)"
    )
    add_isolation(group)


def _add_spark(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--master", metavar="URL", help="as spark-submit takes it (default: Spark's own settings)")
    group.add_argument(
        "--conf",
        action="append",
        default=[],
        type=_setting,
        metavar="KEY=VALUE",
        help="setting of the Spark session; can be repeated",
    )
    group.add_argument(
        "--write-job",
        type=Path,
        metavar="DIR",
        help="write the job and its artifact for spark-submit or OCI Data Flow, and run nothing",
    )


def _setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise argparse.ArgumentTypeError(f"'{text}' is not KEY=VALUE")
    return key, value


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Score, and say how many rows have an answer."""
    from compiler.engine.target.scoring.score import ScoreRequest, SparkRequest, score_table

    request = ScoreRequest(
        arguments.model,
        arguments.input,
        arguments.output,
        arguments.engine,
        target(arguments),
        arguments.workers,
        arguments.part_rows,
        arguments.strict,
        arguments.overwrite,
        arguments.by_column,
        arguments.require_isolation,
        SparkRequest(arguments.master, tuple(arguments.conf), arguments.write_job),
    )
    with Reporter(console) as reporter:
        result = score_table(checkout(arguments), request, reporter)
    return console.show(result)
