"""One part: its rows answered by a worker, with the caller's columns before the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from compiler.diagnostics import failure
from compiler.scoring.local.cutting import Part
from compiler.scoring.local.process import Scored, WorkerProcess


@dataclass(frozen=True, slots=True)
class ScoredPart:
    """The rows of a part that have answers, and those that have none."""

    part: Part
    rows: tuple[Any, ...]
    """pyarrow RecordBatches of the caller's columns."""
    answers: tuple[Any, ...]
    """Those of the answers, row by row the same."""
    rejected: tuple[dict[str, Any], ...]
    """Lines of the side file."""

    @property
    def count(self) -> int:
        """How many rows have an answer."""
        return sum(batch.num_rows for batch in self.answers)


def score_part(
    part: Part, worker: WorkerProcess, sent: list[str], *, strict: bool, report: Callable[[Any], None]
) -> ScoredPart:
    """Send the columns `sent` of each batch; `report` hears the answers of every batch.

    Raises `CompilerError` as `WorkerProcess.score` does, and with `strict` MF823 at the first row without an answer.
    """
    rejected = [{"line": row.text, "reason": row.reason} for row in part.unreadable]
    if strict and part.unreadable:
        raise failure("MF823", f"a line of the input is not a row: {part.unreadable[0].reason}")
    rows, answers, first = [], [], part.first_row
    for batch in part.batches:
        scored = worker.score(batch.select(sent))
        if strict and scored.refused:
            row, reason = next(iter(scored.refused.items()))
            raise failure("MF823", f"row {first + row} is refused: {reason}")
        rejected += _rejected(batch, scored, first)
        kept, answered = _answered(batch, scored)
        rows.append(kept)
        answers.append(answered)
        report(answered)
        first += batch.num_rows
    return ScoredPart(part, tuple(rows), tuple(answers), tuple(rejected))


def _rejected(batch: Any, scored: Scored, first: int) -> Iterator[dict[str, Any]]:
    for row, reason in sorted(scored.refused.items()):
        yield {"row": first + row, "reason": reason, "values": batch.slice(row, 1).to_pylist()[0]}


def _answered(batch: Any, scored: Scored) -> tuple[Any, Any]:
    """The rows that have answers, and those."""
    import pyarrow as pa

    if not scored.refused:
        return batch, scored.answers
    mask = pa.array([row not in scored.refused for row in range(batch.num_rows)], pa.bool_())
    return batch.filter(mask), scored.answers.filter(mask)
