"""One manifest from text to artifact directory."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.build.inputs import read_inputs
from compiler.build.wanted import wanted
from compiler.diagnostics import Diagnostic, Report
from compiler.emit.assemble import artifact_record, emit
from compiler.emit.record import ArtifactRecord
from compiler.emit.tree import ArtifactTree
from compiler.emit.writer import write_artifact
from compiler.ir import Golden, ModelFacts
from compiler.passes import resolve
from compiler.passes.fields import check_fields, check_variables
from compiler.workspace.project import LoadedManifest, Workspace, load_manifest, open_workspace
from compiler.workspace.root import private_folder

if TYPE_CHECKING:
    from compiler.ir import ResolvedModel
    from compiler.planning.desired import Desired


@dataclass(frozen=True, slots=True)
class Build:
    """What compiling one manifest gave."""

    name: str
    manifest: Path
    workspace: Workspace
    directory: Path
    """`build/<name>`: holds `artifact/`, `artifact.json` and `plan.json`."""
    facts: ModelFacts
    record: ArtifactRecord
    desired: Desired
    golden: Golden | None
    warnings: tuple[Diagnostic, ...]
    seconds: float

    @property
    def artifact(self) -> Path:
        """The artifact directory: exactly what is uploaded."""
        return self.directory / "artifact"


def validate_manifest(path: Path, *, root: Path | None = None) -> tuple[Diagnostic, ...]:
    """Check everything that compile checks and write nothing; returns the warnings.

    Raises `CompilerError` with every problem found.
    """
    workspace = open_workspace(path.parent, root)
    loaded, report = _load(path, workspace)
    emit(_resolve(loaded, workspace, report))
    return report.diagnostics


def compile_manifest(path: Path, *, root: Path | None = None) -> Build:
    """Compile the manifest at `path` into `build/<name>/` at the project root.

    Needs no credentials, no network and no ML framework, and never executes the model. Nothing half-written is ever
    seen. Raises `CompilerError` with every problem found; then nothing has changed on disk.
    """
    started = time.perf_counter()
    workspace = open_workspace(path.parent, root)
    loaded, report = _load(path, workspace)
    model = _resolve(loaded, workspace, report)
    tree = emit(model)
    record = artifact_record(model, tree)
    desired = wanted(loaded, workspace, model, tree, record, report)
    directory = private_folder(workspace.build) / model.name
    write_artifact(tree, directory, record, {"plan.json": _plan(desired)})
    seconds = time.perf_counter() - started
    return Build(
        model.name, path, workspace, directory, model.facts, record, desired, model.golden, report.diagnostics, seconds
    )


def _load(path: Path, workspace: Workspace) -> tuple[LoadedManifest, Report]:
    from compiler.planning.limits import check_limits

    loaded = load_manifest(path, workspace)
    report = Report(loaded.document.locate)
    spec = loaded.manifest.spec
    check_fields(loaded.manifest, report)
    check_variables(loaded.document.data, report)
    check_limits(spec.catalog, spec.deployment, report)
    report.raise_if_failed()
    return loaded, report


def _resolve(loaded: LoadedManifest, workspace: Workspace, report: Report) -> ResolvedModel:
    return resolve(read_inputs(loaded, workspace.root, report), report)


def _plan(desired: Desired) -> bytes:
    from compiler.planning.offline import plan_from_empty

    return (json.dumps(plan_from_empty(desired), indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
