"""The facts of a model file, for people and for programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from compiler.emit.numbers import finite
from compiler.ir import Json, ModelFacts, Tensor
from compiler.render.lines import Line

if TYPE_CHECKING:
    from compiler.render.documents.artifacts import InspectDocument, TensorDocument

_LONG = 100
"""Characters of a value that are shown."""


def facts_lines(facts: ModelFacts) -> list[Line]:
    """Names and values in two columns."""
    rows = _rows(facts)
    width = max(len(name) for name, _ in rows)
    return [Line(f"  {name:<{width}}  {value}") for name, value in rows]


def facts_document(facts: ModelFacts) -> InspectDocument:
    """The facts for programs; null is "not recorded"."""
    return {
        "formatVersion": 1,
        "framework": facts.framework,
        "format": facts.format,
        "version": facts.version,
        "algorithm": facts.algorithm,
        "hyperparameters": _numbers(facts.hyperparameters),
        "featureNames": _list(facts.feature_names),
        "featureCount": facts.feature_count,
        "classes": _list(facts.classes),
        "categories": {name: _list(known.values) for name, known in facts.categories.items()},
        "outputsPerRow": facts.outputs_per_row,
        "inputs": [_tensor(tensor) for tensor in facts.inputs],
        "outputs": [_tensor(tensor) for tensor in facts.outputs],
        "methods": sorted(facts.methods or ()),
        "requires": list(facts.requires),
        "versions": dict(facts.versions),
        "details": _numbers(facts.details) or {},
        "unknown": list(facts.unknown),
        "places": {name: facts.places[name] for name in facts.unknown if name in facts.places},
        "servable": facts.unserved is None,
        "holds": facts.unserved.what if facts.unserved else None,
        "instead": facts.unserved.instead if facts.unserved else None,
    }


def _numbers(values: Mapping[str, Json] | None) -> dict[str, Json] | None:
    return None if values is None else {name: finite(value) for name, value in values.items()}


def _list(values: tuple[Json, ...] | None) -> list[Any] | None:
    return None if values is None else [finite(value) for value in values]


def _tensor(tensor: Tensor) -> TensorDocument:
    shape = None if tensor.shape is None else list(tensor.shape)
    return {"name": tensor.name, "dtype": tensor.dtype, "shape": shape}


def _some(values: tuple[object, ...] | None) -> str:
    if values is None:
        return "not recorded"
    listed = ", ".join(str(value) for value in values[:8])
    return listed + (f", … ({len(values)} in all)" if len(values) > 8 else "")


def _rows(facts: ModelFacts) -> list[tuple[str, str]]:
    rows = [
        ("framework", facts.framework or "none"),
        ("version", facts.version or "not recorded"),
        ("format", facts.format),
        ("algorithm", facts.algorithm or "not recorded"),
        ("features", str(facts.feature_count) if facts.feature_count is not None else "not recorded"),
        ("feature names", _some(facts.feature_names)),
        ("classes", _some(facts.classes)),
        *((f"categories of {name}", _some(known.values)) for name, known in facts.categories.items()),
        ("inputs", _some(tuple(f"{t.name} {t.dtype} {_shape(t.shape)}" for t in facts.inputs))),
        ("outputs", _some(tuple(f"{t.name} {t.dtype} {_shape(t.shape)}" for t in facts.outputs))),
        ("methods", _methods(facts)),
        ("requires", _some(facts.requires)),
        ("unknown code", _some(tuple(map(_placed(facts), facts.unknown)))),
        ("not servable", f"it holds {facts.unserved.what}" if facts.unserved else ""),
        ("instead", facts.unserved.instead if facts.unserved else ""),
    ]
    rows += [(f"  {name}", _folded(value)) for name, value in sorted((facts.hyperparameters or {}).items())]
    return [(name, value) for name, value in rows if value]


def _methods(facts: ModelFacts) -> str:
    """Nothing where none are known: not every estimator's class is."""
    if facts.methods is None:
        return "" if facts.unserved else "not known"
    return ", ".join(sorted(facts.methods)) or "none: it answers for no new rows"


def _placed(facts: ModelFacts) -> Callable[[str], str]:
    """Writes a name of unknown code with its place in the file."""
    return lambda name: f"{name} ({facts.places[name]})" if name in facts.places else name


def _folded(value: object) -> str:
    """A value on one line: of what is long, its beginning; `--json` has it whole."""
    text = repr(value)
    if len(text) <= _LONG:
        return text
    entries = f" ({len(value)} entries)" if isinstance(value, list | tuple | dict) else ""
    return f"{text[:_LONG]} …{entries}"


def _shape(shape: tuple[int | None, ...] | None) -> str:
    return "?" if shape is None else "[" + ", ".join("?" if axis is None else str(axis) for axis in shape) + "]"
