"""One manifest from text to artifact directory, with everything read and worked out anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from compiler.compilation.build import ATTACHMENTS, PLAN_NAME, REPORT_NAME, Build
from compiler.compilation.desired import Made, wanted
from compiler.compilation.files import FileCollector
from compiler.compilation.inputs import read_inputs, read_samples
from compiler.compilation.model_card import model_card
from compiler.compilation.prebuilt.find_model import NO_FACTS
from compiler.compilation.prebuilt.prebuilt import golden_of, place_of, prebuilt
from compiler.diagnostics import CompilerError, Diagnostic, Pointer, Report
from compiler.emit.assemble import artifact_record, emit, introspect_tree
from compiler.emit.report.card import report_html
from compiler.emit.tree import ArtifactTree, Content
from compiler.emit.writer import write_artifact, write_plan
from compiler.events import Listener, ignore
from compiler.introspection import Status
from compiler.ir import Golden, ResolvedModel, SourceFile
from compiler.lock import LOCK_FILE, Lock, read_lock
from compiler.passes.draft import Inputs
from compiler.passes.field_uses import check_uses
from compiler.passes.fields import check_fields, check_variables
from compiler.passes.pipeline import resolve
from compiler.planning.desired.types import Desired
from compiler.planning.limits.catalog import check_limits, check_references
from compiler.planning.plan.empty_target import plan_from_empty
from compiler.workspace.project import LoadedManifest, Workspace, load_manifest, open_workspace
from compiler.workspace.root import PROJECT_FILE, private_folder

_SCHEMA_CHECKS = frozenset({"input_schema_json", "output_schema_json"})


@dataclass(frozen=True, slots=True)
class Work:
    """A manifest on its way: what was loaded, the files it names, and the problems so far."""

    workspace: Workspace
    loaded: LoadedManifest
    lock: Lock
    files: FileCollector
    report: Report

    @property
    def read(self) -> set[Path]:
        """Every file that decided the result."""
        own = {self.workspace.root / name for name in (PROJECT_FILE, LOCK_FILE)}
        named = {path for path in self.files.found if path.is_file()}
        taken = {file.source for file in self.files.files.values()}
        return {self.loaded.path, *filter(Path.exists, own), *named, *taken}

    @property
    def folders(self) -> set[Path]:
        """Every folder whose content decided the result."""
        return {path for path in self.files.found if path.is_dir()}


def read(path: Path, root: Path | None, listener: Listener = ignore) -> Work:
    """Load the manifest and check its fields. Raises `CompilerError` with every problem found."""
    workspace = open_workspace(path.parent, root)
    loaded = load_manifest(path, workspace)
    report = Report(loaded.document.locate)
    spec = loaded.manifest.spec
    check_fields(loaded.manifest, report)
    check_uses(loaded.manifest, loaded.document.manifest.data, report)
    check_variables(loaded.document.data, report)
    check_references(loaded.document.data, report)
    check_limits(spec.catalog, spec.deployment, report)
    report.raise_if_failed()
    files = FileCollector(loaded, workspace.root, report, listener)
    return Work(workspace, loaded, read_lock(workspace.root), files, report)


def check(path: Path, root: Path | None, listener: Listener = ignore) -> tuple[Diagnostic, ...]:
    """Everything that building checks, with nothing written; returns the warnings."""
    with assembled(path, root, listener) as (result, _, _):
        return result.warnings


def build(path: Path, root: Path | None, listener: Listener = ignore) -> tuple[Build, Work]:
    """Build and write. Raises `CompilerError` with every problem found; then nothing has changed on disk."""
    with assembled(path, root, listener) as (result, work, made):
        private_folder(work.workspace.build)
        _write(result, made, work)
    return result, work


@contextmanager
def assembled(path: Path, root: Path | None, listener: Listener = ignore) -> Iterator[tuple[Build, Work, Made | None]]:
    """What building gives, with nothing written; the files of an unpacked archive are gone afterwards.

    Raises `CompilerError` with every problem found.
    """
    work = read(path, root, listener)
    with _made(work) as (made, golden):
        desired = wanted(work.loaded, work.workspace.name, work.files, made, golden, work.report)
        elsewhere = made.model.prebuilt if made else None
        result = Build(
            name=work.loaded.manifest.metadata.name,
            manifest=path,
            root=work.workspace.root,
            facts=made.model.facts if made else NO_FACTS,
            record=made.record if made else None,
            desired=desired,
            golden=golden,
            own_score=made is not None and made.model.score.own is not None,
            container=elsewhere is not None and elsewhere.contract == "container",
            warnings=work.report.diagnostics,
        )
        yield result, work, made


@contextmanager
def _made(work: Work) -> Iterator[tuple[Made | None, Golden | None]]:
    """What the manifest's source gives, and its golden rows; unpacked files are gone afterwards."""
    spec, loaded = work.loaded.manifest.spec, work.loaded
    if spec.artifact is not None:
        with prebuilt(loaded, work.workspace, work.files, work.lock, work.report) as (model, tree):
            yield _introspected(model, tree, work), model.golden
    elif spec.model is not None:
        inputs = read_inputs(loaded, work.files, work.lock, work.report)
        model = resolve(inputs, work.report)
        yield replace(_introspected(model, _emitted(model, loaded), work), inputs=inputs), model.golden
    else:
        tables = read_samples(loaded, work.files, work.report)
        inputs = Inputs(loaded.manifest, NO_FACTS, "", (), {}, tables["input"], tables["output"])
        golden = golden_of(inputs, work.report)
        work.report.raise_if_failed()
        yield None, golden


def _emitted(model: ResolvedModel, loaded: LoadedManifest) -> ArtifactTree:
    """The artifact's files; what emit finds wrong with a file is shown where the manifest names it."""
    try:
        return emit(model)
    except CompilerError as problem:
        spec = loaded.document.locate(("spec",))
        raise CompilerError(*(d if d.where else replace(d, where=spec) for d in problem.diagnostics)) from None


def _introspected(model: ResolvedModel, tree: ArtifactTree, work: Work) -> Made:
    """The artifact with its record, checked as ADS would, and further. Raises `CompilerError` when a check fails."""
    at: Pointer = ("spec", "score", "file") if model.score.own else ("spec",)
    at = place_of(work.loaded) if model.prebuilt else at
    hint = "`manifact introspect` shows every check of an artifact" if model.prebuilt else None
    for found in introspect_tree(model, tree):
        told = f"{found.error.rstrip('.')}: {found.note}" if found.note else found.error
        if found.status is Status.FAILED and model.prebuilt and found.key in _SCHEMA_CHECKS:
            work.report.warning("MF536", told, at)
        elif found.status is Status.FAILED:
            work.report.error("MF521", told, at, hint=hint)
    work.report.raise_if_failed()
    return Made(model, tree, artifact_record(model, tree))


def _write(result: Build, made: Made | None, work: Work) -> None:
    steps = plan_from_empty(result.desired)
    plan = json.dumps(steps, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    if made is None:
        write_plan(result.directory, PLAN_NAME, plan.encode())
        return
    page = report_html(model_card(made, work.loaded.manifest, steps, result.warnings))
    beside: dict[str, Content] = {PLAN_NAME: plan.encode(), REPORT_NAME: page, **_attached(result.desired, work)}
    write_artifact(made.tree, result.directory, made.record, beside)


def _attached(desired: Desired, work: Work) -> dict[str, Content]:
    """The files that hang on the catalog's metadata, so that a saved plan can be carried out without the project."""
    found: dict[str, Content] = {}
    for item in desired.model.attachments if desired.model else ():
        source = (work.loaded.folder / item.path).resolve()
        place = f"{ATTACHMENTS}/{item.sha256}"
        found[place] = SourceFile(place, source, source.stat().st_size, item.sha256)
    return found
