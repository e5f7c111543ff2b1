"""Score: answers of a model for every row of a table, on this machine or on a Spark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from compiler.diagnostics import Diagnostic, Severity, failure
from compiler.engine.checkout import Checkout
from compiler.engine.result import Result
from compiler.engine.session import TargetRequest
from compiler.engine.target.scoring.places import artifact_of, output_of, source_of
from compiler.events import Listener, ignore
from compiler.render.lines import Line

if TYPE_CHECKING:
    from compiler.render.documents.targets import ScoreDocument
    from compiler.scoring.request import Artifact, ScoringOutcome

Engine: TypeAlias = Literal["local", "spark"]


@dataclass(frozen=True, slots=True)
class SparkRequest:
    """Where Spark is, and how its session is set up."""

    master: str | None = None
    """As `spark-submit --master` takes it; None: what Spark's own settings say, else this machine."""
    settings: tuple[tuple[str, str], ...] = ()
    """Settings of the session, key and value."""
    write_job: Path | None = None
    """Write the job and its artifact into this folder, and run nothing."""


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """What to score, by whom, where to."""

    model: str
    """Name of a model (what its deployment serves, else its newest version), artifact directory or zip archive,
    manifest or its folder, or the OCID of a model or deployment."""
    input: str
    """A file or folder of Parquet, CSV, JSON lines or Arrow, or `oci://bucket@namespace/name`."""
    output: str
    """A file, in the format of its ending; a folder of Parquet where it has none."""
    engine: Engine = "local"
    target: TargetRequest = field(default_factory=TargetRequest)
    workers: int | None = None
    """Processes that answer; None: as many as there are CPUs."""
    part_rows: int | None = None
    """Rows that are written at a time."""
    strict: bool = False
    """Stop at the first row that is refused."""
    overwrite: bool = False
    by_column: bool | None = None
    """Send {column: values}; None: where score.py has the functions of Oracle ADS's."""
    require_isolation: bool = False
    spark: SparkRequest = field(default_factory=SparkRequest)


@dataclass(frozen=True, slots=True)
class ScoreResult(Result):
    """What came of it."""

    name: str
    digest: str
    engine: Engine
    output: str
    rejected: str
    """The side file; there is one only where rows were refused."""
    outcome: ScoringOutcome
    job: str = ""
    """The job that was written instead of being run."""

    @property
    def diagnostics(self) -> Sequence[Diagnostic]:
        """A warning where rows were refused."""
        if not self.outcome.refused:
            return ()
        reason = f"; the first: {self.outcome.reason}" if self.outcome.reason else ""
        message = f"{self.outcome.refused:,} of {self.outcome.rows:,} rows are refused{reason}"
        hint = f"{self.rejected} has every one with its reason"
        return (Diagnostic("MF823", message, hint=hint, severity=Severity.WARNING),)

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - never long
        """How many rows have an answer, and where."""
        from compiler.render.words import count, digest

        found = self.outcome
        if self.job:
            return [Line(f"  wrote {self.job} and artifact.zip  {digest(self.digest)}")]
        resumed = f", {count(found.resumed, 'part')} from an earlier run" if found.resumed else ""
        return [
            Line(f"  {self.name}  {digest(self.digest)}  engine {self.engine}"),
            Line(f"  wrote {self.output}  {count(found.scored, 'row')} with {', '.join(found.columns)}{resumed}"),
        ]

    def to_json(self) -> ScoreDocument:
        """What `score --json` prints."""
        from compiler.render.diagnostics import as_json

        return {
            "formatVersion": 1,
            "name": self.name,
            "digest": self.digest,
            "engine": self.engine,
            "output": self.output,
            "rejected": self.rejected if self.outcome.refused else None,
            "rows": self.outcome.rows,
            "scored": self.outcome.scored,
            "refused": self.outcome.refused,
            "parts": self.outcome.parts,
            "resumed": self.outcome.resumed,
            "columns": list(self.outcome.columns),
            "job": self.job or None,
            "diagnostics": [as_json(problem) for problem in self.diagnostics],
        }


def score_table(checkout: Checkout, request: ScoreRequest, listener: Listener = ignore) -> ScoreResult:
    """Score a table.

    Raises `CompilerError` MF820 to MF832 (`compiler.codes.scoring`), and what finding the artifact raises: MF811,
    MF521, MF761, and the problems of a wrong manifest.
    """
    _check_options(request)
    with artifact_of(checkout, request.model, request.target, listener) as artifact:
        if request.engine == "spark":
            return _score_on_spark(checkout, request, artifact, listener)
        return _score_locally(checkout, request, artifact, listener)


def _check_options(request: ScoreRequest) -> None:
    """Raise `CompilerError` MF832 for an option that the engine does not know."""
    spark = {"--master": request.spark.master, "--conf": request.spark.settings, "--write-job": request.spark.write_job}
    local = {
        "--workers": request.workers,
        "--part-rows": request.part_rows,
        "--require-isolation": request.require_isolation,
    }
    for option, value in (spark if request.engine == "local" else local).items():
        if value:
            raise failure("MF832", f"the engine '{request.engine}' does not take {option}")


def _score_locally(checkout: Checkout, request: ScoreRequest, artifact: Artifact, listener: Listener) -> ScoreResult:
    from compiler.scoring.local.engine import score_locally
    from compiler.scoring.request import PART_ROWS, ScoringJob

    output = output_of(checkout, request.output)
    with source_of(checkout, request.input, request.target, listener) as source:
        job = ScoringJob(
            artifact,
            source,
            output,
            request.workers or _processors(),
            request.part_rows or PART_ROWS,
            request.strict,
            request.overwrite,
            request.by_column,
            request.require_isolation,
        )
        outcome = score_locally(job, listener)
    rejected = f"{request.output.rstrip('/')}.rejected.jsonl"
    return ScoreResult(artifact.name, artifact.digest, "local", request.output, rejected, outcome)


def _processors() -> int:
    import os

    return len(os.sched_getaffinity(0))


def _score_on_spark(checkout: Checkout, request: ScoreRequest, artifact: Artifact, listener: Listener) -> ScoreResult:
    from compiler.scoring.request import ScoringOutcome
    from compiler.scoring.spark.engine import SparkJob, score_on_spark
    from compiler.scoring.spark.job import write_job

    options = _job_options(checkout, request)
    rejected = f"{request.output.rstrip('/')}.rejected.jsonl"
    if request.spark.write_job is not None:
        job = write_job(checkout.path(request.spark.write_job), artifact.folder, options)
        nothing = ScoringOutcome(0, 0, 0, 0, 0, ())
        return ScoreResult(artifact.name, artifact.digest, "spark", request.output, rejected, nothing, str(job))
    task = SparkJob(artifact.folder, options, request.spark.master, request.spark.settings)
    outcome = score_on_spark(task, artifact.name, checkout.environ, listener)
    return ScoreResult(artifact.name, artifact.digest, "spark", request.output, rejected, outcome)


def _job_options(checkout: Checkout, request: ScoreRequest) -> dict[str, Any]:
    """Options of the job. Raises `CompilerError` MF832 for what Spark cannot do, MF821 or MF824 for local paths."""
    from compiler.scoring.tables.formats import Format, format_of

    written = _spark_output(checkout, request)
    if "://" in request.input:
        read, path = format_of(request.input) or Format.PARQUET, request.input
    else:
        from compiler.scoring.tables.sources import find_source

        local = checkout.path(Path(request.input))
        read, path = find_source(local, request.input).format, str(local)
    if Format.ARROW in (read, written["output_format"]):
        raise failure("MF832", "Spark does not read or write Arrow files", hint="use --engine local")
    flags = {"strict": request.strict, "overwrite": request.overwrite, "by_column": request.by_column}
    return {"input": path, "format": str(read), **written, **flags}


def _spark_output(checkout: Checkout, request: ScoreRequest) -> dict[str, Any]:
    from compiler.scoring.tables.formats import Format, format_of

    if "://" in request.output:
        kind = format_of(request.output)
        return {"output": request.output, "output_format": str(kind or Format.PARQUET), "single": kind is not None}
    output = output_of(checkout, request.output)
    if output.path.exists() and not request.overwrite:
        raise failure("MF824", f"{request.output} is there already")
    return {"output": str(output.path), "output_format": str(output.format), "single": output.single}
