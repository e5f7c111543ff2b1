"""A refusal that may be about permission is told with the IAM policies that would allow it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from compiler.cloud.steps.context import ChangeContext
from compiler.diagnostics import Diagnostic
from compiler.planning.plan.iam_policies import Needs, policies

REFUSED = "MF713"
WORK_REQUEST = "MF720"


def with_policies(context: ChangeContext, problems: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The problems of a change; of those about permission the hint has the policies for this target, filled in."""
    if context.connection.local:
        return tuple(problems)  # nobody is refused there
    return tuple(replace(p, hint=_hint(context)) if _about_permission(p) else p for p in problems)


def _about_permission(problem: Diagnostic) -> bool:
    said = problem.code == WORK_REQUEST and "authoriz" in problem.message.lower()
    return problem.code == REFUSED or said


def _hint(context: ChangeContext) -> str:
    needs = Needs.of(step.body for step in context.change.steps if step.body)
    lines = "".join(f"\n    {line}" for line in policies(context.connection.place, needs))
    return f"absent, or not allowed; these policies allow it (`manifact plan --policies` prints them):{lines}"
