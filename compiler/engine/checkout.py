"""Where an operation runs: a folder, the project root around it, and the environment variables, handed in once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compiler.workspace.project import Workspace


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder of the user's, seen by one caller; one process can serve several with other variables each."""

    start: Path
    """Absolute; relative paths of requests start from here."""
    root: Path | None = None
    """`--root`: fixes the project root; None: it is searched from the folder in question upwards."""
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    """MANIFACT_TARGET, MANIFACT_AUTH, MANIFACT_ENDPOINTS, MANIFACT_VAR_* and CONDA_BUCKET_* are read from it."""

    def path(self, given: Path) -> Path:
        """A path of a request, absolute; what lies below the folder stays as it was written."""
        return given if given.is_absolute() else self.start / given

    def workspace(self, folder: Path | None = None) -> Workspace:
        """The workspace around `folder` (default: where this checkout starts).

        Raises `CompilerError` when the project file is wrong, and MF919 for a `root` that is no folder.
        """
        from compiler.workspace.project import open_workspace

        return open_workspace(folder or self.start, self.root, self.start)

    def root_of(self, folder: Path) -> Path:
        """The project root of a folder; this checkout's own folder where nothing marks another."""
        from compiler.workspace.root import find_root

        return self.root or find_root(folder, self.start)
