"""Score: answers of a model for every row of a table, on this machine or on a Spark."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from compiler.diagnostics import Diagnostic, Severity, failure
from compiler.engine.checkout import Checkout
from compiler.engine.result import Result
from compiler.engine.session import TargetRequest, open_session
from compiler.events import Listener, ignore
from compiler.render.lines import Line

if TYPE_CHECKING:
    from compiler.render.documents.targets import ScoreDocument
    from compiler.scoring.request import Artifact, Output, ScoringOutcome
    from compiler.scoring.tables.sources import Source

Engine: TypeAlias = Literal["local"]
_OBJECT = "oci://"


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
            "diagnostics": [as_json(problem) for problem in self.diagnostics],
        }


def score_table(checkout: Checkout, request: ScoreRequest, listener: Listener = ignore) -> ScoreResult:
    """Score a table.

    Raises `CompilerError` MF820 to MF832 (`compiler.codes.scoring`), and what finding the artifact raises: MF811,
    MF521, MF761, and the problems of a wrong manifest.
    """
    with _artifact(checkout, request, listener) as artifact:
        return _score_locally(checkout, request, artifact, listener)


def _score_locally(checkout: Checkout, request: ScoreRequest, artifact: Artifact, listener: Listener) -> ScoreResult:
    from compiler.scoring.local.engine import score_locally
    from compiler.scoring.request import PART_ROWS, ScoringJob

    output = _output(checkout, request.output)
    with _source(checkout, request, listener) as source:
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


def _output(checkout: Checkout, given: str) -> Output:
    from compiler.scoring.request import Output
    from compiler.scoring.tables.formats import COMPRESSED, SUFFIXES, Format

    if given.startswith(_OBJECT):
        raise failure("MF832", "the engine 'local' writes to this machine, not to object storage")
    path = checkout.path(Path(given))
    suffix = path.suffix.lower()
    if not suffix or (path.is_dir() and suffix not in SUFFIXES):
        return Output(path, Format.PARQUET, single=False)
    if suffix in COMPRESSED or suffix not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        hint = f"end it in one of {known}, or in nothing for a folder of Parquet"
        raise failure("MF832", f"'{suffix}' is not a format that can be written", hint=hint)
    return Output(path, SUFFIXES[suffix], single=True)


@contextlib.contextmanager
def _source(checkout: Checkout, request: ScoreRequest, listener: Listener) -> Iterator[Source]:
    """The input; objects are brought here for as long as the block runs."""
    from compiler.scoring.tables.sources import find_source

    if not request.input.startswith(_OBJECT):
        yield find_source(checkout.path(Path(request.input)), request.input)
        return
    from compiler.engine.target.planning import transferring
    from compiler.workspace.fetched import parse_uri
    from compiler.workspace.layout import ProjectLayout
    from compiler.workspace.root import private_folder

    bucket, namespace, name = parse_uri(request.input)
    with open_session(checkout, request.target, listener) as session:
        from compiler.cloud.objectstorage.objects import Place
        from compiler.cloud.objectstorage.tables import bring

        layout = ProjectLayout(session.root)
        private_folder(layout.state)
        watch = transferring(request.input, listener)
        folder = bring(session.connection, Place(namespace, bucket, name), layout.state / "score", watch)
    yield find_source(folder, request.input)
    shutil.rmtree(folder)  # only now: an interrupted run finds them again


@contextlib.contextmanager
def _artifact(checkout: Checkout, request: ScoreRequest, listener: Listener) -> Iterator[Artifact]:
    """The artifact directory of the model; what is not here as one is brought into a folder of this run."""
    from compiler.engine.artifact.resolve import resolve_artifact

    with tempfile.TemporaryDirectory(prefix="manifact-score-") as scratch:
        folder = Path(scratch) / "artifact"
        found = None if request.model.startswith("ocid1.") else resolve_artifact(checkout, Path(request.model))
        if found is None:
            yield _pulled(checkout, request, folder, listener)
        else:
            yield _local(checkout, request.model, folder, listener)


def _pulled(checkout: Checkout, request: ScoreRequest, folder: Path, listener: Listener) -> Artifact:
    from compiler.engine.target.pull import PullRequest, pull_artifact
    from compiler.scoring.request import Artifact

    pulled = pull_artifact(checkout, PullRequest(request.model, folder, request.target), listener).pulled
    return Artifact(folder, request.model, pulled.digest)


def _local(checkout: Checkout, given: str, folder: Path, listener: Listener) -> Artifact:
    from compiler.emit import digest
    from compiler.engine.artifact.serve import ServeRequest, servable_artifact
    from compiler.introspection.files import artifact_files
    from compiler.ir import SourceFile
    from compiler.scoring.request import Artifact
    from compiler.serving.extraction import unpack

    found = servable_artifact(checkout, ServeRequest(Path(given)), listener)
    files = {
        name: SourceFile(name, found.path, file.size, file.sha256())
        for name, file in artifact_files(found.path).items()
    }
    if found.path.is_dir():
        folder = found.path
    else:
        unpack([found.path], folder)
    return Artifact(folder, found.name, f"sha256:{digest(files)}")
