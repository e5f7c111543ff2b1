"""Sensitive variables that a plan would send and that have no value here: known before anything is made."""

from __future__ import annotations

from compiler.diagnostics import Diagnostic, Severity
from compiler.planning.changes.types import Change
from compiler.planning.desired.variables import environment_variables, names_in
from compiler.planning.plan.plan import Plan

SENDING = frozenset({"create_model_deployment", "update_model_deployment"})


def missing_variables(plan: Plan, severity: Severity) -> dict[str, tuple[Diagnostic, ...]]:
    """MF719 by manifest name: a warning of a plan, which needs no secret; an error of an apply, which sends them."""
    names: dict[str, set[str]] = {}
    for change in plan.applicable:
        for name in _missing(plan, change):
            names.setdefault(change.name, set()).add(name)
    return {name: (_diagnostic(name, sorted(missing), severity),) for name, missing in names.items()}


def _missing(plan: Plan, change: Change) -> set[str]:
    bodies = [step.body or {} for step in change.steps if step.operation in SENDING]
    texts = [pair for body in bodies for pair in environment_variables(body).items()]
    return {name for key, text in texts if (change.name, key) not in plan.secrets for name in names_in(text)}


def _diagnostic(name: str, missing: list[str], severity: Severity) -> Diagnostic:
    message = f"the deployment of '{name}' is sent a sensitive value that is not known here: {', '.join(missing)}"
    hint = "set " + " and ".join(f"MANIFACT_VAR_{variable}" for variable in missing)
    return Diagnostic("MF719", message, hint=hint, severity=severity)
