"""JSON and JSON lines in every form a table or a request takes.

Records, columns (of lists, or of {row: value} as pandas writes them), rows, plain values, pandas' `split` form, nested
arrays of any rank, and any of these under `data` or `prediction`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from compiler.ir import Cell, Table
from compiler.readers.samples.content import (
    MAX_VALUES,
    Content,
    check_separators,
    check_size,
    malformed,
    too_large_a_row,
)
from compiler.readers.samples.infer import column_of, regular_shape

CONSTANTS: Mapping[str, float] = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_GAP = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*")
ENVELOPES = ({"data"}, {"data", "data_type"}, {"prediction"})


def read_json(content: Content) -> Table:
    """The table of a JSON sample, of a large list its first rows; raises MF303 or MF304."""
    if content.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        text, complete = content.text_beginning()
        if not complete or _values(text) > MAX_VALUES:
            return _cut_table(content, _first_rows(content, text, complete))
    check_separators(content, b",", b"[", b"{")
    return _table(content, _parse(content, content.text()))


def read_jsonl(content: Content) -> Table:
    """The table of a sample with one record, list or value a line, of a large one its first; raises MF303 or MF304."""
    text, complete = content.text_beginning()
    lines = text.splitlines()
    del lines[len(lines) if complete else -1 :]  # the line that the limit cuts
    rows, values = list[Cell](), 0
    for number, line in enumerate(lines, start=1):
        values += _values(line)
        if values > MAX_VALUES:
            complete = False
            break
        if line.strip():
            rows.append(_parse(content, line, number))
    return _table(content, rows) if complete else _cut_table(content, rows)


def _values(text: str, start: int = 0, end: int | None = None) -> int:
    """About as many values as a piece of JSON can have: an estimate before they are made."""
    return 1 + sum(text.count(mark, start, end) for mark in ",[{") // 2


def _cut_table(content: Content, rows: list[Cell]) -> Table:
    """The table of as many of the rows as a sample may have. Raises MF304 where that is none."""
    first = rows[0] if rows else None
    width = max(len(first), 1) if isinstance(first, dict | list) else 1
    if not rows or width > MAX_VALUES:
        raise too_large_a_row(content)
    return replace(_table(content, rows[: MAX_VALUES // width]), cut=True)


def _gap_end(text: str, at: int) -> int:
    found = _GAP.match(text, at)
    return found.end() if found else at


def _first_rows(content: Content, text: str, complete: bool) -> list[Cell]:
    """The rows of a list, one at a time until there are too many of them. Raises MF303 or MF304."""
    decoder = json.JSONDecoder(parse_constant=CONSTANTS.__getitem__)
    rows, values, at = list[Cell](), 0, text.index("[") + 1
    while values <= MAX_VALUES:
        start = _gap_end(text, at)
        if text.startswith("]", start):
            break
        try:
            row, at = decoder.raw_decode(text, start)
        except json.JSONDecodeError as error:
            if complete:
                raise malformed(content, f"not valid JSON: {error.msg}", line=error.lineno) from error
            break  # the row that the limit cuts
        except (ValueError, RecursionError) as error:
            raise malformed(content, "numbers too long or values nested too deeply") from error
        values += _values(text, start, at)
        rows.append(row)
        content.progress(at, len(text))
    return rows


def _parse(content: Content, text: str, line: int = 0) -> Cell:
    try:
        value: Cell = json.loads(text, parse_constant=CONSTANTS.__getitem__)
    except json.JSONDecodeError as error:
        raise malformed(content, f"not valid JSON: {error.msg}", line=line or error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise malformed(content, "numbers too long or values nested too deeply", line=line) from error
    return value


def _table(content: Content, data: Cell) -> Table:
    try:
        named = list(_columns(data))
    except RecursionError as error:
        raise malformed(content, "values are nested too deeply") from error
    except ValueError as error:
        raise malformed(content, str(error)) from error
    rows = len(named[0][1]) if named else 0
    check_size(content, rows * len(named))
    return Table(tuple(column_of(name, cells) for name, cells in named), rows)


def _columns(data: Cell) -> Iterable[tuple[str | int, Sequence[Cell]]]:
    if isinstance(data, list):
        return _from_list(data)
    if not isinstance(data, dict):
        raise ValueError("a sample is a list of rows or a mapping of columns, not a single value")  # noqa: TRY004
    if set(data) in ENVELOPES:
        inner = data.get("data", data.get("prediction"))
        return _columns(json.loads(inner) if isinstance(inner, str) else inner)
    names, rows = data.get("columns"), data.get("data")
    if isinstance(names, list) and isinstance(rows, list) and set(data) <= {"columns", "index", "data"}:
        return _rename(_from_list(rows), names)
    return _from_mapping(data)


def _from_list(data: list[Cell]) -> list[tuple[str | int, Sequence[Cell]]]:
    kinds = {type(item) for item in data}
    if kinds == {dict}:
        return _from_records([item for item in data if isinstance(item, dict)])
    if kinds == {list}:
        return _from_rows([item for item in data if isinstance(item, list)])
    if kinds & {dict, list}:
        raise ValueError("the rows are partly records or lists and partly plain values")
    return [(0, data)] if data else []


def _from_records(records: list[dict[str, Cell]]) -> list[tuple[str | int, Sequence[Cell]]]:
    names = dict.fromkeys(name for record in records for name in record)
    return [(name, [record.get(name) for record in records]) for name in names]


def _from_rows(rows: list[list[Cell]]) -> list[tuple[str | int, Sequence[Cell]]]:
    shape = regular_shape(list(rows))
    if shape is not None and len(shape) > 2:
        return [(0, list(rows))]
    width = len(rows[0])
    odd = next((number for number, row in enumerate(rows, start=1) if len(row) != width), None)
    if odd is not None:
        raise ValueError(f"row {odd} has {len(rows[odd - 1])} values, row 1 has {width}")
    return [(index, [row[index] for row in rows]) for index in range(width)]


def _rename(
    columns: list[tuple[str | int, Sequence[Cell]]], names: list[Cell]
) -> list[tuple[str | int, Sequence[Cell]]]:
    if len(columns) != len(names):
        raise ValueError(f"'columns' has {len(names)} names, the rows have {len(columns)} values")
    labels = [name if isinstance(name, (str, int)) else str(name) for name in names]
    return [(label, cells) for label, (_, cells) in zip(labels, columns, strict=True)]


def _from_mapping(data: dict[str, Cell]) -> list[tuple[str | int, Sequence[Cell]]]:
    lists = {name: value for name, value in data.items() if isinstance(value, list)}
    mappings = {name: value for name, value in data.items() if isinstance(value, dict)}
    if len(lists) == len(data):
        return _from_lists(lists)
    if len(mappings) == len(data):
        index = dict.fromkeys(row for column in mappings.values() for row in column)
        return [(name, [column.get(row) for row in index]) for name, column in mappings.items()]
    if lists or mappings:
        raise ValueError("some columns are lists and others are not")
    return [(name, [value]) for name, value in data.items()]


def _from_lists(lists: dict[str, list[Cell]]) -> list[tuple[str | int, Sequence[Cell]]]:
    first, *others = lists
    odd = next((name for name in others if len(lists[name]) != len(lists[first])), None)
    if odd is not None:
        raise ValueError(f"column '{odd}' has {len(lists[odd])} rows, '{first}' has {len(lists[first])}")
    return list(lists.items())
