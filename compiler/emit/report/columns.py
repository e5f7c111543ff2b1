"""The columns of a schema as rows of a table, each with a plot of its values."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

from compiler.ir import Column, DataSchema, Field, Table
from compiler.pages import plots

if TYPE_CHECKING:
    from markupsafe import Markup

_PLOTTED_ROWS = 5_000
_MOST_VALUES = 16
"""Different values of a column that are still drawn one by one."""
_FIVE = ("sample minimum", "lower quartile", "median", "upper quartile", "sample maximum")


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column as the page shows it."""

    name: str
    type: str
    """dtype, the shape of a value, and the feature type."""
    required: bool
    description: str
    constraints: str
    plot: Markup | None
    ends: tuple[str, str] | None
    """What stands below the left and the right end of the plot."""
    note: str
    """What stands in place of a plot."""


def column_rows(schema: DataSchema | None, sample: Table | None, private: frozenset[str]) -> tuple[ColumnRow, ...]:
    """The columns in order; nothing of the values of those that are `private`."""
    columns = {str(column.name): column for column in sample.columns} if sample else {}
    fields = sorted(schema.fields, key=lambda field: field.order) if schema else []
    return tuple(_row(field, columns.get(str(field.name)), hidden=str(field.name) in private) for field in fields)


def _row(field: Field, column: Column | None, *, hidden: bool) -> ColumnRow:
    plot, ends = (None, None) if hidden else _plot(field, column)
    shape = f" [{', '.join(map(str, field.shape))}]" if field.shape else ""
    name = str(field.name)
    return ColumnRow(
        name=name,
        type=f"{field.dtype}{shape} · {field.feature_type}",
        required=field.required,
        description="" if field.description == name else field.description,
        constraints=", ".join(field.constraints),
        plot=plot,
        ends=ends,
        note="private" if hidden else "no plot",
    )


def _plot(field: Field, column: Column | None) -> tuple[Markup | None, tuple[str, str] | None]:
    name = str(field.name)
    if column is not None and not column.shape:
        values = [value for value in column.values[:_PLOTTED_ROWS] if value is not None]
        numbers = [float(value) for value in values if _is_number(value)]
        if numbers and len(numbers) == len(values) and len(set(numbers)) > 2:
            ends = (plots.short(min(numbers)), plots.short(max(numbers)))
            return plots.histogram(numbers, f"Distribution of {name}"), ends
        if values and (counted := _counted(values)):
            return _categories(name, counted), (_cut(counted[0][0]), _cut(counted[-1][0]) if counted[1:] else "")
    return _box(name, field)


def _counted(values: Sequence[object]) -> list[tuple[str, int]]:
    """Each value with its number, in the order of their first rows; empty where there are too many."""
    counted = Counter(str(value) for value in values)
    return sorted(counted.items()) if len(counted) <= _MOST_VALUES else []


def _categories(name: str, counted: list[tuple[str, int]]) -> Markup:
    told = ", ".join(f"{_cut(value)}: {number}" for value, number in counted)
    return plots.bars([number for _, number in counted], f"Values of {name}: {told}")


def _box(name: str, field: Field) -> tuple[Markup | None, tuple[str, str] | None]:
    five = [float(value) for key in _FIVE if _is_number(value := field.stats.get(key))]
    if len(five) < len(_FIVE) or sorted(five) != five:
        return None, None
    least, low, middle, high, most = five
    told = f"{name}: {plots.short(least)} to {plots.short(most)}, median {plots.short(middle)}"
    return plots.box(least, low, middle, high, most, told), (plots.short(least), plots.short(most))


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _cut(text: str) -> str:
    return text if len(text) <= 16 else f"{text[:15]}…"
