"""Where a project keeps what is made for it: `build/` for people, `.manifact/` for the tool."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

BUILD_FOLDER = "build"
STATE_FOLDER = ".manifact"
OUR_FOLDERS = (BUILD_FOLDER, STATE_FOLDER)
"""Made at the project root, each with a `.gitignore` of `*`."""


@dataclass(frozen=True, slots=True)
class ProjectLayout:
    """The folders at a project root."""

    root: Path

    @property
    def builds(self) -> Path:
        """Artifacts and execution plans, a folder a model."""
        return self.root / BUILD_FOLDER

    @property
    def state(self) -> Path:
        """Everything below is the tool's own."""
        return self.root / STATE_FOLDER

    @property
    def cache(self) -> Path:
        """What was built from what."""
        return self.state / "cache"

    @property
    def receipts(self) -> Path:
        """Verifications that are remembered."""
        return self.state / "receipts"

    @property
    def failures(self) -> Path:
        """Applies that failed, until one succeeds."""
        return self.state / "failures"

    @property
    def fetched(self) -> Path:
        """Files that manifests name by `uri`, a folder a SHA-256."""
        return self.state / "fetched"

    @property
    def store(self) -> Path:
        """The embedded OCI of the target `local`."""
        return self.state / "local"

    def build(self, name: str) -> Path:
        """`build/<name>`: holds `artifact/`, `artifact.json`, `plan.json`, `report.html` and `attachments/`."""
        return self.builds / name
