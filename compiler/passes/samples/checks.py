"""The samples against what the model records of itself: columns, dtypes, labels, rows. Messages name both sides."""

from __future__ import annotations

from collections.abc import Sequence

from compiler.diagnostics import Pointer, Report, did_you_mean
from compiler.frameworks import columns_of
from compiler.ir import Column, Json, ModelFacts, Table, Tensor
from compiler.passes.rows import row_shape, takes
from compiler.passes.samples.dtypes import BOOLEANS, is_numeric
from compiler.passes.samples.habits import check_index, excess_hint, header_hint, lost_row_hint
from compiler.readers.samples.infer import regular_shape


def check_input(
    facts: ModelFacts, table: Table, report: Report, at: Pointer = (), answers: Sequence[Table] = ()
) -> None:
    """Report MF320 to MF323 where the input sample is not what the model was trained on; `at`: the sample's field.

    `answers` are the samples of its output, to tell a target that was left in the input.
    """
    hint = excess_hint(table, answers)
    if len(facts.inputs) == 1 and facts.feature_names is None:
        _check_tensor(facts.inputs[0], table, report, at)
    elif len(facts.inputs) > 1 and facts.feature_names is None:
        _check_tensors(facts.inputs, table, report, at)
    names = _feature_names(facts)
    if names is not None and _named(table):
        _check_names(facts, names, table, report, at, hint)
    elif facts.feature_count is not None and not _tensors(table) and facts.feature_count != len(table.columns):
        text = f"the model takes {facts.feature_count} columns, the sample has {len(table.columns)}"
        report.error("MF320", text, at, hint=hint if facts.feature_count < len(table.columns) else None)
    _check_numbers(facts, table, report, at)


def check_output(
    facts: ModelFacts, inputs: Table, outputs: Table, report: Report, at: Pointer = (), *, method: str = "predict"
) -> None:
    """Report MF320, MF324 and MF325 where the output sample cannot be the model's answer to the input sample."""
    if not _as_many(inputs, outputs):
        text = f"the output sample has {outputs.rows} rows, the input sample has {inputs.rows}"
        report.error("MF325", text, at, hint=lost_row_hint(facts, inputs, outputs))
    check_index(outputs, report, at)
    classes = _classes_of_one_target(facts)
    if classes is None:
        return
    if method == "predict_proba" and len(classes) != _width(outputs):
        text = f"predict_proba gives {len(classes)} columns, one a class; the sample has {_width(outputs)}"
        report.error("MF320", text, at)
    if method == "predict" and len(outputs.columns) == 1 and not outputs.columns[0].shape:
        _check_labels(classes, outputs, report, at)


def _classes_of_one_target(facts: ModelFacts) -> tuple[Json, ...] | None:
    """The labels that an answer is one of; None for a model of several targets, each with labels of its own."""
    several = facts.outputs_per_row or any(isinstance(label, list | dict) for label in facts.classes or ())
    return None if several else facts.classes


def _width(outputs: Table) -> int:
    """Values an answer has: columns of a table, or the length of the only column's arrays."""
    only = outputs.columns[0].shape if len(outputs.columns) == 1 else ()
    return only[0] if len(only) == 1 else len(outputs.columns)


def _as_many(inputs: Table, outputs: Table) -> bool:
    """Whether the samples are of one length, as far as both were read."""
    if inputs.cut or outputs.cut:
        return (inputs.cut or inputs.rows <= outputs.rows) and (outputs.cut or outputs.rows >= inputs.rows)
    return inputs.rows == outputs.rows


def _feature_names(facts: ModelFacts) -> tuple[str, ...] | None:
    names = facts.feature_names
    placeholder = columns_of(facts.framework).placeholder
    if names and placeholder and all(name == placeholder.format(index) for index, name in enumerate(names)):
        return None
    return names


def _named(table: Table) -> bool:
    return not all(isinstance(column.name, int) for column in table.columns)


def _tensors(table: Table) -> bool:
    return any(column.shape for column in table.columns)


def _check_names(
    facts: ModelFacts, expected: tuple[str, ...], table: Table, report: Report, at: Pointer, hint: str | None
) -> None:
    policy = columns_of(facts.framework)
    found = [policy.spelt(str(column.name)) for column in table.columns]
    missing = [name for name in expected if name not in found]
    extra = [name for name in found if name not in expected]
    if missing:
        text = f"the model's columns {_list(missing)} are not in the sample"
        text += f", which has {_list(extra)} instead" if extra else ""
        report.error("MF321", text, at, hint=header_hint(table) or did_you_mean(missing[0], extra))
    elif policy.by_name:
        return
    elif extra:
        text = f"the sample has columns {_list(extra)}, which the model does not know; it knows {_list(expected)}"
        _error_unless_picked(facts, "MF321", text, report, at, hint=hint)
    elif tuple(found) != expected:
        text = f"the sample's columns are in the order {_list(found)}, the model's are {_list(expected)}"
        _error_unless_picked(facts, "MF322", text, report, at, hint=None)


def _error_unless_picked(
    facts: ModelFacts, code: str, text: str, report: Report, at: Pointer, *, hint: str | None
) -> None:
    say = report.warning if facts.algorithm in columns_of(facts.framework).pickers else report.error
    say(code, text, at, hint=hint)


def _list(names: Sequence[str], most: int = 8) -> str:
    return ", ".join(f"'{name}'" for name in names[:most]) + (f" and {len(names) - most} more" if names[most:] else "")


def _check_numbers(facts: ModelFacts, table: Table, report: Report, at: Pointer) -> None:
    if not columns_of(facts.framework).numbers_only:
        return
    for column in table.columns:
        if not (is_numeric(column.dtype) or column.dtype in BOOLEANS or column.dtype == "category"):
            text = f"{facts.framework} takes numbers, and column '{column.name}' is {column.dtype}"
            hint = f"encode it before training, or declare columns.input.{column.name}.categories in training order"
            report.error("MF323", text, at, hint=hint)


def _check_tensor(tensor: Tensor, table: Table, report: Report, at: Pointer) -> None:
    if tensor.dtype != "string" and not _tensors(table):
        odd = next((c for c in table.columns if not (is_numeric(c.dtype) or c.dtype in BOOLEANS)), None)
        if odd is not None:
            text = f"the model's input '{tensor.name}' is {tensor.dtype}, and column '{odd.name}' is {odd.dtype}"
            report.error("MF323", text, at)
    shape = _row_shape(table)
    if tensor.shape is None or not tensor.shape or shape is None:
        return
    if not takes(tensor, shape, [tensor]):
        expected = _shape(row_shape(tensor, [tensor]))
        text = f"a row of the model's input '{tensor.name}' has the shape {expected}, the sample's {_shape(shape)}"
        report.error("MF320", text, at)


def _check_tensors(tensors: tuple[Tensor, ...], table: Table, report: Report, at: Pointer) -> None:
    """A model with several inputs takes one column for each: by its name, or in their order."""
    if len(tensors) != len(table.columns):
        names = _list([tensor.name for tensor in tensors])
        text = f"the model takes {len(tensors)} inputs ({names}), the sample has {len(table.columns)} columns"
        report.error("MF320", text, at, hint="one column for each input; arrays go into JSON, NPZ or Parquet")
        return
    by_name = {str(column.name): column for column in table.columns}
    named = all(tensor.name in by_name for tensor in tensors)
    for tensor, placed in zip(tensors, table.columns, strict=True):
        column = by_name[tensor.name] if named else placed
        shape = _cell_shape(column, tensor)
        if not takes(tensor, shape, tensors):
            text = f"a row of the model's input '{tensor.name}' has the shape {_shape(row_shape(tensor, tensors))}"
            report.error("MF320", f"{text}, column '{column.name}' has {_shape(shape)}", at)


def _cell_shape(column: Column, tensor: Tensor) -> tuple[int, ...]:
    """The shape of a column's cells; nested lists of texts are an array where the model takes one of texts."""
    if column.shape or tensor.dtype != "string":
        return column.shape
    found = regular_shape(list(column.values), (str,))
    return found[1:] if found else ()


def _row_shape(table: Table) -> tuple[int, ...] | None:
    """The shape of one row as an array; None for several columns of arrays."""
    if not _tensors(table):
        return (len(table.columns),)
    return table.columns[0].shape if len(table.columns) == 1 else None


def _shape(shape: Sequence[int | None]) -> str:
    return "(" + ", ".join("any" if axis is None else str(axis) for axis in shape) + ")"


def _check_labels(classes: tuple[Json, ...], outputs: Table, report: Report, at: Pointer) -> None:
    column = outputs.columns[0]
    known = _list([str(label) for label in classes])
    for row, value in enumerate(column.values, start=1):
        if value not in classes:
            same_text = str(value) in map(str, classes)
            hint = f"declare columns.output.{column.name}.dtype: str" if same_text else None
            text = f"row {row} of the output sample is {value!r:.60}; the model's classes are {known}"
            report.error("MF324", text, at, hint=hint)
            return
