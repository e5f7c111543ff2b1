"""`spec.artifact`: a whole artifact made elsewhere, read into the same values that compiling a model gives."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from compiler.compilation.files import FileCollector
from compiler.compilation.inputs import read_samples
from compiler.compilation.prebuilt.facts import environments_of, maker_of, schema_of, test_results_of
from compiler.compilation.prebuilt.find_model import FoundModel, find_model
from compiler.diagnostics import CompilerError, Report
from compiler.emit.paths import check_paths
from compiler.emit.tree import ArtifactTree, artifact_tree
from compiler.emit.writer import staging
from compiler.introspection.files import one_folder_down
from compiler.ir import Golden, Prebuilt, ResolvedModel, Score, SourceFile
from compiler.lock import Lock
from compiler.passes.code_in_pickles import UnknownCode, refuse
from compiler.passes.draft import Draft, Inputs
from compiler.passes.model import check_use_case
from compiler.passes.samples.samples import pick_golden
from compiler.readers.artifact_zip import unpack_artifact
from compiler.workspace.project import LoadedManifest, Workspace

SCORE = "score.py"


@contextmanager
def prebuilt(
    loaded: LoadedManifest, workspace: Workspace, files: FileCollector, lock: Lock, report: Report
) -> Iterator[tuple[ResolvedModel, ArtifactTree]]:
    """The model that the artifact holds, and its files as they are; an unpacked archive is gone afterwards.

    Raises `CompilerError` with every problem found.
    """
    with _scratch(workspace, loaded) as scratch:
        root = _files_of(loaded, files, scratch, report)
        report.raise_if_failed()
        assert root is not None
        folder, found = root
        _check_places([file.path for file in found], loaded, report, zipped=folder == scratch)
        model = _judged_model(loaded, folder, report)
        report.raise_if_failed()
        yield _resolved(loaded, files, found, model, lock, report), artifact_tree({file.path: file for file in found})


def _judged_model(loaded: LoadedManifest, folder: Path, report: Report) -> FoundModel:
    """The model among the artifact's files, after reporting each file that is denied or names unknown code."""
    artifact, at = loaded.manifest.spec.artifact, place_of(loaded)
    allowed = artifact.allow if artifact else ()
    model = find_model(folder, frozenset(allowed))
    report.add(*(replace(d, where=loaded.document.locate(at)) for d in model.problems))
    for name, names in model.unknown.items():
        code = UnknownCode(f"'{name}'", names, at, "spec.artifact.allow", allowed)
        refuse(code, report, lambda _: ", and its module lies in the artifact")
    return model


def golden_of(inputs: Inputs, report: Report) -> Golden | None:
    """The rows that a model nobody compiled here is tested with: what its score.py takes is not known.

    They go out by column, which is the one form that both ADS's score.py and ours take.
    """
    if inputs.input and inputs.output and inputs.input.rows != inputs.output.rows:
        text = f"the input sample has {inputs.input.rows} rows, the output sample {inputs.output.rows}"
        report.error("MF325", text, ("spec", "samples", "output"))
    golden = pick_golden(Draft(), inputs, report).golden
    return replace(golden, by_column=True) if golden else None


@contextmanager
def _scratch(workspace: Workspace, loaded: LoadedManifest) -> Iterator[Path]:
    """Where an archive is unpacked: beside the builds, so that large files are linked; else where TMPDIR says."""
    if workspace.build.is_dir():
        with staging(workspace.build / f"{loaded.manifest.metadata.name}.unpacked") as folder:
            yield folder
    else:
        with tempfile.TemporaryDirectory(prefix="manifact-unpacked-") as name:
            yield Path(name)


def place_of(loaded: LoadedManifest) -> tuple[str, str, str]:
    """The field of the manifest that names the artifact."""
    artifact = loaded.manifest.spec.artifact
    return ("spec", "artifact", "path" if artifact and artifact.path else "uri")


def _files_of(
    loaded: LoadedManifest, files: FileCollector, scratch: Path, report: Report
) -> tuple[Path, tuple[SourceFile, ...]] | None:
    """The folder that the files lie in, and the files; None after reporting what is wrong."""
    artifact, at = loaded.manifest.spec.artifact, place_of(loaded)
    assert artifact is not None
    path = files.find_fetched(artifact.uri, artifact.sha256 or "", at) if artifact.uri else None
    path = files.find(artifact.path, at) if artifact.path else path
    if path is None:
        return None
    if path.is_dir():
        return path, files.take_all(path, at)
    if not _is_zip(path):
        report.error("MF530", "the artifact is neither a directory nor a zip archive", at)
        return None
    try:
        return scratch, unpack_artifact(path, scratch)
    except CompilerError as problem:
        where = loaded.document.locate(at)
        report.add(*(replace(d, where=where) for d in problem.diagnostics))
        return None


def _is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in (b"PK\3\4", b"PK\5\6")


def _check_places(paths: list[str], loaded: LoadedManifest, report: Report, *, zipped: bool) -> None:
    at = place_of(loaded)
    if folder := one_folder_down(paths):
        text = f"the artifact's files lie one folder down, in '{folder}/'"
        hint = f"zip what is in '{folder}' and not the folder" if zipped else f"name the folder '{folder}' itself"
        report.error("MF533", text, at, hint=hint)
    report.add(*(replace(d, where=loaded.document.locate(at)) for d in check_paths(paths, dropped=False)))
    if not paths:
        report.error("MF530", "there is no file in the artifact", at)


def _resolved(
    loaded: LoadedManifest,
    collector: FileCollector,
    found: tuple[SourceFile, ...],
    model: FoundModel,
    lock: Lock,
    report: Report,
) -> ResolvedModel:
    manifest, files = loaded.manifest, {file.path: file for file in found}
    artifact = manifest.spec.artifact
    assert artifact is not None
    tables = read_samples(loaded, collector, report)
    inputs = Inputs(manifest, model.facts, model.path, found, {}, tables["input"], tables["output"], packs=lock.packs)
    check_use_case(Draft(), inputs, report)
    golden = golden_of(inputs, report)
    report.raise_if_failed()
    inference, training = environments_of(files, lock)
    return ResolvedModel(
        name=manifest.metadata.name,
        facts=model.facts,
        model_path=model.path,
        files=found,
        score=Score(own=SCORE if artifact.contract == "conda" else None),
        use_case=manifest.spec.use_case,
        inference=inference,
        training=training,
        input_schema=schema_of(files, "input_schema.json"),
        output_schema=schema_of(files, "output_schema.json"),
        golden=golden,
        prebuilt=Prebuilt(artifact.contract, maker_of(files), test_results_of(files)),
    )
