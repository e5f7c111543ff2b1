"""The columns of a table against those that a model takes."""

from __future__ import annotations

from collections.abc import Sequence

from compiler.diagnostics import CompilerError, Diagnostic, did_you_mean
from compiler.scoring.rows.spec import ScoringSpec

_SHOWN = 10


def sent_columns(spec: ScoringSpec, names: Sequence[str]) -> list[str]:
    """The columns of the table that are sent: those of the input schema, or all where there is none.

    Raises `CompilerError` MF822 with all columns that are required and not there.
    """
    missing = [column.name for column in spec.columns if column.required and column.name not in names]
    others = [name for name in names if name not in {column.name for column in spec.columns}]
    if missing:
        raise CompilerError(*(_missing(name, others) for name in missing[:_SHOWN]), *_more(len(missing)))
    known = {column.name for column in spec.columns}
    return [name for name in names if not known or name in known]


def _missing(name: str, others: Sequence[str]) -> Diagnostic:
    return Diagnostic("MF822", f"the input has no column '{name}'", hint=did_you_mean(name, others))


def _more(count: int) -> list[Diagnostic]:
    return [Diagnostic("MF822", f"{count - _SHOWN} more columns are missing")] if count > _SHOWN else []
