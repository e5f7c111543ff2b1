"""A batch of rows through score.py: answers for the rows that it takes, a reason for every row that it refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from compiler.scoring.rows.answers import AnswerError, UnsendableError, answer_batch, answered_rows
from compiler.scoring.rows.cells import json_cells
from compiler.scoring.rows.spec import ModelColumn, ScoringSpec
from compiler.serving.scoring import Score, explained

_ADS_FUNCTIONS = ("deserialize", "pre_inference")
"""Functions of score.py as Oracle ADS, or we, generate it: such a one takes columns."""
_ROW = re.compile(r"^row 0: |, row 0(?=:)")


@dataclass(frozen=True, slots=True)
class ScoredBatch:
    """The answers of one batch."""

    answers: Any
    """pyarrow RecordBatch with one entry for each row; null for those that were refused."""
    refused: dict[int, str]
    """Row of the batch, from 0 -> why it has no answer."""


@dataclass(slots=True)
class _Batch:
    """The rows of a batch while they are scored."""

    cells: dict[str, list[Any]]
    rows: list[Any]
    answered: list[bool]
    refused: dict[int, str] = field(default_factory=dict)


class Scorer:
    """Scores batches with one loaded score.py."""

    def __init__(self, score: Score, spec: ScoringSpec) -> None:
        self._score, self._spec = score, spec
        by_column = spec.by_column
        if by_column is None:
            by_column = all(callable(score.attribute(name)) for name in _ADS_FUNCTIONS)
        self._payload: Callable[[dict[str, list[Any]]], Any] = dict if by_column else _records
        self._rows_a_call = max(int(score.attribute("BATCH") or 1), 1)

    def score(self, batch: Any) -> ScoredBatch:
        """Score a pyarrow RecordBatch. Raises AnswerError when answers have another form than one a row.

        A row is refused where score.py raises, whatever it raises: the others of its batch are asked again without it.
        """
        count = batch.num_rows
        work = _Batch(self._cells(batch), [None] * count, [False] * count)
        if count:
            self._answer(work, 0, count)
        return ScoredBatch(answer_batch(work.rows, work.answered, self._spec.answers), work.refused)

    def _cells(self, batch: Any) -> dict[str, list[Any]]:
        known = {column.name: column for column in self._spec.columns}
        names = [name for name in batch.schema.names if not known or name in known]
        fields = [known.get(name) or ModelColumn(name, "", required=False) for name in names]
        return {f.name: json_cells(batch.column(f.name), f, text=self._spec.text) for f in fields}

    def _answer(self, work: _Batch, start: int, end: int) -> None:
        """Answer some rows; where that fails, each half of them, down to the rows that are to blame."""
        try:
            work.rows[start:end] = self._ask(work.cells, start, end)
            work.answered[start:end] = [True] * (end - start)
        except AnswerError:
            raise
        except BaseException as problem:  # user code: SystemExit and KeyboardInterrupt too
            if end - start == 1:
                work.refused[start] = _reason(problem)
                return
            middle = (start + end) // 2
            self._answer(work, start, middle)
            self._answer(work, middle, end)

    def _ask(self, cells: dict[str, list[Any]], start: int, end: int) -> list[Any]:
        """One call. A model that takes a fixed number of rows gets the last one again until there are as many."""
        more = -(end - start) % self._rows_a_call
        part = {name: values[start:end] + values[end - 1 : end] * more for name, values in cells.items()}
        return answered_rows(self._score.predict(self._payload(part)), end - start + more)[: end - start]


def _records(cells: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]


def _reason(problem: BaseException) -> str:
    """As the endpoint words it: score.py's own words for a wrong request, else the kind of the exception too."""
    if isinstance(problem, UnsendableError):
        return str(problem)
    if isinstance(problem, (ValueError, TypeError)):
        return _ROW.sub("", str(problem)) or type(problem).__name__
    return explained(problem)
