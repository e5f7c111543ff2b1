"""How many rows a network takes a call, and along which axis: what score.py must know to answer row by row.

Most models take any number of rows along the first axis. Others fix that number, keep the rows of a recurrent state
along the second axis, or take one row without any axis for rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from compiler.diagnostics import Report
from compiler.ir import ModelFacts, Rows, Table, Tensor
from compiler.passes.draft import Draft, Inputs

Shape = tuple[int, ...]


def settle_rows(draft: Draft, inputs: Inputs, report: Report) -> Draft:
    """Tell score.py how the rows lie; MF333 warns of a model that takes a fixed number of them."""
    facts = inputs.facts
    if not facts.inputs or draft.score.own:
        return draft
    rows = rows_of(facts, cell_shapes(facts.inputs, inputs.input))
    _warn(rows, facts, inputs, report)
    return replace(draft, score=replace(draft.score, rows=rows))


def rows_of(facts: ModelFacts, cells: Sequence[Shape | None]) -> Rows:
    """The layout of a model's inputs and outputs; `cells` are the shapes of one row of each input, where known."""
    counting = _Counting(facts.inputs)
    axes = [
        None if _is_whole(tensor, counting.axis(tensor), cell) else counting.axis(tensor)
        for tensor, cell in zip(facts.inputs, cells, strict=True)
    ]
    whole = all(axis is None for axis in axes)
    outputs = [None if whole else counting.axis(tensor) for tensor in facts.outputs]
    sizes = {t.shape[a] for t, a in zip(facts.inputs, axes, strict=True) if t.shape is not None and a is not None}
    fixed = next(iter(sizes)) if len(sizes) == 1 else None
    alone = None in axes or None in outputs
    return Rows(fixed or (1 if alone else None), tuple(axes), tuple(outputs))


def cell_shapes(tensors: Sequence[Tensor], table: Table | None) -> list[Shape | None]:
    """The shape of one row of each input in the sample: by name, else in their order; None where it is not known."""
    if table is None:
        return [None] * len(tensors)
    if len(tensors) == 1 and (len(table.columns) > 1 or not table.columns[0].shape):
        return [None if any(column.shape for column in table.columns) else (len(table.columns),)]
    by_name = {str(column.name): column.shape for column in table.columns}
    if all(tensor.name in by_name for tensor in tensors):
        return [by_name[tensor.name] for tensor in tensors]
    if len(tensors) == len(table.columns):
        return [column.shape for column in table.columns]
    return [None] * len(tensors)


def takes(tensor: Tensor, cell: Shape, among: Sequence[Tensor]) -> bool:
    """Whether an input takes cells of this shape: one a row along its axis of rows, or each as a whole."""
    if tensor.shape is None:
        return True
    return _fits_row(tensor, _Counting(among).axis(tensor), cell) or fits(tensor.shape, cell)


def row_shape(tensor: Tensor, among: Sequence[Tensor]) -> tuple[int | None, ...]:
    """What one row of an input is, for messages."""
    shape, axis = tensor.shape or (), _Counting(among).axis(tensor)
    return shape if axis is None else (*shape[:axis], *shape[axis + 1 :])


def fits(expected: Sequence[int | None], shape: Sequence[int]) -> bool:
    """Whether an array has a shape of which some axes may vary."""
    same_rank = len(shape) == len(expected)
    return same_rank and all(want in {None, have} for want, have in zip(expected, shape, strict=True))


class _Counting:
    """Which axis of a tensor counts rows, told by the name or the size of the inputs' first axis."""

    def __init__(self, inputs: Sequence[Tensor]) -> None:
        shaped = [tensor for tensor in inputs if tensor.shape]
        varying = [tensor for tensor in shaped if tensor.shape and tensor.shape[0] is None]
        named = [tensor.symbols[0] for tensor in varying if tensor.symbols and tensor.symbols[0]]
        self._symbol = named[0] if named else None
        self._varies = bool(varying)
        self._size = shaped[0].shape[0] if shaped and shaped[0].shape else None

    def axis(self, tensor: Tensor) -> int | None:
        shape = tensor.shape
        if shape is None:
            return 0
        if not shape:
            return None
        if self._symbol in tensor.symbols and self._symbol is not None:
            return tensor.symbols.index(self._symbol)
        if shape[0] is None or (self._varies and shape[0] == 1 and None not in shape[1:]):
            return 0
        wanted = None if self._varies else self._size
        return next((axis for axis in (0, 1) if axis < len(shape) and shape[axis] == wanted), None)


def _is_whole(tensor: Tensor, axis: int | None, cell: Shape | None) -> bool:
    """Whether the sample's cells are what the input takes in one call, without an axis for rows."""
    if tensor.shape is None or cell is None or axis is None:
        return axis is None
    return fits(tensor.shape, cell) and not _fits_row(tensor, axis, cell)


def _fits_row(tensor: Tensor, axis: int | None, cell: Shape) -> bool:
    shape = tensor.shape or ()
    expected = shape if axis is None else (*shape[:axis], *shape[axis + 1 :])
    # A single value and a list of one are the same to a table.
    return fits(expected, cell) or (expected in {(), (1,), (None,)} and cell in {(), (1,)})


def _warn(rows: Rows, facts: ModelFacts, inputs: Inputs, report: Report) -> None:
    if rows.batch is None:
        return
    model = inputs.manifest.spec.model
    at = ("spec", "model", "uri" if model and model.uri else "path")
    if all(axis is None for axis in rows.inputs):
        text = "the model takes one row a call and has no axis for rows: those of a request are answered in turn"
    elif rows.batch == 1:
        text = "the model takes one row a call: those of a request are answered one after the other"
    else:
        text = f"the model's batch is fixed at {rows.batch}: a request must hold {rows.batch} rows, or a multiple of it"
    hint = "export the model again with a first axis that varies"
    report.warning("MF333", text, at, hint=hint if any(t.shape for t in facts.inputs) else None)
