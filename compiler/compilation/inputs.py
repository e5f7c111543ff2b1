"""Read what a manifest names: the model's facts, the files, the samples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from compiler.compilation.environment_file import listed_packages
from compiler.compilation.files import FileCollector
from compiler.compilation.loaded_files import judge_files
from compiler.compilation.python_syntax import check_python
from compiler.diagnostics import CompilerError, Diagnostic, Pointer, Report, SourceRange, failure
from compiler.events import Event, Listener, Phase
from compiler.frameworks import inspect_model
from compiler.ir import ModelFacts, Table
from compiler.lock import Lock
from compiler.passes.categories import text_columns
from compiler.passes.draft import Inputs
from compiler.passes.packages import Packages
from compiler.passes.samples.dtypes import TEXTS
from compiler.readers.samples import read_table
from compiler.readers.samples.content import Progress
from compiler.spec.source import ColumnSpec, ModelSource
from compiler.workspace.project import LoadedManifest
from compiler.workspace.root import resolve_inside, shown


def read_inputs(loaded: LoadedManifest, collector: FileCollector, lock: Lock, report: Report) -> Inputs:
    """Everything the passes need.

    Problems of single files are gathered in `report`; raises `CompilerError` with all of them when any is an error.
    """
    manifest = loaded.manifest
    model = manifest.spec.model
    assert model is not None
    path = _take_model(model, collector)
    facts = _facts(path, model, loaded, report) if path and not report.failed else None
    if facts and model.path is not None:
        _take_weights(facts, model.path, collector)
    _take_code(loaded, collector)
    included = _judge_included(loaded, collector, report)
    check_python(collector.files.values(), report)
    tables = read_samples(loaded, collector, report, text_columns(facts) if facts else frozenset())
    packages = _packages(loaded, collector, lock)
    report.raise_if_failed()
    assert facts is not None
    return Inputs(
        manifest=manifest,
        facts=facts,
        model_path=collector.paths[model.path or model.uri or ""],
        files=tuple(collector.files[name] for name in sorted(collector.files, key=str.encode)),
        paths=collector.paths,
        input=tables["input"],
        output=tables["output"],
        labels=tables["labels"],
        packs=lock.packs,
        packages=packages,
        modules=_modules({*facts.unknown, *_names(included)}, loaded),
        included=included,
    )


def _judge_included(
    loaded: LoadedManifest, collector: FileCollector, report: Report
) -> dict[Pointer, Mapping[str, tuple[str, ...]]]:
    """Unknown code in included files that a framework would load, after reporting those that are denied."""
    spec, found = loaded.manifest.spec, {}
    allow = frozenset(spec.model.allow if spec.model else ())
    for index, written in enumerate(spec.include):
        at: Pointer = ("spec", "include", index)
        path = resolve_inside(collector.root, loaded.folder, written)
        if isinstance(path, Path):
            judged = judge_files(path, allow)
            report.add(*(replace(d, where=loaded.document.locate(at)) for d in judged.problems))
            found[at] = judged.unknown
    return found


def _names(included: Mapping[Pointer, Mapping[str, tuple[str, ...]]]) -> set[str]:
    return {name for files in included.values() for names in files.values() for name in names}


def _modules(unknown: Iterable[str], loaded: LoadedManifest) -> dict[str, str]:
    """Modules of unknown code that lie beside the manifest."""
    folder = loaded.folder
    roots = {name.partition(".")[0] for name in unknown}
    found = {root: name for root in roots for name in (root, f"{root}.py") if _is_module(folder / name)}
    return dict(sorted(found.items()))


def _is_module(path: Path) -> bool:
    return path.is_file() if path.suffix == ".py" else path.is_dir()


def read_samples(
    loaded: LoadedManifest, collector: FileCollector, report: Report, texts: frozenset[str] = frozenset()
) -> dict[str, Table | None]:
    """`input`, `output` and `labels` of `spec.samples`; None for those that are not given or cannot be read.

    `texts` are columns of the input that hold text, whatever they look like, beside those that the manifest declares.
    """
    return {name: _table(name, loaded, collector, report, texts) for name in ("input", "output", "labels")}


def _take_model(model: ModelSource, collector: FileCollector) -> Path | None:
    if model.uri is not None and model.sha256 is not None:
        return collector.take_fetched(model.uri, model.sha256, ("spec", "model", "uri"))
    assert model.path is not None
    return collector.take(model.path, ("spec", "model", "path"))


def _take_weights(facts: ModelFacts, model: str, collector: FileCollector) -> None:
    """Files beside an ONNX model that hold its weights: they keep their place beside it."""
    locations = facts.details.get("external_data")
    for location in locations if isinstance(locations, list) else ():
        collector.take_beside(model, str(location), ("spec", "model", "path"))


def _packages(loaded: LoadedManifest, collector: FileCollector, lock: Lock) -> Packages:
    """What the inference environment holds: from its environment.yaml, or from its entry in the lock."""
    environment = loaded.manifest.spec.environment
    if environment is None:
        return Packages()
    pack = environment.inference
    if isinstance(pack, str):
        return Packages(lock.packs[pack].libraries if pack in lock.packs else {})
    if pack.file is not None:
        path = collector.find(pack.file, ("spec", "environment", "inference", "file"))
        return listed_packages(path) if path else Packages()
    return Packages(next((known.libraries for known in lock.packs.values() if known.path == pack.path), {}))


def _facts(path: Path, model: ModelSource, loaded: LoadedManifest, report: Report) -> ModelFacts | None:
    try:
        facts = inspect_model(path, allow=frozenset(model.allow), framework=model.framework, weights=model.weights)
        if facts.unserved is not None:
            text = f"the file holds {facts.unserved.what}, which cannot be served"
            raise failure("MF209", text, hint=facts.unserved.instead)
    except CompilerError as problem:
        named = "path" if model.path else "uri"
        place = ("spec", "model", "framework" if _blames_framework(problem) else named)
        report.add(*(_in_manifest(d, loaded, place) for d in problem.diagnostics))
        return None
    if model.weights is not None and "weights" not in facts.details:
        text = f"'weights' names the entry of a checkpoint that holds the weights, and this is a {facts.format} file"
        report.error("MF209", text, ("spec", "model", "weights"), hint="leave it out")
    return facts


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


def _table(
    name: str, loaded: LoadedManifest, collector: FileCollector, report: Report, texts: frozenset[str]
) -> Table | None:
    samples = loaded.manifest.spec.samples
    written: str | None = getattr(samples, name) if samples else None
    if written is None:
        return None
    at = ("spec", "samples", name)
    path = collector.find(written, at)
    if path is None:
        return None
    try:
        texts = declared_text(name, loaded) | (texts if name == "input" else frozenset())
        table = read_table(path, texts, _progress(written, collector.listener))
    except CompilerError as problem:
        report.add(*(_in_manifest(d, loaded, at) for d in problem.diagnostics))
        return None
    if table.cut:
        text = f"'{written}' is large: its first {table.rows:,} rows are read, statistics and tests are of these"
        report.warning("MF304", text, at, hint="some thousand rows that cover the values are enough")
    return table


def _progress(subject: str, listener: Listener) -> Progress:
    return lambda done, total: listener(Event(Phase.PROGRESS, subject, "reading the sample", done, total))


def declared_text(name: str, loaded: LoadedManifest) -> frozenset[str]:
    """Columns declared to hold text: `007` is not the number 7 there."""
    columns = loaded.manifest.spec.columns
    declared = columns.input if name == "input" else columns.output
    return frozenset(column for column, spec in declared.items() if spec.dtype in TEXTS or _of_texts(spec))


def _of_texts(spec: ColumnSpec) -> bool:
    return any(isinstance(category, str) for category in spec.categories)


def _in_manifest(problem: Diagnostic, loaded: LoadedManifest, at: Pointer) -> Diagnostic:
    """A problem of a file without lines is shown where the manifest names the file; one with lines stays there."""
    if problem.where is not None and problem.where.line:
        return replace(problem, where=replace(problem.where, path=shown(Path(problem.where.path))))
    where: SourceRange = loaded.document.locate(at)
    return replace(problem, where=where)
