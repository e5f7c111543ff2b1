"""What people save into a sample without meaning to: the row index, the target, no header, dates as text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from compiler.diagnostics import Pointer, Report
from compiler.ir import Column, ColumnOverride, ModelFacts, Table
from compiler.readers.samples.moments import parse_moment

_FRACTION = re.compile(r"[+-]?[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?")
_INDEX_HINT = "the row index was saved too: use to_csv(..., index=False)"
_HEADER_HINT = "the first row of a CSV sample names the columns: add a header row"


def excess_hint(table: Table, answers: Sequence[Table]) -> str | None:
    """What the columns beyond the model's may be."""
    if any(_is_unnamed(column) for column in table.columns):
        return _INDEX_HINT
    target = next((column for column in table.columns if _is_target(column, answers)), None)
    return f"'{target.name}' is what the model predicts: leave it out of the input sample" if target else None


def _is_unnamed(column: Column) -> bool:
    return str(column.name).startswith("Unnamed: ")


def _is_target(column: Column, answers: Sequence[Table]) -> bool:
    """Whether an answer has its name, or is the same from the first row to the last."""
    others = [other for table in answers for other in table.columns]
    named = any(isinstance(other.name, str) and other.name == column.name for other in others)
    return named or any(_same(column.values, other.values) for other in others)


def _same(left: Sequence[object], right: Sequence[object]) -> bool:
    return len(left) == len(right) > 1 and all(a == b for a, b in zip(left, right, strict=True))


def check_index(outputs: Table, report: Report, at: Pointer) -> None:
    """Report MF320 for an output sample that holds the row index beside the answers."""
    first = outputs.columns[0]
    if len(outputs.columns) > 1 and _is_unnamed(first) and _same(first.values, range(outputs.rows)):
        report.error("MF320", f"the first column of the output sample ('{first.name}') counts the rows", at,
                     hint=_INDEX_HINT)  # fmt: skip


def header_hint(table: Table) -> str | None:
    """For a sample whose names are not the model's: its first row may have been data."""
    numbers = [column for column in table.columns if _FRACTION.fullmatch(str(column.name))]
    return _HEADER_HINT if numbers else None


def check_header(facts: ModelFacts, table: Table, report: Report, at: Pointer) -> None:
    """Warn (MF308) of names with a fraction over columns of numbers, where the model records no names."""
    found = next((c for c in table.columns if _FRACTION.fullmatch(str(c.name)) and c.dtype == "float64"), None)
    if facts.feature_names is None and found is not None:
        text = f"a column is named '{found.name}': the first row of the sample looks like data"
        report.warning("MF308", text, at, hint=_HEADER_HINT)


def lost_row_hint(facts: ModelFacts, inputs: Table, outputs: Table) -> str | None:
    """For an output sample with one row less than the input: an answer may have been taken for the header."""
    names = {str(column.name) for column in outputs.columns}
    labels = {str(label) for label in facts.classes or ()} | {"0"}  # other numbers are refused as names
    missing = outputs.rows == inputs.rows - 1 and names <= labels
    return _HEADER_HINT if missing else None


def check_dates(table: Table, declared: Mapping[str, ColumnOverride], report: Report, at: Pointer) -> None:
    """Warn (MF326) of columns of text that is all ISO 8601, unless the manifest says what they are."""
    for column in table.columns:
        override = declared.get(str(column.name))
        if (override is None or override.dtype is None) and _are_dates(column):
            dtype = "datetime64[ns, UTC]" if _zoned(column) else "datetime64[ns]"
            place = f"columns.input.{column.name}.dtype"
            text = f"column '{column.name}' holds dates as text, and reaches the model as text"
            hint = f"declare '{place}: {dtype}' for dates, '{place}: object' if the model takes the text"
            report.warning("MF326", text, at, hint=hint)


def _are_dates(column: Column) -> bool:
    present = [value for value in column.values if value is not None] if column.dtype == "object" else []
    return bool(present) and all(isinstance(value, str) and _is_date(value) for value in present)


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        parse_moment(text)
    except ValueError:
        return False
    return True


def _zoned(column: Column) -> bool:
    first = next(value for value in column.values if isinstance(value, str))
    return parse_moment(first)[10:].endswith("+00:00")
