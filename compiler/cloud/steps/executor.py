"""Carry out one change, step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from compiler.cloud.datascience.smoke_test import SmokeTestError
from compiler.cloud.datascience.waiters import WorkRequestError
from compiler.cloud.steps import (
    catalog as steps_catalog,
)
from compiler.cloud.steps import (
    deployment as steps_deployment,
)
from compiler.cloud.steps import (
    objects as steps_objects,
)
from compiler.cloud.steps import (
    references as steps_references,
)
from compiler.cloud.steps.context import Work
from compiler.cloud.steps.policy_hints import with_policies
from compiler.cloud.steps.rollback import recover
from compiler.diagnostics import CompilerError, Diagnostic
from compiler.planning.changes.types import Kind, Step

HANDLERS: Mapping[str, Callable[[Work, Step], None]] = {
    **steps_catalog.HANDLERS,
    **steps_objects.HANDLERS,
    **steps_references.HANDLERS,
    **steps_deployment.HANDLERS,
}


@dataclass(frozen=True, slots=True)
class Failed:
    """A change that could not be finished, and what was done about it."""

    problems: tuple[Diagnostic, ...]
    recovered: str = ""
    """In words; empty when nothing was put back."""
    done: tuple[Step, ...] = field(default=())


def execute(work: Work) -> Failed | None:
    """Carry out all steps of `work.change`; None when that worked.

    A deployment that fails its test, or whose update the service cannot carry out, is put back as `recovery` says.
    Every other problem leaves things as they are: the next apply goes on from there. Raises `Interrupted`.
    """
    done: list[Step] = []
    for step in work.change.steps:
        work.watch.check()
        try:
            HANDLERS[step.operation](work, step)
        except (SmokeTestError, WorkRequestError) as problem:
            return _recovered(work, done, step, problem)
        except CompilerError as problem:
            return Failed(with_policies(work, problem.diagnostics), done=tuple(done))
        done.append(step)
    return None


def _recovered(work: Work, done: list[Step], at: Step, problem: SmokeTestError | WorkRequestError) -> Failed:
    problems = with_policies(work, problem.diagnostics)
    if work.change.kind is not Kind.DEPLOYMENT:
        return Failed(problems, done=tuple(done))
    try:
        words = recover(work, [*done, at], tested=isinstance(problem, SmokeTestError))
    except CompilerError as second:
        return Failed((*problems, *second.diagnostics), "putting it back failed as well", tuple(done))
    return Failed(problems, words, tuple(done))
