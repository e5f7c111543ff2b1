"""The samples as passes: their columns as declared, checked against the model, turned into schemas and golden rows."""

from __future__ import annotations

from dataclasses import replace

from compiler.diagnostics import Report
from compiler.frameworks import tolerance_of
from compiler.ir import Categories, ColumnOverride, DataSchema, Table
from compiler.passes.categories import with_recorded
from compiler.passes.draft import Draft, Inputs
from compiler.passes.samples.checks import check_input, check_output
from compiler.passes.samples.columns import Overrides, declare_columns
from compiler.passes.samples.golden import golden_rows, in_batches
from compiler.passes.samples.habits import check_dates, check_header
from compiler.passes.samples.schemas import build_schema
from compiler.spec.source import ColumnSpec

_SAMPLES = ("spec", "samples")
_COLUMNS = ("spec", "columns")


def describe_data(draft: Draft, inputs: Inputs, report: Report) -> Draft:
    """Input and output schema; the output's comes from the truth where the manifest has no `output` sample."""
    columns = inputs.manifest.spec.columns
    answers = inputs.output or inputs.labels
    return replace(
        draft,
        input_schema=_schema(inputs.input, input_settings(inputs), report, "input"),
        output_schema=_schema(answers, _overrides(columns.output), report, "output"),
    )


def check_samples(draft: Draft, inputs: Inputs, report: Report) -> Draft:
    """Compare the samples with what the model records of itself."""
    given, answers = _declared(inputs)
    if given is None:
        return draft
    at = (*_SAMPLES, "input")
    check_input(inputs.facts, given, report, at, [table for table in (answers, inputs.labels) if table])
    check_header(inputs.facts, given, report, at)
    check_dates(given, _overrides(inputs.manifest.spec.columns.input), report, at)
    if answers is not None:
        check_output(inputs.facts, given, answers, report, (*_SAMPLES, "output"), method=draft.score.method)
    return draft


def pick_golden(draft: Draft, inputs: Inputs, _report: Report) -> Draft:
    """The first rows with the model's own answers."""
    samples = inputs.manifest.spec.samples
    given, answers = _declared(inputs)
    if samples is None or given is None or samples.golden == 0:
        return draft
    tolerance = tolerance_of(inputs.facts.framework) if samples.tolerance is None else samples.tolerance
    golden = golden_rows(given, answers, samples.golden, tolerance)
    return replace(draft, golden=in_batches(golden, draft.score.rows.batch or 1))


def _declared(inputs: Inputs) -> tuple[Table | None, Table | None]:
    """The samples with the dtypes that the manifest declares; `describe_data` has reported what does not fit."""
    output = _overrides(inputs.manifest.spec.columns.output)
    sides = ((inputs.input, input_settings(inputs)), (inputs.output, output))
    given, answers = (table and declare_columns(table, settings, Report()) for table, settings in sides)
    return given, answers


def input_settings(inputs: Inputs) -> Overrides:
    """What is declared of the input's columns, and what the model records of them."""
    return with_recorded(_overrides(inputs.manifest.spec.columns.input), inputs.facts, inputs.input)


def _schema(table: Table | None, overrides: Overrides, report: Report, side: str) -> DataSchema | None:
    if table is None:
        for name in overrides:
            report.error("MF310", f"there is no {side} sample that has the column '{name}'", (*_COLUMNS, side, name))
        return None
    return build_schema(declare_columns(table, overrides, report, (*_COLUMNS, side)), overrides)


def _overrides(columns: dict[str, ColumnSpec]) -> Overrides:
    return {name: _override(column) for name, column in columns.items()}


def _override(column: ColumnSpec) -> ColumnOverride:
    return ColumnOverride(
        dtype=column.dtype,
        feature_type=column.feature_type,
        required=column.required,
        private=column.private,
        description=column.description,
        constraints=tuple(column.constraints),
        categories=Categories(tuple(column.categories)) if column.categories else None,
    )
