"""Samples of a model's input or output: CSV, JSON, JSON lines, Parquet, NPY or NPZ files to one `Table`.

Dtypes are those pandas would give the same file, because ADS publishes them. Datetimes come from Parquet, NPY and
`spec.columns` only: pandas leaves dates in CSV and JSON as text, and so does ADS.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from compiler.diagnostics import SourceRange, failure
from compiler.ir import Table
from compiler.readers.samples.content import Content, Progress, check_columns, malformed, unwatched

BINARY = {b"\x93NUMPY": "npy", b"PK\x03\x04": "npz", b"PK\x05\x06": "npz", b"PAR1": "parquet"}
TEXT = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl"}


def read_table(path: Path, text_columns: Collection[str] = (), progress: Progress = unwatched) -> Table:
    """The sample at `path`; columns named in `text_columns` keep the text a CSV file has ("007").

    Of a file beyond the limits (64 MiB, 4,000,000 values), the first rows: `Table.cut` says so. MF304 where those are
    not at its beginning (JSON by columns, arrays in Fortran's order, sparse matrices).
    Raises `CompilerError`: MF301 to MF308, MF313.
    """
    content = Content(path, progress)
    table = _read(content, _format(content), text_columns)
    check_columns(content, len(table.columns))
    if not table.rows:
        raise failure("MF313", f"the sample {path.name} has no rows", where=SourceRange(str(path)))
    _refuse_duplicates(table, content)
    return table


def _format(content: Content) -> str:
    binary = next((name for magic, name in BINARY.items() if content.head.startswith(magic)), None)
    named = binary or TEXT.get(content.path.suffix.lower())
    if named is None and content.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"[", b"{"}:
        named = "json"
    if named is None:
        raise failure(
            "MF302",
            f"'{content.path.name}' is not a sample format that is known here",
            where=SourceRange(str(content.path)),
            hint="save it as .csv, .json, .jsonl, .parquet, .npy or .npz",
        )
    return named


def _read(content: Content, named: str, text_columns: Collection[str]) -> Table:
    # Imported on use: a run reads one or two formats.
    match named:
        case "csv":
            from compiler.readers.samples.csv_text import read_csv

            return read_csv(content, text_columns)
        case "json" | "jsonl":
            from compiler.readers.samples.json_text import read_json, read_jsonl

            return read_json(content) if named == "json" else read_jsonl(content)
        case "parquet":
            from compiler.readers.samples.parquet import read_parquet

            return read_parquet(content)
        case _:
            from compiler.readers.samples.npy import read_npy, read_npz

            return read_npy(content) if named == "npy" else read_npz(content)


def _refuse_duplicates(table: Table, content: Content) -> None:
    seen: set[str] = set()
    for column in table.columns:
        if str(column.name) in seen:
            raise malformed(content, f"two columns are named '{column.name}'", code="MF307")
        seen.add(str(column.name))
