"""A model in a notebook: a folder with a manifest, or an artifact from the catalog, and what can be done with it."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compiler.diagnostics import CompilerError, failure
from compiler.engine.project import Project
from compiler.notebook.samples import plain

if TYPE_CHECKING:
    from compiler.engine.artifact.compile import CompileResult, ValidateResult
    from compiler.engine.artifact.verify import VerifyResult
    from compiler.engine.change.apply import ApplyResult
    from compiler.engine.consent import Consent
    from compiler.engine.target.model_status import ModelStatusResult
    from compiler.engine.target.plan import PlanResult
    from compiler.engine.target.status import StatusResult


class Model:
    """A folder with a model file and its `model.yaml`: the commands for it, which raise `CompilerError`."""

    def __init__(self, directory: str | os.PathLike[str], *, target: str | None = None) -> None:
        """Open the folder; nothing is read before it is needed. `target` is that of every call that names none."""
        self.directory = Path(directory).resolve()
        self._project = Project(Path.cwd(), target=target)

    @property
    def name(self) -> str:
        """Name of the manifest, `metadata.name`."""
        from compiler.workspace.project import load_manifest, open_workspace
        from compiler.workspace.root import manifest_path

        path = manifest_path(self.directory)
        return load_manifest(path, open_workspace(path.parent)).manifest.metadata.name

    def validate(self) -> ValidateResult:
        """Check everything that compile checks, and write nothing."""
        result = self._project.validate(self.directory)
        if result.exit_code:
            raise CompilerError(*result.diagnostics)
        return result

    def compile(self) -> CompileResult:
        """Build the artifact."""
        return self._project.compile(self.directory)

    def verify(self, *, timeout: float = 300.0) -> VerifyResult:
        """Run the model in a process of its own and compare its answers with the samples; `timeout` in seconds."""
        return self._project.verify(self.directory, timeout=timeout)

    def plan(self, *, target: str | None = None) -> PlanResult:
        """What an apply would change."""
        return self._project.plan(self.directory, target=target)

    def apply(self, *, target: str | None = None, timeout: float = 3600.0, ask: Consent | None = None) -> ApplyResult:
        """Save the model to the catalog, deploy it, wait and test it. Consent is that of `Project.apply`."""
        return self._project.apply(self.plan(target=target), target=target, timeout=timeout, ask=ask)

    def predict(self, data: Any, *, target: str | None = None) -> Any:
        """Ask the deployment; `data` is a data frame, an array, or what JSON can hold. Returns the endpoint's JSON."""
        return self._project.predict(str(self.directory), plain(data), target=target)

    def status(self, *, target: str | None = None) -> StatusResult | ModelStatusResult:
        """The steps of its life, and what comes next."""
        return self._project.status(str(self.directory), target=target)

    def destroy(self, *, target: str | None = None, ask: Consent | None = None) -> ApplyResult:
        """Delete everything that was made for it in the target."""
        return self._project.destroy(str(self.directory), target=target, ask=ask)

    def __repr__(self) -> str:
        return f"<Model '{self.name}' in {self.directory}>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The deployment of a model in a target."""

    name: str
    _project: Project = field(repr=False)

    def predict(self, data: Any) -> Any:
        """Ask it; `data` is a data frame, an array, or what JSON can hold. Returns the endpoint's JSON."""
        return self._project.predict(self.name, plain(data))


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """An artifact that came from the catalog, checked against the digest that it was saved with."""

    name: str
    directory: Path
    endpoint: Endpoint

    def predict(self, data: Any, *, timeout: float = 300.0) -> Any:
        """What its score.py answers here, in a process of its own for every call; `timeout` in seconds.

        Raises `CompilerError` MF601 where it cannot be loaded, MF602 where it refuses the data.
        """
        from compiler.verify import ask

        return ask(self.directory, plain(data), timeout=timeout)


def load(
    name: str,
    *,
    target: str | None = None,
    version: int | None = None,
    directory: str | os.PathLike[str] | None = None,
) -> LoadedModel:
    """Bring the artifact of a model back from the catalog, checked, to run it here.

    `name` is that of its manifest, its display name or an OCID; without a `version` it is what its deployment serves,
    or the newest one. It is written to `directory` (new or empty), else to a new folder for temporary files.
    Raises `CompilerError` MF761 for an unknown name, MF750 for an artifact that is not what was saved.
    """
    project = Project(Path.cwd(), target=target)
    folder = Path(directory) if directory is not None else Path(tempfile.mkdtemp(prefix="manifact-")) / "artifact"
    pulled = project.pull(name, folder.resolve(), version=version).pulled
    if not (folder / "score.py").is_file():
        message = f"the artifact of '{name}' ({pulled.model}) holds no score.py"
        raise failure("MF601", message, hint="only its container can run it")
    return LoadedModel(name, folder.resolve(), Endpoint(name, project))
