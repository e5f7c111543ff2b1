"""How rows reach a network, for the templates of those that take arrays."""

from __future__ import annotations

from typing import Any

from compiler.ir import ResolvedModel


def layout(model: ResolvedModel, *, ask_the_model: bool = False) -> dict[str, Any]:
    """Inputs with their axes of rows, the batch, and whether columns stay apart.

    `ask_the_model`: a file without recorded inputs has a module that says what its forward takes.
    """
    inputs, rows = model.facts.inputs, model.score.rows
    asked = "asked" if ask_the_model and not inputs else ""
    return {
        "apart": "always" if len(inputs) > 1 else asked,
        "inputs": [[tensor.name, tensor.dtype, _rank(tensor.shape)] for tensor in inputs],
        "named_inputs": not asked,
        "batch": rows.batch,
        "input_axes": {t.name: axis for t, axis in zip(inputs, rows.inputs, strict=False) if axis != 0},
        "output_axes": list(rows.outputs) if any(axis != 0 for axis in rows.outputs) else [],
    }


def _rank(shape: tuple[int | None, ...] | None) -> int | None:
    return None if shape is None else len(shape)
