"""The first rows of the samples as the model's own test."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from compiler.ir import Golden, Json, Table


def golden_rows(inputs: Table, outputs: Table | None, count: int, tolerance: float) -> Golden:
    """The first `count` rows that JSON can carry (no infinity), each with its answer where there is an output sample.

    An input is a record for named columns, a list of values otherwise, and the array itself for a single column of
    unnamed arrays. An answer is the value of the only output column, or a row's values: by name where the columns have
    names, else as a list.
    """
    pairs: list[tuple[Json, Json]] = []
    for row in range(inputs.rows):
        if len(pairs) == count:
            break
        answer = _answer(outputs, row) if outputs is not None and row < outputs.rows else None
        request = _request(inputs, row)
        if _finite(request) and _finite(answer):
            pairs.append((request, answer))
    answers = tuple(answer for _, answer in pairs) if outputs is not None else ()
    return Golden(tuple(request for request, _ in pairs), answers, tolerance)


def in_batches(golden: Golden, batch: int) -> Golden:
    """As many of the golden rows as make whole batches, where the model takes a fixed number of rows a call."""
    count = len(golden.inputs) // batch * batch
    return replace(golden, inputs=golden.inputs[:count], outputs=golden.outputs[:count], batch=batch)


def golden_request(golden: Golden) -> Json:
    """The golden rows as the payload of one request."""
    rows = [row for row in golden.inputs if isinstance(row, dict)]
    if not golden.by_column or len(rows) < len(golden.inputs):
        return list(golden.inputs)
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else []


def _request(table: Table, row: int) -> Json:
    if all(isinstance(column.name, int) for column in table.columns):
        if len(table.columns) == 1 and table.columns[0].shape:
            return table.columns[0].values[row]
        return [column.values[row] for column in table.columns]
    return {str(column.name): column.values[row] for column in table.columns}


def _answer(table: Table, row: int) -> Json:
    if len(table.columns) == 1:
        return table.columns[0].values[row]
    if all(isinstance(column.name, str) for column in table.columns):
        return {str(column.name): column.values[row] for column in table.columns}
    return [column.values[row] for column in table.columns]


def _finite(value: Json) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    items: Sequence[Json] = (
        list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    return all(map(_finite, items))
