"""The golden rows in other company: each alone, all in another order. No answer may depend on the rows around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compiler.ir import Json
from compiler.verify.compare import compare

MOST = 20
"""Rows that are asked again: each costs a request."""


@dataclass(frozen=True, slots=True)
class Company:
    """Some of the golden rows, as one request."""

    rows: tuple[int, ...]
    """Their numbers, from 0, in the order of the request."""
    payload: Json

    @property
    def words(self) -> str:
        """How the rows are sent, for messages."""
        if len(self.rows) == 1:
            return f"row {self.rows[0]} alone"
        return f"rows {self.rows[0]} to {self.rows[-1]}" + (" (reversed)" if self.rows[0] > self.rows[-1] else "")


def companies(request: Json, batch: int = 1) -> tuple[Company, ...]:
    """Further requests that the rows of `request` make: reversed, and block by block; none of a single block.

    `request` is a list of rows or {column: values}. `batch` is the number of rows that the model takes at a time.
    """
    most = min(_count(request), MOST) // batch * batch
    if most <= batch:
        reordered = [tuple(reversed(range(most)))] if most > 1 else []
        return tuple(Company(rows, _take(request, rows)) for rows in reordered)
    blocks = [tuple(range(start, start + batch)) for start in range(0, most, batch)]
    return tuple(Company(rows, _take(request, rows)) for rows in [tuple(reversed(range(most))), *blocks])


def dependence(company: Company, answers: Sequence[Json], together: Sequence[Json], tolerance: float) -> str | None:
    """What shows that an answer depends on the rows around it, or None. `together`: the answers to all rows at once."""
    found = compare(answers, [together[row] for row in company.rows], tolerance)
    if not found.differing:
        return None
    at = found.differing[0]
    row = company.rows[at]
    return (
        f"golden row {row} is answered {answers[at]!r:.60} in a request of {company.words}, and "
        f"{together[row]!r:.60} in one of all {len(together)} golden rows"
    )


def _count(request: Json) -> int:
    if isinstance(request, dict):
        return min((len(cells) for cells in request.values() if isinstance(cells, list)), default=0)
    return len(request) if isinstance(request, list) else 0


def _take(request: Json, rows: Sequence[int]) -> Json:
    if isinstance(request, dict):
        return {name: [cells[row] for row in rows] for name, cells in request.items() if isinstance(cells, list)}
    assert isinstance(request, list)
    return [request[row] for row in rows]
