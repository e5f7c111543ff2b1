"""Checks of what the model file says against what the manifest says."""

from __future__ import annotations

from compiler.diagnostics import Report
from compiler.passes.draft import Draft, Inputs

_LABELLING = frozenset({"binary_classification", "multinomial_classification"})
_REGRESSOR_ENDINGS = ("Regressor", "Regression", "SVR")


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
    regressor = count is None and (facts.algorithm or "").endswith(_REGRESSOR_ENDINGS)
    if use_case in _LABELLING and regressor and facts.algorithm != "LogisticRegression":
        report.error("MF211", f"{facts.algorithm} predicts numbers, not classes", at, hint="did you mean 'regression'?")
    return draft
