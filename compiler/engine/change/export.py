"""Export: bring the zip of an artifact to a bucket, from the catalog or straight from a build."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.diagnostics import failure
from compiler.engine.artifact.resolve import Form, LocalArtifact, compile_artifact, resolve_artifact
from compiler.engine.checkout import Checkout
from compiler.engine.result import Result
from compiler.engine.session import Session, TargetRequest, open_session
from compiler.engine.target.planning import transferring
from compiler.events import Listener, ignore
from compiler.render.lines import Line

if TYPE_CHECKING:
    from compiler.cloud.objectstorage.objects import Place
    from compiler.cloud.objectstorage.zip_body import ZipBody
    from compiler.render.documents.resources import ExportDocument

_EXAMPLE = "on the target local the namespace is `local`: oci://backups@local/wine.zip"


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to export, and where to."""

    source: str
    """Name or OCID in the catalog; or path of a manifest (is compiled), a build, or any artifact directory."""
    uri: str
    """`oci://bucket@namespace/object.zip`; one that ends in `/` is given a name."""
    target: TargetRequest = field(default_factory=TargetRequest)
    version: int | None = None
    """This version of a model in the catalog; None: the newest."""
    overwrite: bool = False
    """Replace an object that holds something else."""
    timeout: float = 3600.0
    """Seconds for the service."""


@dataclass(frozen=True, slots=True)
class ExportResult(Result):
    """An object that holds the zip."""

    uri: str
    size: int
    """Its bytes."""
    written: bool
    """False: the object was there already, with just these bytes."""
    model: str | None = None
    """OCID of the model whose artifact it is; None where a directory was exported."""
    directory: str | None = None
    """The directory or manifest, as it was named; None where it came out of the catalog."""

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - a uri is not cut
        """Where it is, and how large."""
        from compiler.render.words import size

        if not self.written:
            return [Line(f"  {self.uri} holds just this already")]
        return [Line(f"  wrote {self.uri}  {size(self.size)}")]

    def to_json(self) -> ExportDocument:
        """What `export --json` prints."""
        return {
            "formatVersion": 1,
            "model": self.model,
            "directory": self.directory,
            "uri": self.uri,
            "size": self.size,
            "written": self.written,
        }


def export_artifact(checkout: Checkout, request: ExportRequest, listener: Listener = ignore) -> ExportResult:
    """Bring the zip to the bucket, and wait until it is there.

    Raises `CompilerError` MF916 for a uri that names no bucket, MF750 and MF764 where there is no artifact, MF763 for
    an object with other content.
    """
    folder = _bucket_folder(request.uri)
    source = None if request.source.startswith("ocid1.") else resolve_artifact(checkout, Path(request.source))
    start = _start(source, checkout) if source else checkout.start
    with open_session(checkout, request.target, listener, start) as session:
        if source is None:
            return _from_catalog(session, request, folder, listener)
        return _from_here(session, source, request, folder, listener)


def _bucket_folder(uri: str) -> Place:
    from compiler.cloud.objectstorage.objects import Place
    from compiler.workspace.fetched import parse_uri

    bucket, namespace, name = parse_uri(uri)
    if not uri.startswith("oci://") or not (bucket and namespace):
        raise failure("MF916", f"'{uri}' is no oci://bucket@namespace/object", hint=_EXAMPLE)
    return Place(namespace, bucket, name)


def _start(source: LocalArtifact, checkout: Checkout) -> Path:
    """Where to look for the project: an artifact directory is of none, and nothing is written into it."""
    from compiler.emit.record import RECORD_NAME

    path = source.path
    if path.is_file():
        return path.parent
    return path if source.manifest or (path / RECORD_NAME).is_file() else checkout.start


def _from_catalog(session: Session, request: ExportRequest, folder: Place, listener: Listener) -> ExportResult:
    from compiler.cloud.datascience.lookup import find, kind_of, listed
    from compiler.cloud.export import export_model
    from compiler.cloud.pull import served_model_id
    from compiler.planning.live.observed import Kind

    kinds = (Kind.MODEL, Kind.DEPLOYMENT)
    observed = listed(session.connection, () if kind_of(request.source) else kinds)
    found = find(session.connection, request.source, observed, kinds, request.version)
    model = served_model_id(session.connection, found.id)
    place = _named(folder, f"{request.source}.zip")
    watch = transferring(str(place), listener, request.timeout)
    size = export_model(session.connection, model, place, watch, overwrite=request.overwrite)
    return ExportResult(str(place), abs(size), size >= 0, model=model)


def _from_here(
    session: Session, source: LocalArtifact, request: ExportRequest, folder: Place, listener: Listener
) -> ExportResult:
    from compiler.cloud.export import export_directory

    name, archive = _archive(session.checkout, source)
    place = _named(folder, f"{name}.zip")
    watch = transferring(str(place), listener, request.timeout)
    size = export_directory(session.connection, archive, place, watch, overwrite=request.overwrite)
    return ExportResult(str(place), abs(size), size >= 0, directory=str(Path(request.source)))


def _archive(checkout: Checkout, source: LocalArtifact) -> tuple[str, ZipBody]:
    """Name and zip of a manifest's build, or of an artifact directory."""
    from compiler.cloud.export import archive_of_directory
    from compiler.cloud.objectstorage.zip_body import zip_body_of
    from compiler.emit.record import RECORD_NAME, ArtifactRecord

    if source.manifest or source.form is Form.ARCHIVE:  # a zip is refused as the manifest that it is not
        build = compile_artifact(checkout, source.manifest or source.path)
        if build.record is None:
            raise failure("MF764", f"{build.name} deploys a model of the catalog: there is nothing built to export")
        return build.name, zip_body_of(build.artifact, build.record)
    if source.form is Form.BUILD:
        record = ArtifactRecord.from_json((source.path / RECORD_NAME).read_bytes())
        return record.name, zip_body_of(source.path / "artifact", record)
    return source.name, archive_of_directory(source.path)


def _named(folder: Place, name: str) -> Place:
    """The object: as the uri names it, or `name` in a folder of the bucket."""
    from compiler.cloud.objectstorage.objects import Place

    complete = folder.name and not folder.name.endswith("/")
    return folder if complete else Place(folder.namespace, folder.bucket, folder.name + name)
