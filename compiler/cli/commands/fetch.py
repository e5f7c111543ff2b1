"""`manifact fetch`: bring the files that manifests name by `uri` and `sha256`."""

from __future__ import annotations

import argparse
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compiler.cli.arguments import add_json, add_manifests, add_root, add_target
from compiler.cli.console import Console, as_json
from compiler.codes import ExitCode

if TYPE_CHECKING:
    from compiler.cloud.connect.connection import Connection
    from compiler.diagnostics import Diagnostic, SourceRange
    from compiler.render.documents.tools import FetchDocument
    from compiler.workspace.project import Workspace

SUMMARY = "bring the files that manifests name by `uri` and `sha256`, checked, into a cache"
SOURCES = ("model", "artifact")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_manifests(parser)
    add_root(parser)
    add_target(parser)
    add_json(parser)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that a manifest names by `uri`."""

    uri: str
    sha256: str
    path: Path
    """Where it is to lie."""
    where: SourceRange
    """Where the manifest names it."""


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Fetch what is missing, each hash once; exit by the gravest problem of all. Nothing missing: nothing is asked."""
    from compiler.diagnostics import exit_code
    from compiler.workspace.manifests import select_manifests

    root = arguments.root
    selection = select_manifests(arguments.manifests, everything=arguments.all, labels=arguments.select, root=root)
    files = [file for path in selection.paths for file in _files(path, root)]
    missing = {file.path: file for file in files if not file.path.is_file()}
    start = selection.paths[0].parent
    problems = _fetch(missing.values(), start, arguments, console) if missing else []
    if not missing:
        console.line("  nothing to fetch" if not files else "  everything is fetched")
    console.document(_document(files, set(missing), problems))
    if not console.json:
        console.diagnostics(problems)
    return exit_code(problems)


def _files(path: Path, root: Path | None) -> list[Wanted]:
    """What one manifest names by uri. One whose files are all here is not validated: that takes longer than looking."""
    from compiler.workspace.fetched import place_of
    from compiler.workspace.project import open_workspace, read_manifest

    workspace = open_workspace(path.parent, root)
    document = read_manifest(path, workspace)
    spec = document.data.get("spec") if isinstance(document.data, dict) else None
    named = {key: source for key in SOURCES if (source := _by_uri(spec, key)) is not None}
    if not all(_is_here(workspace.root, source) for source in named.values()):
        _check(path, workspace)
    return [
        Wanted(uri, sha256, place_of(workspace.root, uri, sha256), document.locate(("spec", key, "uri")))
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


def _fetch(missing: Iterable[Wanted], start: Path, arguments: argparse.Namespace, console: Console) -> list[Diagnostic]:
    """Fetch each; what is wrong with one does not keep the others from coming."""
    from compiler.diagnostics import CompilerError
    from compiler.engine.session import open_session
    from compiler.workspace.root import private_folder

    problems: list[Diagnostic] = []
    with open_session(arguments, start, console) as session:
        for file in missing:
            private_folder(file.path.parents[2])
            try:
                _bring(file, session.connection, console)
            except CompilerError as problem:
                problems += (replace(found, where=found.where or file.where) for found in problem.diagnostics)
    return problems


def _bring(file: Wanted, connection: Connection, console: Console) -> None:
    from compiler.cli.progress import Progress
    from compiler.cloud.datascience.waiters import Watch
    from compiler.cloud.objectstorage.downloads import fetch
    from compiler.cloud.objectstorage.objects import Place
    from compiler.diagnostics import CompilerError
    from compiler.render import words as text
    from compiler.workspace.fetched import parse_uri, unusable

    if problem := unusable(file.uri):
        raise CompilerError(problem)
    bucket, namespace, name = parse_uri(file.uri)
    with Progress(console, file.uri) as progress:
        place = Place(namespace, bucket, name)
        fetch(connection, place, file.sha256, file.path, Watch(tell=progress.tell))
    console.line(f"  fetched {file.uri}  {text.size(file.path.stat().st_size)}  sha256:{file.sha256[:12]}")


def _document(files: Sequence[Wanted], missing: Container[Path], problems: Sequence[Diagnostic]) -> FetchDocument:
    return {
        "formatVersion": 1,
        "files": [
            {
                "uri": file.uri,
                "sha256": file.sha256,
                "path": str(file.path) if file.path.is_file() else None,
                "fetched": file.path in missing and file.path.is_file(),
            }
            for file in files
        ],
        "diagnostics": [as_json(problem) for problem in problems],
    }
