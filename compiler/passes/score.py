"""What score.py is to do: the method, the user's hooks, or the user's own file."""

from __future__ import annotations

from dataclasses import replace

from compiler.diagnostics import Report, did_you_mean
from compiler.ir import Architecture, Score
from compiler.passes.draft import Draft, Inputs


def choose_score(draft: Draft, inputs: Inputs, report: Report) -> Draft:
    """Settle `spec.score` and `spec.model.architecture`; refuse a method that the model does not have."""
    spec, methods = inputs.manifest.spec.score, inputs.facts.methods
    method = spec.method or _default_method(methods)
    if spec.method and methods and spec.method not in methods:
        known = ", ".join(sorted(methods))
        hint = did_you_mean(spec.method, methods) or f"it has: {known}"
        algorithm = inputs.facts.algorithm or "the model"
        report.error("MF210", f"{algorithm} has no method '{spec.method}'", ("spec", "score", "method"), hint=hint)
    score = Score(
        method=method,
        hooks=inputs.paths[spec.hooks] if spec.hooks else None,
        own=inputs.paths[spec.file] if spec.file else None,
        architecture=_architecture(inputs),
    )
    return replace(draft, score=score)


def _default_method(methods: frozenset[str]) -> str:
    """`predict`, unless the model is a transformer that has only `transform`."""
    return "transform" if methods and "predict" not in methods and "transform" in methods else "predict"


def _architecture(inputs: Inputs) -> Architecture | None:
    model = inputs.manifest.spec.model
    if model is None or model.architecture is None:
        return None
    spec = model.architecture
    return Architecture(inputs.paths[spec.file], spec.class_, spec.arguments)
