"""Checks of what the model file says against what the manifest says."""

from __future__ import annotations

from compiler.diagnostics import Report
from compiler.ir import ModelFacts
from compiler.passes.draft import Draft, Inputs

_LABELLING = frozenset({"binary_classification", "multinomial_classification"})
_REGRESSOR_ENDINGS = ("Regressor", "Regression", "SVR")
_ONE_USE = {
    **dict.fromkeys(("KMeans", "MiniBatchKMeans", "DBSCAN", "GaussianMixture"), "clustering"),
    **dict.fromkeys(("IsolationForest", "OneClassSVM", "LocalOutlierFactor", "EllipticEnvelope"), "anomaly_detection"),
    **dict.fromkeys(("PCA", "TruncatedSVD"), "dimensionality_reduction/representation"),
}
"""Algorithm -> the one use case that it serves."""


def use_case_of(facts: ModelFacts) -> str | None:
    """The use case that follows from a model's classes, or from an algorithm that has one only; None: open."""
    if facts.classes is not None:
        return "binary_classification" if len(facts.classes) == 2 else "multinomial_classification"
    return "regression" if _is_regressor(facts) else _ONE_USE.get(facts.algorithm or "")


def _is_regressor(facts: ModelFacts) -> bool:
    named = (facts.algorithm or "").endswith(_REGRESSOR_ENDINGS)
    return facts.classes is None and named and facts.algorithm != "LogisticRegression"


def check_use_case(draft: Draft, inputs: Inputs, report: Report) -> Draft:
    """Refuse a use case that the model contradicts: by its classes, or by being a regressor."""
    use_case, facts = inputs.manifest.spec.use_case, inputs.facts
    at = ("spec", "useCase")
    count = len(facts.classes) if facts.classes is not None else None
    if use_case == "regression" and count is not None:
        report.error("MF211", f"the model is a classifier of {count} classes, not a regression", at)
    if use_case == "binary_classification" and count is not None and count != 2:
        hint = "multinomial_classification is for more than two classes"
        report.error("MF211", f"the model tells {count} classes apart, binary classification has two", at, hint=hint)
    if use_case in _LABELLING and _is_regressor(facts):
        report.error("MF211", f"{facts.algorithm} predicts numbers, not classes", at, hint="did you mean 'regression'?")
    return draft
