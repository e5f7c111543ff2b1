"""One manifest from text to artifact directory, with everything read and worked out anew."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from compiler.build.files import FileCollector
from compiler.build.inputs import read_inputs
from compiler.build.result import Build
from compiler.build.wanted import wanted
from compiler.diagnostics import CompilerError, Diagnostic, Report
from compiler.emit.assemble import artifact_record, emit, introspect_tree
from compiler.emit.report import REPORT_NAME, report_html
from compiler.emit.tree import ArtifactTree
from compiler.emit.writer import write_artifact
from compiler.introspection import Status
from compiler.ir import ResolvedModel
from compiler.lock import LOCK_FILE, read_lock
from compiler.passes.draft import Inputs
from compiler.passes.fields import check_fields, check_variables
from compiler.passes.pipeline import resolve
from compiler.planning.desired import Desired
from compiler.planning.limits import check_limits
from compiler.planning.offline import plan_from_empty
from compiler.workspace.project import LoadedManifest, Workspace, load_manifest, open_workspace
from compiler.workspace.root import PROJECT_FILE, private_folder


@dataclass(frozen=True, slots=True)
class Work:
    """A manifest on its way: what was loaded and read, and the problems so far."""

    workspace: Workspace
    loaded: LoadedManifest
    files: FileCollector
    inputs: Inputs
    report: Report

    @property
    def read(self) -> set[Path]:
        """Every file that decided the result."""
        own = {self.workspace.root / name for name in (PROJECT_FILE, LOCK_FILE)}
        named = {path for path in self.files.found if path.is_file()}
        return {self.loaded.path, *filter(Path.exists, own), *named, *(file.source for file in self.inputs.files)}

    @property
    def folders(self) -> set[Path]:
        """Every folder whose content decided the result."""
        return {path for path in self.files.found if path.is_dir()}


def read(path: Path, root: Path | None) -> Work:
    """Load, check and read everything. Raises `CompilerError` with every problem found."""
    workspace = open_workspace(path.parent, root)
    loaded = load_manifest(path, workspace)
    report = Report(loaded.document.locate)
    spec = loaded.manifest.spec
    check_fields(loaded.manifest, report)
    check_variables(loaded.document.data, report)
    check_limits(spec.catalog, spec.deployment, report)
    report.raise_if_failed()
    files = FileCollector(loaded, workspace.root, report)
    return Work(workspace, loaded, files, read_inputs(loaded, files, read_lock(workspace.root), report), report)


def check(path: Path, root: Path | None) -> tuple[Diagnostic, ...]:
    """Everything that building checks, with nothing written; returns the warnings."""
    work = read(path, root)
    _emit(resolve(work.inputs, work.report), work)
    return work.report.diagnostics


def build(path: Path, root: Path | None) -> tuple[Build, Work]:
    """Build and write. Raises `CompilerError` with every problem found; then nothing has changed on disk."""
    result, work, model, tree = assemble(path, root)
    private_folder(work.workspace.build)
    page = report_html(model, result.record, introspect_tree(model, tree))
    files = {"plan.json": _plan(result.desired), REPORT_NAME: page}
    write_artifact(tree, result.directory, result.record, files)
    return result, work


def assemble(path: Path, root: Path | None) -> tuple[Build, Work, ResolvedModel, ArtifactTree]:
    """What building gives, with nothing written. Raises `CompilerError` with every problem found."""
    work = read(path, root)
    model = resolve(work.inputs, work.report)
    tree = _emit(model, work)
    record = artifact_record(model, tree)
    result = Build(
        name=model.name,
        manifest=path,
        root=work.workspace.root,
        facts=model.facts,
        record=record,
        desired=wanted(work.loaded, work.workspace.name, work.files, model, tree, record, work.report),
        golden=model.golden,
        own_score=model.score.own is not None,
        warnings=work.report.diagnostics,
    )
    return result, work, model, tree


def _emit(model: ResolvedModel, work: Work) -> ArtifactTree:
    """The artifact's files; what emit finds wrong with a file is shown where the manifest names it."""
    try:
        tree = emit(model)
    except CompilerError as problem:
        spec = work.loaded.document.locate(("spec",))
        raise CompilerError(*(d if d.where else replace(d, where=spec) for d in problem.diagnostics)) from None
    at = ("spec", "score", "file") if model.score.own else ("spec",)
    for check in introspect_tree(model, tree):
        if check.status is Status.FAILED:
            work.report.error("MF521", check.error, at)
    work.report.raise_if_failed()
    return tree


def _plan(desired: Desired) -> bytes:
    return (json.dumps(plan_from_empty(desired), indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
