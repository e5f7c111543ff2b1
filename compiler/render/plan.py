"""A plan for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from compiler.planning import references
from compiler.planning.changes.types import Action, Change, Impact
from compiler.planning.live.observed import Kind
from compiler.planning.plan.plan import Plan
from compiler.render.diagnostics import as_json
from compiler.render.lines import Line, Style
from compiler.render.words import digests, plan_sum

if TYPE_CHECKING:
    from compiler.render.documents.targets import PlanDocument

_LAYERS = frozenset(
    {
        "modelDeploymentConfigurationDetails",
        "modelConfigurationDetails",
        "instanceConfiguration",
        "modelDeploymentInstanceShapeConfigDetails",
        "environmentConfigurationDetails",
    }
)
_SIGNS: dict[Action, tuple[str, Style]] = {
    Action.CREATE: ("+", "create"),
    Action.UPDATE: ("~", "update"),
    Action.REPLACE: ("±", "delete"),
    Action.DELETE: ("-", "delete"),
    Action.ADOPT: ("=", "note"),
    Action.RESTART: ("^", "update"),
    Action.NOOP: (" ", "note"),
}


def plan_lines(plan: Plan) -> list[Line]:
    """A block a model, one line a change, its fields below it, and the sum; or that there is nothing to do."""
    if plan.empty:
        return [Line("  No changes.")]
    width = max(len(_what(change)) for change in plan.pending)
    name = plan.pending[0].name
    lines: list[Line] = []
    for change in plan.pending:
        if change.name != name:
            name = change.name
            lines.append(Line())
        lines.append(_change_line(change, width))
        lines += [Line(f"      {detail}") for detail in _details(change)]
    if len(plan.models) > 1:
        lines.append(Line())
    return [*lines, Line(f"  Plan: {plan_sum(plan)}.")]


def plan_document(plan: Plan) -> PlanDocument:
    """The same for programs."""
    return {"formatVersion": 1, **plan.to_json(), "diagnostics": [*map(as_json, plan.problems)]}


def _change_line(change: Change, width: int) -> Line:
    sign, style = _SIGNS[change.action]
    reason = digests(change.reason)
    line = f"  {sign} {change.kind!s:<11}  {_what(change):<{width}}  {change.action!s:<7}  {reason}"
    return Line(line.rstrip(), style)


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
    shown = digests(json.dumps(value, ensure_ascii=False))
    return shown if len(shown) <= 60 else shown[:57] + "…"
