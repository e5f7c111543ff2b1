"""`manifact export`: an artifact's zip to a bucket, out of the catalog or straight from a build."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.cli.arguments import add_json, add_root, add_target, add_timeout
from compiler.cli.console import Console
from compiler.codes import ExitCode
from compiler.diagnostics import failure

if TYPE_CHECKING:
    from compiler.cloud.objectstorage.objects import Place
    from compiler.cloud.objectstorage.zip_body import Archive
    from compiler.engine.session import Session
    from compiler.render.documents.resources import ExportDocument

_EXAMPLE = "on the target local the namespace is `local`: oci://backups@local/wine.zip"
SUMMARY = "bring the zip of an artifact to a bucket, from the catalog or straight from a build"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "source", help="name or OCID in the catalog; or a manifest (is compiled), a build, any artifact directory"
    )
    parser.add_argument("uri", help="oci://bucket@namespace/object.zip; ending in / it is given a name")
    parser.add_argument("--version", type=int, metavar="N", help="this version of the model (default: the newest)")
    parser.add_argument("--overwrite", action="store_true", help="replace an object that holds something else")
    add_timeout(parser, 3600.0, "the service")
    add_root(parser)
    add_target(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Export, wait, and say where it is."""
    from compiler.cloud.objectstorage.objects import Place
    from compiler.engine.session import open_session
    from compiler.render import words as text
    from compiler.workspace.fetched import parse_uri

    bucket, namespace, name = parse_uri(arguments.uri)
    if not arguments.uri.startswith("oci://") or not (bucket and namespace):
        raise failure("MF916", f"'{arguments.uri}' is no oci://bucket@namespace/object", hint=_EXAMPLE)
    path = Path(arguments.source)
    here = path.exists() and not arguments.source.startswith("ocid1.")
    with open_session(arguments, _start(path) if here else Path.cwd(), console) as session:
        export = _from_here if here else _from_catalog
        model, place, size = export(arguments, session, Place(namespace, bucket, name), console)
    if size < 0:
        console.line(f"  {place} holds just this already")
    else:
        console.line(f"  wrote {place}  {text.size(size)}")
    document: ExportDocument = {
        "formatVersion": 1,
        "model": model,
        "directory": str(path) if here else None,
        "uri": str(place),
        "size": abs(size),
        "written": size >= 0,
    }
    console.document(document)
    return ExitCode.OK


def _start(path: Path) -> Path:
    """Where to look for the project: an artifact directory is of none, and nothing is written into it."""
    from compiler.emit.record import RECORD_NAME
    from compiler.workspace.root import MANIFEST_FILE

    if path.is_file():
        return path.parent
    return path if (path / MANIFEST_FILE).is_file() or (path / RECORD_NAME).is_file() else Path.cwd()


def _from_catalog(
    arguments: argparse.Namespace, session: Session, place: Place, console: Console
) -> tuple[str | None, Place, int]:
    from compiler.cli.progress import Progress
    from compiler.cloud.datascience.lookup import find, kind_of, listed
    from compiler.cloud.datascience.waiters import Watch
    from compiler.cloud.export import export_model
    from compiler.cloud.pull import model_of
    from compiler.planning.changes.types import Kind

    kinds = (Kind.MODEL, Kind.DEPLOYMENT)
    observed = listed(session.connection, () if kind_of(arguments.source) else kinds)
    found = find(session.connection, arguments.source, observed, kinds, arguments.version)
    model = model_of(session.connection, found.id)
    target = _named(place, f"{arguments.source}.zip")
    with Progress(console, str(target)) as progress:
        watch = Watch(arguments.timeout, progress.tell)
        return model, target, export_model(session.connection, model, target, watch, overwrite=arguments.overwrite)


def _from_here(
    arguments: argparse.Namespace, session: Session, place: Place, console: Console
) -> tuple[str | None, Place, int]:
    from compiler.cli.progress import Progress
    from compiler.cloud.datascience.waiters import Watch
    from compiler.cloud.export import export_directory

    name, archive = _archive(Path(arguments.source), arguments.root)
    target = _named(place, f"{name}.zip")
    with Progress(console, str(target)) as progress:
        watch = Watch(arguments.timeout, progress.tell)
        size = export_directory(session.connection, archive, target, watch, overwrite=arguments.overwrite)
    return None, target, size


def _archive(path: Path, root: Path | None) -> tuple[str, Archive]:
    """Name and zip of a manifest's build, or of an artifact directory."""
    from compiler.cloud.export import archive_of_directory
    from compiler.cloud.objectstorage.zip_body import archive_of
    from compiler.compilation.compile import compile_manifest
    from compiler.emit.record import RECORD_NAME, ArtifactRecord
    from compiler.workspace.root import MANIFEST_FILE, manifest_path

    if path.is_file() or (path / MANIFEST_FILE).is_file():
        build = compile_manifest(manifest_path(path), root=root)
        if build.record is None:
            raise failure("MF764", f"{build.name} deploys a model of the catalog: there is nothing built to export")
        return build.name, archive_of(build.artifact, build.record)
    if (path / RECORD_NAME).is_file() and (path / "artifact").is_dir():
        record = ArtifactRecord.from_json((path / RECORD_NAME).read_bytes())
        return record.name, archive_of(path / "artifact", record)
    return path.resolve().name, archive_of_directory(path)


def _named(place: Place, name: str) -> Place:
    from compiler.cloud.objectstorage.objects import Place

    whole = place.name and not place.name.endswith("/")
    return place if whole else Place(place.namespace, place.bucket, place.name + name)
