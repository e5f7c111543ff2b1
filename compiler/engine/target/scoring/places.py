"""What a scoring works on: the artifact of the model, the input, the output, each found or brought here."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.diagnostics import failure
from compiler.engine.checkout import Checkout
from compiler.engine.session import TargetRequest, open_session
from compiler.events import Listener

if TYPE_CHECKING:
    from compiler.scoring.request import Artifact, Output
    from compiler.scoring.tables.sources import Source

_OBJECT = "oci://"


def output_of(checkout: Checkout, given: str) -> Output:
    """The output on this machine. Raises `CompilerError` MF832 for an ending that is not a format."""
    from compiler.scoring.request import Output
    from compiler.scoring.tables.formats import COMPRESSED, SUFFIXES, Format

    if given.startswith(_OBJECT):
        raise failure("MF832", "the engine 'local' writes to this machine, not to object storage")
    path = checkout.path(Path(given))
    suffix = path.suffix.lower()
    if not suffix or (path.is_dir() and suffix not in SUFFIXES):
        return Output(path, Format.PARQUET, single=False)
    if suffix in COMPRESSED or suffix not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        hint = f"end it in one of {known}, or in nothing for a folder of Parquet"
        raise failure("MF832", f"'{suffix}' is not a format that can be written", hint=hint)
    return Output(path, SUFFIXES[suffix], single=True)


@contextlib.contextmanager
def source_of(checkout: Checkout, given: str, target: TargetRequest, listener: Listener) -> Iterator[Source]:
    """The input; objects are brought here for as long as the block runs."""
    from compiler.scoring.tables.sources import find_source

    if not given.startswith(_OBJECT):
        yield find_source(checkout.path(Path(given)), given)
        return
    from compiler.engine.target.planning import transferring
    from compiler.workspace.fetched import parse_uri
    from compiler.workspace.layout import ProjectLayout
    from compiler.workspace.root import private_folder

    bucket, namespace, name = parse_uri(given)
    with open_session(checkout, target, listener) as session:
        from compiler.cloud.objectstorage.objects import Place
        from compiler.cloud.objectstorage.tables import bring

        layout = ProjectLayout(session.root)
        private_folder(layout.state)
        watch = transferring(given, listener)
        folder = bring(session.connection, Place(namespace, bucket, name), layout.state / "score", watch)
    yield find_source(folder, given)
    shutil.rmtree(folder)  # only now: an interrupted run finds them again


@contextlib.contextmanager
def artifact_of(checkout: Checkout, given: str, target: TargetRequest, listener: Listener) -> Iterator[Artifact]:
    """The artifact directory of the model; what is not here as one is brought into a folder of this run."""
    from compiler.engine.artifact.resolve import resolve_artifact

    with tempfile.TemporaryDirectory(prefix="manifact-score-") as scratch:
        folder = Path(scratch) / "artifact"
        found = None if given.startswith("ocid1.") else resolve_artifact(checkout, Path(given))
        if found is None:
            yield _pulled(checkout, given, target, folder, listener)
        else:
            yield _local(checkout, given, folder, listener)


def _pulled(checkout: Checkout, given: str, target: TargetRequest, folder: Path, listener: Listener) -> Artifact:
    from compiler.engine.target.pull import PullRequest, pull_artifact
    from compiler.scoring.request import Artifact

    pulled = pull_artifact(checkout, PullRequest(given, folder, target), listener).pulled
    return Artifact(folder, given, pulled.digest)


def _local(checkout: Checkout, given: str, folder: Path, listener: Listener) -> Artifact:
    from compiler.emit import digest
    from compiler.engine.artifact.serve import ServeRequest, servable_artifact
    from compiler.introspection.files import artifact_files
    from compiler.ir import SourceFile
    from compiler.scoring.request import Artifact
    from compiler.serving.extraction import unpack

    found = servable_artifact(checkout, ServeRequest(Path(given)), listener)
    files = {
        name: SourceFile(name, found.path, file.size, file.sha256())
        for name, file in artifact_files(found.path).items()
    }
    if found.path.is_dir():
        folder = found.path
    else:
        unpack([found.path], folder)
    return Artifact(folder, found.name, f"sha256:{digest(files)}")
