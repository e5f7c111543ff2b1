"""Fetch: bring the files that manifests name by `uri` and `sha256`, checked, into a cache."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compiler.diagnostics import CompilerError, Diagnostic, SourceRange
from compiler.engine.checkout import Checkout
from compiler.engine.result import Result
from compiler.engine.selection import SelectRequest, select
from compiler.engine.session import TargetRequest, open_session
from compiler.engine.target.planning import transferring
from compiler.events import Event, Listener, Phase, ignore
from compiler.render.lines import Line

if TYPE_CHECKING:
    from compiler.cloud.connect.connection import Connection
    from compiler.render.documents.tools import FetchDocument, FetchedFile
    from compiler.workspace.project import Workspace

SOURCES = ("model", "artifact")
"""Fields of a manifest's `spec` that may name a file by `uri`."""


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """Whose files to fetch, and from where."""

    selection: SelectRequest = field(default_factory=SelectRequest)
    target: TargetRequest = field(default_factory=TargetRequest)


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that a manifest names by `uri`."""

    uri: str
    sha256: str
    path: Path
    """Where it is to lie."""
    where: SourceRange
    """Where the manifest names it."""


@dataclass(frozen=True, slots=True)
class FetchResult(Result):
    """The files that manifests name, and which of them were brought."""

    files: tuple[NamedFile, ...]
    missing: frozenset[Path] = frozenset()
    """Those that were not here before."""
    diagnostics: Sequence[Diagnostic] = ()
    """Why some could not be fetched."""

    @property
    def fetched(self) -> tuple[NamedFile, ...]:
        """Those that were brought, each once."""
        brought = {file.path: file for file in self.files if file.path in self.missing and file.path.is_file()}
        return tuple(brought.values())

    def lines(self, width: int | None = None) -> list[Line]:
        """One line for each file that was brought; or that there was nothing to do."""
        return [*(Line(f"  {_sentence(file)}") for file in self.fetched), *self.closing(width)]

    def closing(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - never long
        """Nothing after a file was fetched: the events have said it."""
        if self.missing:
            return []
        return [Line("  everything is fetched" if self.files else "  nothing to fetch")]

    def to_json(self) -> FetchDocument:
        """What `fetch --json` prints."""
        from compiler.render.diagnostics import as_json

        return {
            "formatVersion": 1,
            "files": [self._file(file) for file in self.files],
            "diagnostics": [as_json(problem) for problem in self.diagnostics],
        }

    def _file(self, file: NamedFile) -> FetchedFile:
        here = file.path.is_file()
        path = str(file.path) if here else None
        return {"uri": file.uri, "sha256": file.sha256, "path": path, "fetched": here and file.path in self.missing}


def fetch_files(checkout: Checkout, request: FetchRequest, listener: Listener = ignore) -> FetchResult:
    """Fetch what is missing, each hash once; where nothing is missing, the target is not opened.

    What is wrong with one file does not keep the others from coming. Raises `CompilerError` for a manifest that is
    wrong, and when the target cannot be opened.
    """
    paths = select(checkout, request.selection).paths
    files = tuple(file for path in paths for file in _files(path, checkout))
    missing = {file.path: file for file in files if not file.path.is_file()}
    if not missing:
        return FetchResult(files)
    problems: list[Diagnostic] = []
    with open_session(checkout, request.target, listener, paths[0].parent) as session:
        for file in missing.values():
            problems += _fetch(file, session.connection, listener)
    return FetchResult(files, frozenset(missing), tuple(problems))


def _files(path: Path, checkout: Checkout) -> list[NamedFile]:
    """What one manifest names by uri. One whose files are all here is not validated: that takes longer than looking."""
    from compiler.workspace.fetched import place_of
    from compiler.workspace.project import read_manifest

    workspace = checkout.workspace(path.parent)
    document = read_manifest(path, workspace)
    spec = document.data.get("spec") if isinstance(document.data, dict) else None
    named = {key: source for key in SOURCES if (source := _by_uri(spec, key)) is not None}
    if not all(_is_here(workspace.root, source) for source in named.values()):
        _check(path, workspace)
    return [
        NamedFile(uri, sha256, place_of(workspace.root, uri, sha256), document.locate(("spec", key, "uri")))
        for key, (uri, sha256) in named.items()
    ]


def _by_uri(spec: Any, key: str) -> tuple[str, str] | None:
    """`uri` and `sha256` of a source as they are written; None where there is no uri."""
    source = spec.get(key) if isinstance(spec, dict) else None
    if not isinstance(source, dict) or "uri" not in source:
        return None
    return str(source["uri"]), str(source.get("sha256", ""))


def _is_here(root: Path, source: tuple[str, str]) -> bool:
    from compiler.workspace.fetched import fetched

    return bool(source[1]) and isinstance(fetched(root, *source), Path)


def _check(path: Path, workspace: Workspace) -> None:
    """Raise `CompilerError` with what is wrong with the manifest's fields: nothing is fetched for a wrong one."""
    from compiler.diagnostics import Report
    from compiler.passes.fields import check_fields
    from compiler.workspace.project import load_manifest

    loaded = load_manifest(path, workspace)
    report = Report(loaded.document.locate)
    check_fields(loaded.manifest, report)
    report.raise_if_failed()


def _fetch(file: NamedFile, connection: Connection, listener: Listener) -> Iterable[Diagnostic]:
    """Bring one file; returns what is wrong, at the line of the manifest that names it."""
    from compiler.workspace.root import private_folder

    private_folder(file.path.parents[2])
    try:
        _download(file, connection, listener)
    except CompilerError as error:
        return [replace(problem, where=problem.where or file.where) for problem in error.diagnostics]
    listener(Event(Phase.WRITTEN, file.uri, _sentence(file)))
    return []


def _download(file: NamedFile, connection: Connection, listener: Listener) -> None:
    from compiler.cloud.objectstorage.downloads import fetch
    from compiler.cloud.objectstorage.objects import Place
    from compiler.workspace.fetched import parse_uri, unusable

    if problem := unusable(file.uri):
        raise CompilerError(problem)
    bucket, namespace, name = parse_uri(file.uri)
    place = Place(namespace, bucket, name)
    fetch(connection, place, file.sha256, file.path, transferring(file.uri, listener))


def _sentence(file: NamedFile) -> str:
    from compiler.render.words import size

    return f"fetched {file.uri}  {size(file.path.stat().st_size)}  sha256:{file.sha256[:12]}"
