"""What compiling one manifest gives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from compiler.diagnostics import Diagnostic
from compiler.emit.record import ArtifactRecord
from compiler.ir import Golden, ModelFacts
from compiler.planning.desired import Desired


@dataclass(frozen=True, slots=True)
class Build:
    """A compiled manifest."""

    name: str
    manifest: Path
    root: Path
    """The project root; `build/` and `.manifact/` lie there."""
    facts: ModelFacts
    record: ArtifactRecord
    desired: Desired
    golden: Golden | None
    own_score: bool
    """Whether the user brought score.py."""
    warnings: tuple[Diagnostic, ...] = ()
    unchanged: bool = False
    """Whether an earlier build was found to be what compiling would give."""

    @property
    def directory(self) -> Path:
        """`build/<name>`: holds `artifact/`, `artifact.json` and `plan.json`."""
        return self.root / "build" / self.name

    @property
    def artifact(self) -> Path:
        """The artifact directory: exactly what is uploaded."""
        return self.directory / "artifact"

    @property
    def state(self) -> Path:
        """`.manifact`: the embedded OCI, caches and receipts."""
        return self.root / ".manifact"
