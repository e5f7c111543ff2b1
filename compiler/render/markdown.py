"""A plan as a pull-request comment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from compiler.planning import references
from compiler.planning.changes.types import Action, Cause, Change, Impact
from compiler.planning.plan.plan import Plan
from compiler.render.words import digests, plan_sum

MARKER = "<!-- manifact plan: {project} {target} -->"
"""First line of the comment: the job finds the comment of an earlier run by it and replaces that one."""
MOST = 60_000
"""Characters; GitHub takes 65,536 in a comment."""
_CUT = "\n\n*{left} lines are left out. `manifact plan --json` prints the whole plan.*\n"


def plan_markdown(plan: Plan) -> str:
    """A comment for a pull request: the sum, destructive changes first, the rest folded; at most `MOST` characters."""
    marker = MARKER.format(project=plan.place.project, target=plan.place.target)
    head = [marker, f"### manifact plan for `{plan.place.target}`" + ("" if plan.empty else f": {plan_sum(plan)}")]
    if plan.empty:
        return _cut([*head, "", "No changes.", *_problems(plan)])
    destroying = [change for change in plan.pending if change.destroys]
    others = [change for change in plan.pending if not change.destroys]
    parts = [*head, *_breaking(plan), *_problems(plan)]
    if destroying:
        parts += ["", f"**Destructive ({len(destroying)}):**", "", *_table(destroying)]
    if others:
        parts += ["", *(_folded(f"{len(others)} other changes", _table(others)) if destroying else _table(others))]
    return _cut([*parts, *_details(plan)])


def _table(changes: Sequence[Change]) -> list[str]:
    rows = [f"| {c.action} | {c.kind} | `{_what(c)}` | {_cause(c)}{_cell(digests(c.reason))} |" for c in changes]
    return ["| Action | What | Name | Why |", "|---|---|---|---|", *rows]


def _cause(change: Change) -> str:
    return "" if change.cause is Cause.MANIFEST else f"({change.cause}) "


def _folded(summary: str, lines: Sequence[str]) -> list[str]:
    return [f"<details><summary>{summary}</summary>", "", *lines, "", "</details>"]


def _cut(lines: Sequence[str]) -> str:
    """The lines, as far as they fit; what is folded is closed."""
    size, kept = len(_CUT) + 40, []
    for line in lines:
        size += len(line) + 1
        if size > MOST:
            break
        kept.append(line)
    text = "\n".join(kept) + "\n"
    if len(kept) == len(lines):
        return text
    closing = "\n</details>\n" if text.count("<details>") > text.count("</details>") else ""
    return text + closing + _CUT.format(left=len(lines) - len(kept))


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
    return ["", *_folded("Fields", lines)]


def _value(value: Any) -> str:
    if value == references.MODEL:
        return "the new version"
    return "(none)" if value is None else f"`{_cell(digests(json.dumps(value, ensure_ascii=False)))}`"


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("\n", " ").replace("`", "'")
