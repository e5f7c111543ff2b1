"""What score.py is to do: the method, the user's hooks, or the user's own file."""

from __future__ import annotations

from dataclasses import replace

from compiler.diagnostics import Report, did_you_mean
from compiler.frameworks import OTHER
from compiler.ir import Architecture, Score
from compiler.passes.draft import Draft, Inputs


def choose_score(draft: Draft, inputs: Inputs, report: Report) -> Draft:
    """Settle `spec.score` and `spec.model.architecture`; refuse a method the model lacks (MF210, MF229)."""
    spec, methods = inputs.manifest.spec.score, inputs.facts.methods
    method = spec.method or _default_method(methods)
    if methods is not None and method not in methods and not _asks_itself(inputs):
        _refuse(method, methods, inputs, report)
    score = Score(
        method=method,
        hooks=inputs.paths[spec.hooks] if spec.hooks else None,
        own=inputs.paths[spec.file] if spec.file else None,
        architecture=_architecture(inputs),
    )
    return replace(draft, score=score)


def _default_method(methods: frozenset[str] | None) -> str:
    """`predict`, unless the model is a transformer that has only `transform`."""
    return "transform" if methods and "predict" not in methods and "transform" in methods else "predict"


def _asks_itself(inputs: Inputs) -> bool:
    """Whether code of the user's own asks the model: a score.py, or hooks where those are taken for that."""
    spec = inputs.manifest.spec.score
    return bool(spec.file or (spec.hooks and inputs.facts.framework == OTHER))


def _refuse(method: str, methods: frozenset[str], inputs: Inputs, report: Report) -> None:
    algorithm = inputs.facts.algorithm or "the model"
    if methods:
        hint = did_you_mean(method, methods) or f"it has: {', '.join(sorted(methods))}"
        report.error("MF210", f"{algorithm} has no method '{method}'", ("spec", "score", "method"), hint=hint)
        return
    report.error(
        "MF229",
        f"{algorithm} has no method that answers for new rows: it labels those that it was fitted to",
        ("spec", "model", "path"),
        hint="save a model that predicts, such as a classifier fitted to its labels, or set 'spec.model.framework: "
        "other' and define predict(model, data) in a module that 'spec.score.hooks' names",
    )


def _architecture(inputs: Inputs) -> Architecture | None:
    model = inputs.manifest.spec.model
    if model is None or model.architecture is None:
        return None
    spec = model.architecture
    return Architecture(inputs.paths[spec.file], spec.class_, spec.arguments)
