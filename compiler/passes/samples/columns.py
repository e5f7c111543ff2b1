"""What the manifest declares of a sample's columns (`spec.columns`), applied to the sample."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.diagnostics import Pointer, Report, did_you_mean
from compiler.ir import Categories, Cell, Column, ColumnOverride, Json, Table
from compiler.passes.samples.dtypes import cast, feature_type, is_known, is_numeric

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
    return Table(tuple(columns), table.rows, table.cut)


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
    if override.categories is None and override.dtype in {None, column.dtype}:
        return column
    dtype = "category" if override.categories is not None else override.dtype
    assert dtype is not None
    if not is_known(dtype):
        report.error("MF312", f"'{dtype}' is no pandas dtype", at)
        return column
    values: list[Cell] = []
    for row, value in enumerate(column.values, start=1):
        try:
            values.append(place(value, override.categories) if override.categories else cast(value, dtype))
        except ValueError as error:
            shown = "the value" if override.private or value is None else f"{value!r:.40}"
            code = "MF331" if override.categories else "MF311"
            report.error(code, f"column '{column.name}', row {row}: {shown} {error}", at)
            return column
    return Column(column.name, dtype, tuple(values), column.shape)


def place(value: Cell, known: Categories) -> Cell:
    """The category that a cell of a sample means; raises `ValueError` where it is none of them."""
    if value is None:
        return None
    every = {category_key(category): category for category in known.values or ()}
    found = every.get(category_key(value), every.get(category_key(str(value))))
    if found is None:
        hint = did_you_mean(str(value), [str(category) for category in every.values()])
        raise ValueError(f"is none of the {len(every)} categories" + (f"; {hint}" if hint else ""))
    return found


def category_key(value: Json) -> tuple[bool, object]:
    """What tells categories apart: 1 and 1.0 are one number, and True is none."""
    return isinstance(value, bool), value if isinstance(value, (bool, int, float, str)) else repr(value)


def type_of(column: Column, override: ColumnOverride) -> str:
    """The feature type of a column: the declared one, else the one of its dtype."""
    return override.feature_type or feature_type(column)
