"""The types of the answers, the same in all parts: those of the first answers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from compiler.diagnostics import failure
from compiler.scoring.local.journal import Journal


class AnswerSchema:
    """Decided by the first part, as soon as one of its rows has an answer; other threads wait for that."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._decided = threading.Event()
        if journal.schema is not None:
            self._decided.set()

    def offer(self, answers: Any, *, last: bool = False) -> None:
        """Answers of the first part: their types count unless they hold no value. `last`: there are no more of it."""
        import pyarrow as pa

        valueless = any(pa.types.is_null(kind) for kind in answers.schema.types)
        if self._decided.is_set() or (not last and (valueless or not answers.num_rows)):
            return
        known = [pa.field(f.name, pa.string() if pa.types.is_null(f.type) else f.type) for f in answers.schema]
        self._journal.fix_schema(pa.schema(known))
        self._decided.set()

    def abandon(self) -> None:
        """Let nobody wait any more: the run ends."""
        self._decided.set()

    def conform(self, answers: Sequence[Any]) -> list[Any]:
        """The batches with the types that all parts have, once they are known. Raises `CompilerError` MF830."""
        import pyarrow as pa

        self._decided.wait()
        schema = self._journal.schema
        if schema is None:
            raise failure("MF826", "the run was stopped before there was an answer")
        try:
            return [batch.cast(schema) for batch in answers]
        except (pa.ArrowException, ValueError) as problem:
            kinds = ", ".join(f"{field.name}: {field.type}" for field in schema)
            raise failure("MF830", f"later answers have another type than the first ({kinds}): {problem}") from None
