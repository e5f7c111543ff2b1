"""Carry out one change, step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from compiler.cloud.datascience.smoke_test import SmokeTestError
from compiler.cloud.datascience.waiters import WorkRequestError
from compiler.cloud.steps import catalog, deployment, objects, references
from compiler.cloud.steps.context import ChangeContext
from compiler.cloud.steps.policy_hints import with_policies
from compiler.cloud.steps.rollback import recover
from compiler.diagnostics import CompilerError, Diagnostic
from compiler.planning.changes.types import Step
from compiler.planning.live.observed import Kind

HANDLERS: Mapping[str, Callable[[ChangeContext, Step], None]] = {
    **catalog.HANDLERS,
    **objects.HANDLERS,
    **references.HANDLERS,
    **deployment.HANDLERS,
}


@dataclass(frozen=True, slots=True)
class ChangeFailure:
    """A change that could not be finished, and what was done about it."""

    problems: tuple[Diagnostic, ...]
    recovered: str = ""
    """In words; empty when nothing was put back."""
    done: tuple[Step, ...] = field(default=())


def execute(context: ChangeContext) -> ChangeFailure | None:
    """Carry out all steps of `context.change`; None when that worked.

    A deployment that fails its test, or whose update the service cannot carry out, is put back as `recovery` says.
    Every other problem leaves things as they are: the next apply goes on from there. Raises `Interrupted`.
    """
    done: list[Step] = []
    for step in context.change.steps:
        context.watch.check()
        try:
            HANDLERS[step.operation](context, step)
        except (SmokeTestError, WorkRequestError) as error:
            return _recovered(context, done, step, error)
        except CompilerError as error:
            return ChangeFailure(with_policies(context, error.diagnostics), done=tuple(done))
        done.append(step)
    return None


def _recovered(
    context: ChangeContext, done: list[Step], at: Step, error: SmokeTestError | WorkRequestError
) -> ChangeFailure:
    problems = with_policies(context, error.diagnostics)
    if context.change.kind is not Kind.DEPLOYMENT:
        return ChangeFailure(problems, done=tuple(done))
    try:
        words = recover(context, [*done, at], tested=isinstance(error, SmokeTestError))
    except CompilerError as second:
        return ChangeFailure((*problems, *second.diagnostics), "putting it back failed as well", tuple(done))
    return ChangeFailure(problems, words, tuple(done))
