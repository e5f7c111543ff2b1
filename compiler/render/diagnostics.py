"""A diagnostic for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.diagnostics import Diagnostic

if TYPE_CHECKING:
    from compiler.render.documents.problems import PlaceOfProblem, Problem

_SNIPPET = 100
"""Characters of a line of the user's that are shown."""


def render(problem: Diagnostic) -> str:
    """A diagnostic as text.

    manifests/wine/model.yaml:14:12: error[MF102]: unknown use case 'multinomial_clasification'
       14 |   useCase: multinomial_clasification
          |            ^^^^^^^^^^^^^^^^^^^^^^^^^ did you mean 'multinomial_classification'?
    """
    where = problem.where
    place = f"{where}: " if where else ""
    head = f"{place}{problem.severity}[{problem.code}]: {problem.message}"
    if where is None or not where.snippet:
        return f"{head}\n  = {_indented(problem.hint)}" if problem.hint else head
    number = f"{where.line:>5}"
    line, first = _window(where.snippet, where.column - 1)
    length = max(1, min(where.end_column - where.column, len(line) - first))
    hint = f" {problem.hint}" if problem.hint else ""
    return f"{head}\n{number} | {line}\n{' ' * len(number)} | {' ' * first}{'^' * length}{hint}"


def _indented(hint: str) -> str:
    """A hint of several lines (something to copy), below its first one."""
    return hint.replace("\n", "\n    ")


def _window(line: str, column: int) -> tuple[str, int]:
    """The part of a long line around `column`, and where `column` is in it."""
    line = line.replace("\t", " ")
    start = 0 if len(line) <= _SNIPPET else max(0, min(column - _SNIPPET // 2, len(line) - _SNIPPET))
    shown = line[start : start + _SNIPPET]
    before, after = "…" if start else "", "…" if start + _SNIPPET < len(line) else ""
    return f"{before}{shown}{after}", column - start + len(before)


def as_json(problem: Diagnostic) -> Problem:
    """A diagnostic for programs."""
    where = problem.where
    place: PlaceOfProblem | None = {"path": where.path, "line": where.line, "column": where.column} if where else None
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        "where": place,
        "hint": problem.hint,
    }
