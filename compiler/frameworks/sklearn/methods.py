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


def methods_of(root: Any, version: str | None, nesting: int = 0) -> frozenset[str]:
    """The methods of an estimator; empty for a class that is not listed."""
    if not isinstance(root, Instance) or nesting > _MAX_NESTING:
        return frozenset()
    found = entry(root.cls.module.split(".", 1)[0], root.cls.name, version)
    if found is None:
        return frozenset()
    return frozenset(
        method for method, always in found.methods.items() if always or _has(root, method, version, nesting)
    )


def _has(root: Instance, method: str, version: str | None, nesting: int) -> bool:
    attributes = root.attributes()
    if (rule := _RULES.get(root.cls.name)) is not None:
        return rule(attributes)
    if root.cls.name == "Pipeline":
        return _pipeline_has(attributes.get("steps"), method, version, nesting)
    if isinstance(several := attributes.get("estimators_"), list) and several and "final_estimator_" not in attributes:
        return method in methods_of(several[0], version, nesting + 1)
    delegate = next((attributes[name] for name in _DELEGATES if isinstance(attributes.get(name), Instance)), None)
    return method in methods_of(delegate, version, nesting + 1)


def _pipeline_has(steps: Any, method: str, version: str | None, nesting: int) -> bool:
    """The last step's methods; transform needs it of every step."""
    if not isinstance(steps, list) or not all(isinstance(step, tuple) and len(step) == 2 for step in steps):
        return False
    asked = steps if method == "transform" else steps[-1:]
    for _, estimator in asked[:100]:
        skipped = estimator is None or estimator == "passthrough"
        if not (skipped and method == "transform") and method not in methods_of(estimator, version, nesting + 1):
            return False
    return True


_RULES: dict[str, Callable[[dict[str, Any]], bool]] = {
    "SVC": lambda a: a.get("probability") is True,
    "NuSVC": lambda a: a.get("probability") is True,
    "SGDClassifier": lambda a: a.get("loss") in {"log_loss", "log", "modified_huber"},
    "VotingClassifier": lambda a: a.get("voting") == "soft",
    "LocalOutlierFactor": lambda a: a.get("novelty") is True,
}
