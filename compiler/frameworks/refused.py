"""Models that are refused: those that act, and pickles that hold no model (what they hold, and the way out)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from compiler.diagnostics import CompilerError, SourceRange, failure
from compiler.frameworks.base import ModelFile
from compiler.frameworks.registry import ways_out
from compiler.readers.pickles.arrays import as_array
from compiler.readers.pickles.values import Instance, Pairs


def denied(path: Path, why: str, place: str) -> CompilerError:
    """MF204 for a model file that acts where a model only computes; `place` says where in it that was seen."""
    hint = "do not load this file; save the model again from a program you trust"
    return failure("MF204", f"the model is denied: {why} ({place})", where=SourceRange(str(path)), hint=hint)


def refusal(model: ModelFile) -> CompilerError | None:
    """MF209 for a pickle whose root is no model, or one of a framework with its own format; None for others."""
    if model.format == "joblib-old":
        return _failure(model, "a model that joblib saved before 0.10", "load it there and save it with a newer joblib")
    if model.format != "pickle":
        return None
    root = model.pickled.value
    if isinstance(root, Instance) and as_array(root) is None:
        package = root.cls.module.split(".", 1)[0]
        if package not in ways_out():
            return None
        what, hint = f"a pickled model of {package} ({root.cls.dotted})", ways_out()[package]
    else:
        what, hint = _described(root), "save the fitted estimator itself"
    return _failure(model, what, hint)


def _failure(model: ModelFile, what: str, hint: str) -> CompilerError:
    where = SourceRange(str(model.path))
    return failure("MF209", f"the file holds {what}, which cannot be served from a pickle", where=where, hint=hint)


def _described(root: Any) -> str:
    if as_array(root) is not None:
        return "an array"
    if isinstance(root, Pairs):
        keys = ", ".join(sorted(root.named())[:6])
        return f"a dict ({keys})" if keys else "a dict"
    if isinstance(root, list):
        return "a list"
    return f"a {type(root).__name__}" if isinstance(root, tuple | str | int | float) else "no model"
