"""One manifest of several is wrong: the others wait for it, or are applied all the same (`--keep-going`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from compiler.diagnostics import CompilerError, Diagnostic, Severity

if TYPE_CHECKING:
    from compiler.engine.selection import Compiled
    from compiler.planning.desired.types import Desired


def check_compiled(compiled: Compiled, *, keep_going: bool, prune: bool) -> None:
    """Raise `CompilerError` where a manifest that cannot be compiled stops the operation."""
    _check(compiled.problems, len(compiled.builds), keep_going=keep_going, prune=prune)


def check_desired(desired: Sequence[Desired], problems: Sequence[Diagnostic], *, keep_going: bool, prune: bool) -> None:
    """Raise `CompilerError` where a manifest that does not fit the target stops the operation."""
    _check(problems, len(desired), keep_going=keep_going, prune=prune)


def check_verified(refused: Mapping[str, Sequence[Diagnostic]], models: int, *, keep_going: bool) -> None:
    """Raise `CompilerError` where a model that is not verified stops the operation."""
    problems = [problem for found in refused.values() for problem in found]
    _check(problems, models - len(refused), keep_going=keep_going, prune=False)


def _check(problems: Sequence[Diagnostic], others: int, *, keep_going: bool, prune: bool) -> None:
    if problems and prune and keep_going:
        # What a broken manifest is for cannot be told, and it would be deleted as if the manifest were gone.
        raise CompilerError(*problems, Diagnostic("MF771", "--prune needs all manifests, and some are wrong"))
    if problems and not (keep_going and others):
        raise CompilerError(*problems, *([_held_back(others)] if others else []))


def _held_back(others: int) -> Diagnostic:
    what = "the other manifest was" if others == 1 else f"the other {others} manifests were"
    return Diagnostic("MF779", f"{what} not applied", severity=Severity.NOTE)
