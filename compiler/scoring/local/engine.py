"""The local engine: threads that each take the next part, have a worker process of their own answer it, write it."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Any

from compiler.diagnostics import CompilerError, failure
from compiler.events import Event, Listener, Phase
from compiler.scoring.columns import sent_columns
from compiler.scoring.local.answer_schema import AnswerSchema
from compiler.scoring.local.cutting import Part, cut
from compiler.scoring.local.journal import Journal, fingerprint, open_journal
from compiler.scoring.local.output import check_free, finish, remove_parts, scratch, store_part, writing
from compiler.scoring.local.part_scoring import ScoredPart, score_part
from compiler.scoring.local.process import WorkerOrders, WorkerProcess
from compiler.scoring.request import PART_BYTES, ScoringJob, ScoringOutcome
from compiler.scoring.rows.spec import ScoringSpec, read_spec
from compiler.scoring.tables.formats import Format, require_pyarrow
from compiler.scoring.tables.table import Table
from compiler.serving.extraction import ArtifactError, unpack


def score_locally(job: ScoringJob, listener: Listener) -> ScoringOutcome:
    """Score the whole input; parts that an earlier run has done are kept.

    Raises `CompilerError` MF820 to MF831 (`compiler.codes.scoring`), MF810 or MF812 when the model cannot be loaded.
    """
    require_pyarrow()
    check_free(job.output, overwrite=job.overwrite)
    text = job.source.format is Format.CSV
    model = _spec(job, {}, text=text)
    table = Table(job.source, {column.name: column.dtype for column in model.columns})
    spec = _spec(job, dict.fromkeys(table.schema.names), text=text)
    sent = sent_columns(spec, table.schema.names)
    with writing(job.output), open_journal(job.output.state, _mark(job), overwrite=job.overwrite) as journal:
        remove_parts(job.output, journal)
        run = _Run(job, spec, sent, journal, listener, table.rows or 0)
        run.score(cut(table.batches(), table.empty(), job.part_rows, PART_BYTES))
        finish(job.output, journal, _whole_schema(table.schema, journal.schema))
        return run.outcome()


def _spec(job: ScoringJob, taken: dict[str, object], *, text: bool) -> ScoringSpec:
    try:
        return read_spec(job.artifact.folder, taken, text=text, by_column=job.by_column)
    except ValueError as problem:
        raise failure("MF812", f"the artifact cannot be used: {problem}") from None


def _mark(job: ScoringJob) -> str:
    output = [str(job.output.format), job.output.single]
    facts = [job.artifact.digest, job.source.identity(), output, job.part_rows, PART_BYTES, job.by_column]
    return fingerprint(facts)


def _whole_schema(rows: Any, answers: Any) -> Any:
    import pyarrow as pa

    return pa.schema([*rows, *answers])


class _Run:
    """What the threads of one run share."""

    def __init__(
        self, job: ScoringJob, spec: ScoringSpec, sent: list[str], journal: Journal, listener: Listener, total: int
    ) -> None:
        self._job, self._spec, self._sent, self._journal = job, spec, sent, journal
        self._listener, self._total = listener, total
        self._schema = AnswerSchema(journal)
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._workers: list[WorkerProcess] = []
        self._resumed = len(journal.parts)
        self._rows = sum(part.rows for part in journal.parts.values())
        self._reason = ""

    def score(self, parts: Iterator[Part]) -> None:
        """Score every part that is not done yet. Raises `CompilerError` and OSError."""
        orders = self._prepare()
        with ThreadPoolExecutor(self._job.workers, thread_name_prefix="score") as threads:
            try:
                running = [threads.submit(self._work, parts, orders) for _ in range(self._job.workers)]
                done, _ = wait(running, return_when=FIRST_EXCEPTION)
                for future in done:
                    future.result()
            finally:
                self._stop()

    def outcome(self) -> ScoringOutcome:
        """The counts of all parts."""
        parts = self._journal.parts.values()
        return ScoringOutcome(
            rows=sum(part.rows for part in parts),
            scored=sum(part.scored for part in parts),
            refused=sum(part.refused for part in parts),
            parts=len(parts),
            resumed=self._resumed,
            columns=tuple(answer.name for answer in self._spec.answers),
            reason=self._reason,
        )

    def _prepare(self) -> WorkerOrders:
        """The workers' own copy of the artifact, and all that they are started with."""
        folder = scratch(self._job.output).resolve()
        shutil.rmtree(folder, ignore_errors=True)
        try:
            unpack([self._job.artifact.folder], folder / "artifact")
        except ArtifactError as problem:
            raise failure("MF812", f"the artifact cannot be used: {problem}") from None
        threads = max(1, len(os.sched_getaffinity(0)) // self._job.workers)
        log, spec = folder / "worker.log", self._spec.to_json()
        isolation = (self._job.require_isolation, self._job.mechanisms)
        return WorkerOrders(folder / "artifact", folder / "home", log, spec, threads, *isolation)

    def _work(self, parts: Iterator[Part], orders: WorkerOrders) -> None:
        """One thread: its worker is started once there is a part for it."""
        part = self._next(parts)
        if part is None:
            return
        with self._worker(orders) as worker:
            while part is not None:
                self._score(part, worker)
                part = self._next(parts)

    @contextlib.contextmanager
    def _worker(self, orders: WorkerOrders) -> Iterator[WorkerProcess]:
        """A worker that has loaded the model. What it raises once the run is stopped is dropped: it was killed."""
        with self._lock:
            worker = WorkerProcess(orders)
            self._workers.append(worker)
        try:
            worker.wait_until_ready()
            yield worker
        except CompilerError:
            if not self._stopped.is_set():
                raise
        finally:
            worker.close()
            with self._lock:
                self._workers.remove(worker)

    def _next(self, parts: Iterator[Part]) -> Part | None:
        with self._lock:
            while not self._stopped.is_set():
                part = next(parts, None)
                if part is None or part.number not in self._journal.parts:
                    return part
        return None

    def _score(self, part: Part, worker: WorkerProcess) -> None:
        def report(answers: Any) -> None:
            self._report(answers.num_rows)
            if not part.number:
                self._schema.offer(answers)

        scored = score_part(part, worker, self._sent, strict=self._job.strict, report=report)
        if not part.number:
            self._decide(scored)
        answers = self._schema.conform(scored.answers)
        if self._stopped.is_set():
            return
        done = store_part(self._job.output, scored, answers)
        with self._lock:
            self._journal.add(done)
            self._reason = self._reason or next((str(row["reason"]) for row in scored.rejected), "")

    def _decide(self, scored: ScoredPart) -> None:
        """The types of the answers at the latest after the first part. Raises MF823 when it has no answer."""
        if scored.part.rows and not scored.count:
            reason = scored.rejected[0]["reason"]
            raise failure("MF823", f"none of the first {scored.part.rows} rows is taken; the first: {reason}")
        self._schema.offer(scored.answers[-1], last=True)

    def _report(self, rows: int) -> None:
        with self._lock:
            self._rows += rows
            text = f"{self._rows:,} rows scored"
            self._listener(Event(Phase.PROGRESS, self._job.artifact.name, text, self._rows, self._total))

    def _stop(self) -> None:
        self._stopped.set()
        self._schema.abandon()
        with self._lock:
            for worker in self._workers:
                worker.kill()
