"""A plan for people."""

from __future__ import annotations

import json
from typing import Any

from compiler.render import words as text
from compiler.cli.console import Console
from compiler.planning import references
from compiler.planning.changes.types import Action, Change, Impact
from compiler.planning.live.observed import Kind
from compiler.planning.plan.plan import Plan

_LAYERS = frozenset(
    {
        "modelDeploymentConfigurationDetails",
        "modelConfigurationDetails",
        "instanceConfiguration",
        "modelDeploymentInstanceShapeConfigDetails",
        "environmentConfigurationDetails",
    }
)
_SIGNS = {
    Action.CREATE: ("+", "create"),
    Action.UPDATE: ("~", "update"),
    Action.REPLACE: ("±", "delete"),
    Action.DELETE: ("-", "delete"),
    Action.ADOPT: ("=", "note"),
    Action.RESTART: ("^", "update"),
    Action.NOOP: (" ", "note"),
}


def show_plan(plan: Plan, console: Console) -> None:
    """A block a model, one line a change, its fields below it, and the sum; or that there is nothing to do."""
    if plan.empty:
        console.line("  No changes.")
        return
    width = max(len(_what(change)) for change in plan.pending)
    name = plan.pending[0].name
    for change in plan.pending:
        if change.name != name:
            name = change.name
            console.line()
        sign, style = _SIGNS[change.action]
        reason = text.digests(change.reason)
        line = f"  {sign} {change.kind!s:<11}  {_what(change):<{width}}  {change.action!s:<7}  {reason}"
        console.line(console.styled(line.rstrip(), style))
        for detail in _details(change):
            console.line(f"      {detail}")
    if len(plan.models) > 1:
        console.line()
    console.line(f"  Plan: {text.plan_sum(plan)}.")


def _what(change: Change) -> str:
    return change.title if change.kind is Kind.VERSION_SET else f"{change.name} {change.title}".strip()


def _details(change: Change) -> list[str]:
    lines = []
    if change.action is not Action.CREATE:
        lines = [f"{_field(field.path)}: {_value(field.before)} -> {_value(field.after)}" for field in change.fields]
    if change.stays_up is False:
        lines.append("the endpoint is down meanwhile")
    if change.impact is Impact.BREAKING:
        lines += [f"breaks callers: {what}" for what in change.caller_impact]
    return lines


def _field(path: str) -> str:
    """The path of a field without the layers of OCI's bodies, which say nothing that the field's name does not."""
    return ".".join(part for part in path.split(".") if part not in _LAYERS) or path


def _value(value: Any) -> str:
    if value is None:
        return "(none)"
    if value == references.MODEL:
        return "the new version"
    shown = text.digests(json.dumps(value, ensure_ascii=False))
    return shown if len(shown) <= 60 else shown[:57] + "…"
