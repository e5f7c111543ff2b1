"""CSV as `pandas.read_csv` reads it by default: a header row, commas (tabs in a .tsv file), quotes doubled."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection

from compiler.ir import Table
from compiler.readers.samples.content import Content, check_separators, check_size, malformed
from compiler.readers.samples.infer import DECIMAL, text_column

OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def read_csv(content: Content, text_columns: Collection[str] = ()) -> Table:
    """The table of a CSV sample; raises MF303, MF304 or MF308."""
    header, rows = _rows(content)
    names = _names(content, header)
    check_size(content, len(rows) * len(names))
    cells = list(zip(*rows, strict=True)) or [()] * len(names)
    columns = (
        text_column(name, values, keep_text=str(name) in text_columns)
        for name, values in zip(names, cells, strict=True)
    )
    return Table(tuple(columns), len(rows))


def _rows(content: Content) -> tuple[list[str], list[list[str]]]:
    delimiter = "\t" if content.path.suffix.lower() == ".tsv" else ","
    check_separators(content, delimiter.encode(), b"\n")
    reader = csv.reader(io.StringIO(content.text(), newline=""), delimiter=delimiter, strict=True)
    header: list[str] = []
    rows: list[list[str]] = []
    try:
        for row in reader:
            if not header:
                header = row
            elif row:
                rows.append(_fill(content, row, len(header), reader.line_num))
    except csv.Error as error:
        raise malformed(content, f"the row cannot be read: {error}", line=reader.line_num) from error
    return header, rows


def _fill(content: Content, row: list[str], width: int, line: int) -> list[str]:
    # pandas: a short row is filled with missing values, a long one is an error.
    if len(row) > width:
        raise malformed(content, f"the row has {len(row)} cells, the header names {width} columns", line=line)
    return row + [""] * (width - len(row))


def _names(content: Content, header: list[str]) -> list[str | int]:
    """Names as pandas gives them; 0, 1, 2, … stand for columns without names."""
    if header == [str(index) for index in range(len(header))]:
        return list(range(len(header)))
    if header and all(DECIMAL.fullmatch(name) for name in header):
        raise malformed(
            content,
            "the first row holds numbers, not column names",
            line=1,
            hint="add a header row; 0,1,2,… for columns without names",
            code="MF308",
        )
    if len(header) == 1:
        _check_separator(content, header[0])
    return [name or f"Unnamed: {index}" for index, name in enumerate(header)]


def _check_separator(content: Content, only: str) -> None:
    found = next((words for mark, words in OTHER_SEPARATORS.items() if only.count(mark) > 1), None)
    if found:
        raise malformed(
            content, f"the header is a single column with {found} in its name", line=1,
            hint="separate the columns by commas, or by tabs in a .tsv file", code="MF308",
        )  # fmt: skip
