"""Batches of rows on a Spark executor: score.py is loaded once in each Python process, then asked batch by batch."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from compiler.scoring.rows.scorer import Scorer
from compiler.scoring.rows.spec import ScoringSpec
from compiler.serving.scoring import Score

REASON = "_manifact_reason"
"""Column of the reason why a row has no answer; null where it has one."""
CORRUPT = "_manifact_corrupt"
"""Column in which Spark puts a line that it cannot read."""
UNREADABLE = "the line is not a row of the table"


@lru_cache(maxsize=1)
def scorer_of(folder: str, spec: str) -> Scorer:
    """The scorer of an artifact directory: loaded once, since Spark keeps its Python processes."""
    sys.dont_write_bytecode = True
    return Scorer(Score(Path(folder)), ScoringSpec.from_json(spec))


def score_batches(batches: Iterable[Any], scorer: Scorer, sent: list[str], schema: Any) -> Iterator[Any]:
    """The batches with answers of the pyarrow `schema` and a column of reasons appended.

    Raises AnswerError when answers have another form or type.
    """
    import pyarrow as pa

    from compiler.scoring.rows.answers import AnswerError

    for batch in batches:
        answers, reasons = _answers(batch, scorer, sent)
        try:
            answers = answers.cast(schema)
        except (pa.ArrowException, ValueError) as problem:
            raise AnswerError(f"later answers have another type than the first: {problem}") from None
        names = [*batch.schema.names, *schema.names, REASON]
        columns = [*batch.columns, *answers.columns, pa.array(reasons, pa.string())]
        yield pa.RecordBatch.from_arrays(columns, names=names)


def answer_types(batches: Iterable[Any], scorer: Scorer, sent: list[str]) -> Iterator[Any]:
    """The schema of the first answers, serialized; nothing where no row has one."""
    import pyarrow as pa

    for batch in batches:
        answers, reasons = _answers(batch, scorer, sent)
        if None in reasons:
            content = answers.schema.serialize().to_pybytes()
            yield pa.RecordBatch.from_arrays([pa.array([content], pa.binary())], names=["schema"])
            return


def known_schema(content: bytes | None, spec: ScoringSpec) -> Any:
    """The pyarrow schema of the answers; text where the first answers hold no value."""
    import pyarrow as pa

    if content is None:
        return pa.schema([(answer.name, pa.string()) for answer in spec.answers])
    fields = pa.ipc.read_schema(pa.py_buffer(content))
    return pa.schema([(field.name, pa.string() if pa.types.is_null(field.type) else field.type) for field in fields])


def _answers(batch: Any, scorer: Scorer, sent: list[str]) -> tuple[Any, list[str | None]]:
    """Answers and reasons; lines that Spark could not read are not sent, and each has a reason."""
    import pyarrow as pa

    reasons: list[str | None] = [None] * batch.num_rows
    corrupt = batch.column(CORRUPT).to_pylist() if CORRUPT in batch.schema.names else [None] * batch.num_rows
    positions = [row for row, line in enumerate(corrupt) if line is None]
    scored = scorer.score(batch.select(sent).take(pa.array(positions, pa.int64())))
    places: list[int | None] = [None] * batch.num_rows
    for at, row in enumerate(positions):
        places[row], reasons[row] = at, scored.refused.get(at)
    reasons = [UNREADABLE if line is not None else reason for line, reason in zip(corrupt, reasons, strict=True)]
    return scored.answers.take(pa.array(places, pa.int64())), reasons
