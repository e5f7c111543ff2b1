"""Which categories the input's columns have: the manifest's, else those that the model records.

A model of gradient boosting computes with the position of a category in a list. Where a request brought the list along,
the first category of every request would be the same to it; so the list must be known before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from compiler.diagnostics import Pointer, Report
from compiler.frameworks import columns_of
from compiler.ir import Categories, Column, ColumnOverride, ModelFacts, Table
from compiler.passes.draft import Draft, Inputs
from compiler.passes.samples.columns import Overrides, category_key

_AT: Pointer = ("spec", "columns", "input")


def with_recorded(overrides: Overrides, facts: ModelFacts, table: Table | None) -> Overrides:
    """The declared settings of the input's columns, completed by the categories that the model records."""
    found = dict(overrides)
    for column, recorded in _recorded(facts, table):
        name = str(column.name)
        override = found.get(name, ColumnOverride())
        if recorded.values is not None and override.categories is None and override.dtype in {None, "category"}:
            found[name] = replace(override, dtype="category", categories=recorded)
    return found


def text_columns(facts: ModelFacts) -> frozenset[str]:
    """Columns whose recorded categories are texts: `007` is not the number 7 there."""
    every = facts.categories.items()
    return frozenset(name for name, known in every if any(isinstance(value, str) for value in known.values or ()))


def settle_categories(draft: Draft, inputs: Inputs, report: Report) -> Draft:
    """Give score.py the categories; report MF330 where they are needed and not known, MF332 for contradictions."""
    declared = dict(inputs.manifest.spec.columns.input)
    for name, spec in declared.items():
        if len(set(map(category_key, spec.categories))) < len(spec.categories):
            report.error("MF332", f"column '{name}' has a category twice", (*_AT, name, "categories"))
        if spec.categories and spec.dtype not in {None, "category"}:
            text = f"column '{name}' has categories, and its dtype is {spec.dtype}"
            report.error("MF332", text, (*_AT, name, "dtype"), hint="leave 'dtype' out")
    known: dict[str, Categories] = {
        name: Categories(tuple(spec.categories)) for name, spec in declared.items() if spec.categories
    }
    recorded = {str(column.name): found for column, found in _recorded(inputs.facts, inputs.input)}
    for name, found in recorded.items():
        if found.values is not None:
            _compare(name, known.get(name), found, declared[name].dtype if name in declared else None, report)
            known[name] = found
    for column in inputs.input.columns if inputs.input else ():
        dtype = declared[str(column.name)].dtype if str(column.name) in declared else None
        if str(column.name) not in known:
            _check_unknown(column, dtype, str(column.name) in recorded, inputs.facts, report)
    return replace(draft, score=replace(draft.score, categories=known))


def _recorded(facts: ModelFacts, table: Table | None) -> Iterator[tuple[Column, Categories]]:
    """The columns of a sample that the model takes as categories; by position where either has no names."""
    columns = table.columns if table else ()
    by_name: Mapping[str, Categories] = facts.categories
    spelt = columns_of(facts.framework).spelt
    spelled = {spelt(str(column.name)): column for column in columns}
    if by_name and not set(by_name) <= set(spelled) and len(columns) == facts.feature_count:
        names = facts.feature_names or tuple(map(str, range(len(columns))))
        spelled = dict(zip(names, columns, strict=False))
    yield from ((spelled[name], found) for name, found in by_name.items() if name in spelled)


def _compare(name: str, given: Categories | None, found: Categories, dtype: str | None, report: Report) -> None:
    at = (*_AT, name)
    if given is not None and [*map(category_key, given.values or ())] != [*map(category_key, found.values or ())]:
        text = f"the model records other categories of column '{name}': {_listed(found)}"
        report.error("MF332", text, (*at, "categories"), hint="leave 'categories' out: the file has them")
    elif given is None and dtype not in {None, "category"}:
        text = f"column '{name}' is declared {dtype}, and the model takes it as one of the categories {_listed(found)}"
        report.error("MF332", text, (*at, "dtype"), hint="leave 'dtype' out: the file says it")


def _check_unknown(column: Column, dtype: str | None, taken: bool, facts: ModelFacts, report: Report) -> None:
    """Refuse a column that the model takes as categories of which nobody knows the list."""
    labelled = (dtype or column.dtype) in {"category", "object", "str", "string"}
    as_labels = labelled if taken else dtype == "category" or (dtype is None and column.dtype == "category")
    codes = taken and dtype is None and not labelled
    if not codes and not (as_labels and (taken or columns_of(facts.framework).by_position)):
        return
    text = f"the model computes with positions of categories, and does not record those of column '{column.name}'"
    hint = f"declare columns.input.{column.name}.categories, in the order of training"
    if codes:
        hint += f", or columns.input.{column.name}.dtype: {column.dtype} where requests hold the positions themselves"
    report.error("MF330", text, ("spec", "samples", "input"), hint=hint)


def _listed(known: Categories, most: int = 8) -> str:
    values = known.values or ()
    more = f" and {len(values) - most} more" if values[most:] else ""
    return ", ".join(f"{value!r:.40}" for value in values[:most]) + more
