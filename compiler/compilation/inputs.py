"""Read what a manifest names: the model's facts, the files, the samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from compiler.compilation.environment_file import pinned_libraries
from compiler.compilation.files import FileCollector
from compiler.compilation.python_syntax import check_python
from compiler.diagnostics import CompilerError, Diagnostic, Pointer, Report, SourceRange
from compiler.frameworks import inspect_model
from compiler.ir import ModelFacts, Table
from compiler.lock import Lock
from compiler.passes.draft import Inputs
from compiler.passes.dtypes import TEXTS
from compiler.readers.samples import read_table
from compiler.spec.source import ModelSource
from compiler.workspace.project import LoadedManifest
from compiler.workspace.root import shown


def read_inputs(loaded: LoadedManifest, collector: FileCollector, lock: Lock, report: Report) -> Inputs:
    """Everything the passes need.

    Problems of single files are gathered in `report`; raises `CompilerError` with all of them when any is an error.
    """
    manifest = loaded.manifest
    model = manifest.spec.model
    assert model is not None
    path = _take_model(model, collector)
    facts = _facts(path, model, loaded, report) if path and not report.failed else None
    _take_code(loaded, collector)
    check_python(collector.files.values(), report)
    tables = read_samples(loaded, collector, report)
    libraries = _libraries(loaded, collector, lock)
    report.raise_if_failed()
    assert facts is not None
    return Inputs(
        manifest=manifest,
        facts=_without_own(facts, collector),
        model_path=collector.paths[model.path or model.uri or ""],
        files=tuple(collector.files[name] for name in sorted(collector.files, key=str.encode)),
        paths=collector.paths,
        input=tables["input"],
        output=tables["output"],
        labels=tables["labels"],
        packs=lock.packs,
        libraries=libraries,
    )


def _without_own(facts: ModelFacts, collector: FileCollector) -> ModelFacts:
    """The facts without modules that the artifact brings itself: nobody is to install those."""
    own = {path.partition("/")[0].removesuffix(".py") for path in collector.files}
    return replace(facts, requires=tuple(name for name in facts.requires if name not in own))


def read_samples(loaded: LoadedManifest, collector: FileCollector, report: Report) -> dict[str, Table | None]:
    """`input`, `output` and `labels` of `spec.samples`; None for those that are not given or cannot be read."""
    return {name: _table(name, loaded, collector, report) for name in ("input", "output", "labels")}


def _take_model(model: ModelSource, collector: FileCollector) -> Path | None:
    if model.uri is not None and model.sha256 is not None:
        return collector.take_fetched(model.uri, model.sha256, ("spec", "model", "uri"))
    assert model.path is not None
    return collector.take(model.path, ("spec", "model", "path"))


def _libraries(loaded: LoadedManifest, collector: FileCollector, lock: Lock) -> Mapping[str, str]:
    """What the inference environment holds: from its environment.yaml, or from its entry in the lock."""
    environment = loaded.manifest.spec.environment
    if environment is None:
        return {}
    pack = environment.inference
    if isinstance(pack, str):
        return lock.packs[pack].libraries if pack in lock.packs else {}
    if pack.file is not None:
        path = collector.find(pack.file, ("spec", "environment", "inference", "file"))
        return pinned_libraries(path) if path else {}
    return next((known.libraries for known in lock.packs.values() if known.path == pack.path), {})


def _facts(path: Path, model: ModelSource, loaded: LoadedManifest, report: Report) -> ModelFacts | None:
    try:
        return inspect_model(path, allow=frozenset(model.allow), framework=model.framework)
    except CompilerError as problem:
        named = "path" if model.path else "uri"
        place = ("spec", "model", "framework" if _blames_framework(problem) else named)
        report.add(*(_in_manifest(d, loaded, place) for d in problem.diagnostics))
        return None


def _blames_framework(problem: CompilerError) -> bool:
    return any(d.code == "MF208" for d in problem.diagnostics)


def _take_code(loaded: LoadedManifest, collector: FileCollector) -> None:
    spec = loaded.manifest.spec
    if spec.model and spec.model.architecture:
        collector.take(spec.model.architecture.file, ("spec", "model", "architecture", "file"))
    if spec.score.hooks:
        collector.take(spec.score.hooks, ("spec", "score", "hooks"))
    if spec.score.file:
        collector.take(spec.score.file, ("spec", "score", "file"))
    for index, name in enumerate(spec.include):
        collector.take(name, ("spec", "include", index), keep_folders=True)


def _table(name: str, loaded: LoadedManifest, collector: FileCollector, report: Report) -> Table | None:
    samples = loaded.manifest.spec.samples
    written: str | None = getattr(samples, name) if samples else None
    if written is None:
        return None
    at = ("spec", "samples", name)
    path = collector.find(written, at)
    if path is None:
        return None
    try:
        return read_table(path, text_columns(name, loaded))
    except CompilerError as problem:
        report.add(*(_in_manifest(d, loaded, at) for d in problem.diagnostics))
        return None


def text_columns(name: str, loaded: LoadedManifest) -> frozenset[str]:
    """Columns declared to hold text: `007` is not the number 7 there."""
    columns = loaded.manifest.spec.columns
    declared = columns.input if name == "input" else columns.output
    return frozenset(column for column, spec in declared.items() if spec.dtype in TEXTS)


def _in_manifest(problem: Diagnostic, loaded: LoadedManifest, at: Pointer) -> Diagnostic:
    """A problem of a file without lines is shown where the manifest names the file; one with lines stays there."""
    if problem.where is not None and problem.where.line:
        return replace(problem, where=replace(problem.where, path=shown(Path(problem.where.path))))
    where: SourceRange = loaded.document.locate(at)
    return replace(problem, where=where)
