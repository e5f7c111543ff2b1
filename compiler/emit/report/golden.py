"""The golden rows as a table: what goes in, and what the model must answer."""

from __future__ import annotations

import json
from dataclasses import dataclass

from compiler.ir import DataSchema, Golden, Json, ResolvedModel

SHOWN_ROWS = 8
SHOWN_COLUMNS = 24
_CELL = 40
PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class GoldenTable:
    """The first golden rows."""

    headings: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], str], ...]
    """Cells of the input, and the answer."""
    total: int
    """How many golden rows there are."""
    more_columns: int
    tolerance: float
    answered: bool
    """Whether answers are known."""


def golden_table(model: ResolvedModel, private: frozenset[str], private_output: frozenset[str]) -> GoldenTable | None:
    """The table, None without samples; values of private columns are not in it."""
    golden = model.golden
    if golden is None or not golden.inputs:
        return None
    records = [_cells(row, model.input_schema) for row in golden.inputs[:SHOWN_ROWS]]
    names = tuple(dict.fromkeys(name for record in records for name in record))
    shown = names[:SHOWN_COLUMNS]
    return GoldenTable(
        headings=shown,
        rows=tuple(
            (
                tuple(PRIVATE if name in private else _text(record.get(name)) for name in shown),
                _answer(golden, index, hidden=bool(private_output)),
            )
            for index, record in enumerate(records)
        ),
        total=len(golden.inputs),
        more_columns=len(names) - len(shown),
        tolerance=golden.tolerance,
        answered=bool(golden.outputs),
    )


def _cells(row: Json, schema: DataSchema | None) -> dict[str, Json]:
    if isinstance(row, dict):
        return row
    fields = sorted(schema.fields, key=lambda field: field.order) if schema else []
    if len(fields) == 1:
        return {str(fields[0].name): row}
    values = row if isinstance(row, list) else [row]
    names = [str(field.name) for field in fields]
    return dict(zip(names, values, strict=True)) if len(names) == len(values) else {"row": row}


def _answer(golden: Golden, index: int, *, hidden: bool) -> str:
    if not golden.outputs:
        return ""
    return PRIVATE if hidden else _text(golden.outputs[index])


def _text(value: Json) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _CELL else f"{text[: _CELL - 1]}…"
