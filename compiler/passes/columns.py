"""What the manifest declares of a sample's columns (`spec.columns`), applied to the sample."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.diagnostics import Pointer, Report, did_you_mean
from compiler.ir import Cell, Column, ColumnOverride, Table
from compiler.passes.dtypes import cast, feature_type, is_known, is_numeric

Overrides = Mapping[str, ColumnOverride]
NUMERIC_TYPES = frozenset(("Continuous", "Integer"))


def declare_columns(table: Table, overrides: Overrides, report: Report, at: Pointer = ()) -> Table:
    """The sample with its declared dtypes; `at` points at the mapping of columns in the manifest.

    Reports MF310 (no such column), MF311 (a value or a feature type does not fit) and MF312 (no such dtype), and leaves
    such a column as it was.
    """
    names = [str(column.name) for column in table.columns]
    for name in (name for name in overrides if name not in names):
        listed = ", ".join(names[:20]) + (", …" if len(names) > 20 else "")
        report.error(
            "MF310", f"the sample has no column '{name}'; it has {listed}", (*at, name), hint=did_you_mean(name, names)
        )
    columns = (
        _declare(column, overrides.get(str(column.name), ColumnOverride()), report, at) for column in table.columns
    )
    return Table(tuple(columns), table.rows)


def _declare(column: Column, override: ColumnOverride, report: Report, at: Pointer) -> Column:
    here = (*at, str(column.name))
    declared = _cast_column(column, override, report, (*here, "dtype"))
    if override.feature_type in NUMERIC_TYPES and not is_numeric(declared.dtype) and declared.dtype != "bool":
        report.error(
            "MF311",
            f"column '{column.name}' is declared {override.feature_type}, but its dtype is {declared.dtype}",
            (*here, "featureType"),
        )
    return declared


def _cast_column(column: Column, override: ColumnOverride, report: Report, at: Pointer) -> Column:
    if override.dtype is None or override.dtype == column.dtype:
        return column
    if not is_known(override.dtype):
        report.error("MF312", f"'{override.dtype}' is no pandas dtype", at)
        return column
    values: list[Cell] = []
    for row, value in enumerate(column.values, start=1):
        try:
            values.append(cast(value, override.dtype))
        except ValueError as error:
            shown = "the value" if override.private or value is None else f"{value!r:.40}"
            report.error("MF311", f"column '{column.name}', row {row}: {shown} {error}", at)
            return column
    return Column(column.name, override.dtype, tuple(values), column.shape)


def type_of(column: Column, override: ColumnOverride) -> str:
    """The feature type of a column: the declared one, else the one of its dtype."""
    return override.feature_type or feature_type(column)
