"""What is to be scored, by whom, where the answers go; what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from compiler.scoring.tables.formats import Format
from compiler.scoring.tables.sources import Source
from compiler.serving.isolation.isolate import MECHANISMS

PART_ROWS = 100_000
PART_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Artifact:
    """The artifact that answers."""

    folder: Path
    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Output:
    """Where the answers go."""

    path: Path
    format: Format
    single: bool
    """Whether it is one file; else a folder of Parquet files."""

    @property
    def rejected(self) -> Path:
        """The side file: rows without an answer, JSON lines."""
        return self.path.with_name(self.path.name + ".rejected.jsonl")

    @property
    def state(self) -> Path:
        """Our own folder; readers of tables pass over names that begin with `_`."""
        return self.path.with_name(f"_{self.path.name}.parts") if self.single else self.path / "_manifact"

    @property
    def parts(self) -> Path:
        """The folder of the parts."""
        return self.state / "parts" if self.single else self.path


@dataclass(frozen=True, slots=True)
class ScoringJob:
    """All that the local engine needs to know."""

    artifact: Artifact
    source: Source
    output: Output
    workers: int
    part_rows: int = PART_ROWS
    strict: bool = False
    """Stop at the first row without an answer."""
    overwrite: bool = False
    """Replace what is at the output."""
    by_column: bool | None = None
    """Send {column: values}; None: where score.py has the functions of Oracle ADS's."""
    require_isolation: bool = False
    mechanisms: tuple[str, ...] = MECHANISMS


@dataclass(frozen=True, slots=True)
class ScoringOutcome:
    """What came of it."""

    rows: int
    """Rows of the input."""
    scored: int
    refused: int
    parts: int
    resumed: int
    """Parts that were there before."""
    columns: tuple[str, ...]
    """Names of the columns of answers."""
    reason: str = ""
    """Why the first row without an answer has none."""
