"""Which of predict, predict_proba, transform and decision_function an estimator has: by its class, else by its state.

Conditions are those of scikit-learn's `available_if` checks (1.9.1; older releases' `if_delegate_has_method` means the
same).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from compiler.frameworks.estimators import entry
from compiler.readers.pickles.values import Instance

METHODS = frozenset({"predict", "predict_proba", "transform", "decision_function"})
_MAX_NESTING = 20
_DELEGATES = ("best_estimator_", "final_estimator_", "estimator_", "estimator", "base_estimator", "regressor_")


def methods_of(root: Any, version: str | None) -> frozenset[str] | None:
    """The methods of an estimator; None where a class that decides on them is not listed."""
    found = [(method, has(root, method, version)) for method in sorted(METHODS)]
    if any(answer is None for _, answer in found):
        return None
    return frozenset(method for method, answer in found if answer)


def has(root: Any, method: str, version: str | None, nesting: int = 0) -> bool | None:
    """Whether an estimator has a method; None for a class that is not listed."""
    if not isinstance(root, Instance) or nesting > _MAX_NESTING:
        return None
    found = entry(root.cls.module.split(".", 1)[0], root.cls.name, version)
    if found is None:
        return None
    always = found.methods.get(method)
    return bool(always) or (always is not None and _sometimes(root, method, version, nesting + 1))


def _sometimes(root: Instance, method: str, version: str | None, nesting: int) -> bool | None:
    attributes = root.attributes()
    if (rule := _RULES.get(root.cls.name)) is not None:
        return rule(attributes)
    if root.cls.name == "Pipeline":
        return _pipeline_has(attributes.get("steps"), method, version, nesting)
    if isinstance(several := attributes.get("estimators_"), list) and several and "final_estimator_" not in attributes:
        return has(several[0], method, version, nesting)
    delegate = next((attributes[name] for name in _DELEGATES if isinstance(attributes.get(name), Instance)), None)
    return delegate is not None and has(delegate, method, version, nesting)


def _pipeline_has(steps: Any, method: str, version: str | None, nesting: int) -> bool | None:
    """The last step's methods; transform needs it of every step."""
    if not isinstance(steps, list) or not all(isinstance(step, tuple) and len(step) == 2 for step in steps):
        return False
    asked = [estimator for _, estimator in (steps if method == "transform" else steps[-1:])[:100]]
    answers = [_step_has(estimator, method, version, nesting) for estimator in asked]
    return False if False in answers else None if None in answers else True


def _step_has(step: Any, method: str, version: str | None, nesting: int) -> bool | None:
    if step is None or step == "passthrough":
        return method == "transform"
    return has(step, method, version, nesting)


_RULES: dict[str, Callable[[dict[str, Any]], bool]] = {
    "SVC": lambda a: a.get("probability") is True,
    "NuSVC": lambda a: a.get("probability") is True,
    "SGDClassifier": lambda a: a.get("loss") in {"log_loss", "log", "modified_huber"},
    "VotingClassifier": lambda a: a.get("voting") == "soft",
    "LocalOutlierFactor": lambda a: a.get("novelty") is True,
}
