"""A plan as a pull-request comment."""

from __future__ import annotations

import json
from typing import Any

from compiler.planning import references
from compiler.planning.changes.types import Action, Change, Impact
from compiler.planning.plan.plan import Plan
from compiler.render.words import digests, plan_sum


def plan_markdown(plan: Plan) -> str:
    """Markdown: the sum first, a table of the changes, and what callers will feel."""
    if plan.empty:
        parts = [f"### manifact plan for `{plan.place.target}`", "", "No changes.", *_problems(plan)]
        return "\n".join(parts) + "\n"
    rows = [f"| {c.action} | {c.kind} | `{_what(c)}` | {_cell(digests(c.reason))} |" for c in plan.pending]
    parts = [
        f"### manifact plan for `{plan.place.target}`: {plan_sum(plan)}",
        "",
        "| Action | What | Name | Why |",
        "|---|---|---|---|",
        *rows,
        *_problems(plan),
        *_breaking(plan),
        *_details(plan),
    ]
    return "\n".join(parts) + "\n"


def _what(change: Change) -> str:
    return f"{change.name} {change.title}".strip()


def _problems(plan: Plan) -> list[str]:
    """What is refused, and what to know."""
    lines = [f"- {problem.severity} {problem.code}: {_cell(problem.message)}" for problem in plan.problems]
    return ["", "**Problems:**", "", *lines] if lines else []


def _breaking(plan: Plan) -> list[str]:
    felt = [(c, what) for c in plan.pending if c.impact is Impact.BREAKING for what in c.caller_impact]
    down = [c for c in plan.pending if c.stays_up is False and c.action is not Action.CREATE]
    lines = [f"- `{change.name}`: breaks callers: {_cell(what)}" for change, what in felt]
    lines += [f"- `{change.name}`: the endpoint is down meanwhile" for change in down]
    return ["", "**Callers will feel this:**", "", *lines] if lines else []


def _details(plan: Plan) -> list[str]:
    changed = [(c, field) for c in plan.pending if c.action is not Action.CREATE for field in c.fields]
    if not changed:
        return []
    lines = [f"- `{c.name}` {field.path}: {_value(field.before)} → {_value(field.after)}" for c, field in changed]
    return ["", "<details><summary>Fields</summary>", "", *lines, "", "</details>"]


def _value(value: Any) -> str:
    if value == references.MODEL:
        return "the new version"
    return "(none)" if value is None else f"`{_cell(digests(json.dumps(value, ensure_ascii=False)))}`"


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("\n", " ").replace("`", "'")
