"""What compiling one manifest gives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from compiler.diagnostics import Diagnostic
from compiler.emit.record import ArtifactRecord
from compiler.ir import Golden, ModelFacts
from compiler.planning.desired.types import Desired
from compiler.workspace.layout import ProjectLayout

ATTACHMENTS = "attachments"
PLAN_NAME = "plan.json"
REPORT_NAME = "report.html"


@dataclass(frozen=True, slots=True)
class Build:
    """A compiled manifest."""

    name: str
    manifest: Path
    root: Path
    """The project root; `build/` and `.manifact/` lie there."""
    facts: ModelFacts
    record: ArtifactRecord | None
    """None with `spec.modelId`: nothing is built, and `build/<name>` holds `plan.json` alone."""
    desired: Desired
    golden: Golden | None
    own_score: bool
    """Whether score.py is not one that we generated."""
    container: bool = False
    """Whether only a container can run it."""
    warnings: tuple[Diagnostic, ...] = ()
    unchanged: bool = False
    """Whether an earlier build was found to be what compiling would give."""

    @property
    def layout(self) -> ProjectLayout:
        """The folders at the project root."""
        return ProjectLayout(self.root)

    @property
    def directory(self) -> Path:
        """`build/<name>`: holds `artifact/`, `artifact.json`, `plan.json`, `report.html` and `attachments/`."""
        return self.layout.build(self.name)

    @property
    def artifact(self) -> Path:
        """The artifact directory: exactly what is uploaded."""
        return self.directory / "artifact"

    @property
    def card(self) -> Path:
        """The model card."""
        return self.directory / REPORT_NAME

    @property
    def state(self) -> Path:
        """`.manifact`: the embedded OCI, caches and receipts."""
        return self.layout.state


def attached_files(directory: Path) -> dict[str, Path]:
    """The files that `catalog.custom` attaches, by their sha256, as a build left them in `directory`."""
    folder = directory / ATTACHMENTS
    return {path.name: path for path in folder.iterdir()} if folder.is_dir() else {}
