"""Answers of score.py as Arrow columns, one entry a row."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from compiler.scoring.rows.spec import PREDICTION, AnswerColumn
from compiler.serving.scoring import plain_value

_PLAIN = {bool, int, float, str, type(None)}


class AnswerError(Exception):
    """score.py's answer cannot become a column; the message says why."""


class UnsendableError(Exception):
    """An answer for some rows holds what JSON has no form for; the message says what."""


def answered_rows(answer: Any, count: int) -> list[Any]:
    """The predictions of an answer, as JSON has them. Raises AnswerError unless there is one a row, UnsendableError."""
    predictions: Any = answer.get(PREDICTION) if isinstance(answer, dict) else None
    if hasattr(predictions, "tolist"):
        predictions = predictions.tolist()
    if not isinstance(predictions, list):
        raise AnswerError(f'predict() must return {{"prediction": [...]}}, it returned {_shown(answer)}')
    if len(predictions) != count:
        raise AnswerError(f"predict() gave {len(predictions)} predictions for {count} rows")
    kinds = set(map(type, predictions))
    if kinds <= _PLAIN and (float not in kinds or _are_finite(predictions)):
        return predictions
    try:
        return list(json.loads(json.dumps(predictions, default=plain_value, allow_nan=False)))
    except (TypeError, ValueError, RecursionError) as problem:
        raise UnsendableError(f"score.py's answer cannot be written as JSON: {problem}") from problem


def _are_finite(values: Sequence[Any]) -> bool:
    return all(value is None or isinstance(value, str) or math.isfinite(value) for value in values)


def answer_batch(rows: Sequence[Any], answered: Sequence[bool], columns: Sequence[AnswerColumn]) -> Any:
    """The answers as a pyarrow RecordBatch; null where a row has no answer. Raises AnswerError."""
    import pyarrow as pa

    values = _by_column(rows, answered, columns)
    arrays = [_array(cells, column) for cells, column in zip(values, columns, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, names=[column.name for column in columns])


def _by_column(rows: Sequence[Any], answered: Sequence[bool], columns: Sequence[AnswerColumn]) -> list[list[Any]]:
    if len(columns) == 1:
        single = set(map(type, rows)) <= _PLAIN
        return [list(rows) if single else [_only(row, columns[0]) for row in rows]]
    return [
        [_entry(row, at, column, len(columns)) if known else None for row, known in zip(rows, answered, strict=True)]
        for at, column in enumerate(columns)
    ]


def _only(row: Any, column: AnswerColumn) -> Any:
    """The value of the only column: a list of one value is that value, and so is a name with one."""
    if isinstance(row, dict) and row.keys() == {column.key}:
        row = row[column.key]
    while column.dtype and isinstance(row, list) and len(row) == 1:
        row = row[0]
    return row


def _entry(row: Any, at: int, column: AnswerColumn, count: int) -> Any:
    if isinstance(row, dict) and column.key in row:
        return row[column.key]
    if isinstance(row, list) and len(row) == count:
        return row[at]
    raise AnswerError(f"the output schema has {count} columns, and predict() answered a row with {_shown(row)}")


def _array(cells: list[Any], column: AnswerColumn) -> Any:
    import pyarrow as pa

    try:
        return pa.array(cells, arrow_type(column.dtype))
    except (pa.ArrowInvalid, pa.ArrowTypeError) as problem:
        raise AnswerError(f"the answers of column '{column.name}' ({column.dtype}) do not fit: {problem}") from None


def arrow_type(dtype: str) -> Any:
    """The Arrow type of answers of that dtype; None where they show it themselves. Numbers are as wide as JSON's."""
    import pyarrow as pa

    kinds = {"int": pa.int64(), "uint": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "datetime": pa.string()}
    return next((kind for prefix, kind in kinds.items() if dtype.lower().startswith(prefix)), None)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else text[:117] + "..."
