"""A sample to the schema of a model's input or output, as ADS 2.16.1 makes it, and beyond where ADS gives up.

Beyond ADS: datetimes, nullable integers, arrays of any rank, statistics that are always finite, private columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from compiler.ir import Cell, Column, ColumnOverride, DataSchema, Field, Table
from compiler.passes.samples.columns import Overrides, type_of
from compiler.passes.samples.dtypes import is_numeric, published
from compiler.passes.samples.statistics import (
    Stats,
    continuous_stats,
    counting_stats,
    integer_stats,
    moment_stats,
    tensor_stats,
    unique_values,
)

STATISTICS: Mapping[str, Callable[[Sequence[Cell]], Stats]] = {
    "Integer": integer_stats,
    "Continuous": continuous_stats,
    "DateTime": moment_stats,
    "Tensor": tensor_stats,
}
# Feature types that ADS publishes nothing of, besides "" for cells that are lists or mappings.
BARE = frozenset(("", "Object", "Text", "Document", "Unknown", "GIS"))


def build_schema(table: Table, overrides: Overrides | None = None) -> DataSchema:
    """The schema of a sample whose columns already have their declared dtypes; pure.

    Private columns publish their name, type and whether they are required, and no value: no statistics, no categories.
    """
    settings = overrides or {}
    fields = (
        _field(column, settings.get(str(column.name), ColumnOverride()), order)
        for order, column in enumerate(table.columns)
    )
    return DataSchema(tuple(fields))


def _field(column: Column, override: ColumnOverride, order: int) -> Field:
    kind = type_of(column, override)
    complete = None not in column.values
    return Field(
        name=column.name,
        dtype=published(column.dtype),
        feature_type=kind,
        required=complete if override.required is None else override.required,
        description=str(column.name) if override.description is None else override.description,
        order=order,
        stats={} if override.private else _stats(column, kind),
        constraints=override.constraints or (() if override.private else _constraints(column, kind, override)),
        shape=column.shape,
    )


def _stats(column: Column, kind: str) -> Stats:
    if kind in BARE:
        return {}
    if column.shape:
        kind = "Tensor"
    elif kind in {"Integer", "Continuous"} and not is_numeric(column.dtype):
        kind = "String"
    return STATISTICS.get(kind, counting_stats)(column.values)


def _constraints(column: Column, kind: str, override: ColumnOverride) -> tuple[str, ...]:
    if kind == "Boolean":
        return ("$x in [True, False]",)
    if kind in {"Category", "Ordinal"}:
        known = override.categories
        values = list(known.values) if known and known.values else unique_values(column.values)
        return (f"$x in {values}",)
    return ()
