"""Models that are refused: those that act, and pickles that hold no model (what they hold, and the way out)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from compiler.diagnostics import CompilerError, SourceRange, failure
from compiler.frameworks.base import ModelFile
from compiler.frameworks.pickled import format_of, requires, unknown
from compiler.frameworks.registry import ways_out
from compiler.ir import ModelFacts, Unserved
from compiler.readers.pickles.arrays import as_array
from compiler.readers.pickles.values import Instance, Pairs

_ITSELF = "save the fitted estimator itself, or set 'spec.model.framework: other' and bring a score.py"


def denied(path: Path, why: str, place: str) -> CompilerError:
    """MF204 for a model file that acts where a model only computes; `place` says where in it that was seen."""
    hint = "do not load this file; save the model again from a program you trust"
    return failure("MF204", f"the model is denied: {why} ({place})", where=SourceRange(str(path)), hint=hint)


def unserved(model: ModelFile) -> ModelFacts | None:
    """Facts of a pickle whose root is no model, or one of a framework with its own format; None for others."""
    if model.format != "pickle":
        return None
    root = model.pickled.value
    if isinstance(root, Instance) and as_array(root) is None:
        package = root.cls.module.split(".", 1)[0]
        if package not in ways_out() and not _is_other(root):
            return None
        if package not in ways_out():
            return _facts(model, f"a '{root.cls.dotted}', which is no estimator", _ITSELF)
        what, hint = f"a pickled model of {package} ({root.cls.dotted})", ways_out()[package]
    else:
        what, hint = _described(root), _ITSELF
    return _facts(model, what, hint)


def refusal(model: ModelFile) -> CompilerError | None:
    """MF209 for a file whose reader has long gone."""
    if model.format != "joblib-old":
        return None
    text = "the file holds a model that joblib saved before 0.10, which cannot be served from a pickle"
    where = SourceRange(str(model.path))
    return failure("MF209", text, where=where, hint="load it there and save it with a newer joblib")


def _is_other(root: Instance) -> bool:
    """Whether an object is known and no model: data, settings, a part of an estimator."""
    return not root.cls.unknown and "estimator" not in root.cls.production.tags


def _facts(model: ModelFile, what: str, instead: str) -> ModelFacts:
    root = model.pickled.value
    return ModelFacts(
        framework=None,
        format=format_of(model),
        algorithm=root.cls.name if isinstance(root, Instance) else None,
        requires=requires(model),
        unknown=unknown(model),
        unserved=Unserved(what, instead),
    )


def _described(root: Any) -> str:
    if as_array(root) is not None:
        return "an array"
    if isinstance(root, Pairs):
        keys = ", ".join(sorted(root.named())[:6])
        return f"a dict ({keys})" if keys else "a dict"
    if isinstance(root, list):
        return "a list"
    return f"a {type(root).__name__}" if isinstance(root, tuple | str | int | float) else "no model"
