"""One writer to disk: staged beside the destination, then swapped in whole."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from compiler.diagnostics import CompilerError, failure
from compiler.emit.checked_file import changed, read_checked
from compiler.emit.exchange import exchange
from compiler.emit.links import LINK_FROM, place
from compiler.emit.paths import is_ignored
from compiler.emit.record import RECORD_NAME, ArtifactRecord
from compiler.emit.tree import ArtifactTree, Content
from compiler.ir import SourceFile
from compiler.system import locked_folder

ARTIFACT_DIRECTORY = "artifact"
_ATTACHMENTS = "attachments"
_PLAN = "plan.json"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_BESIDE = frozenset({ARTIFACT_DIRECTORY, RECORD_NAME, _PLAN, "report.html", _ATTACHMENTS})


def write_artifact(
    tree: ArtifactTree, destination: Path, record: ArtifactRecord, beside: Mapping[str, Content] | None = None
) -> None:
    """Write `destination/artifact/`, `destination/artifact.json` and what lies `beside` them (plan.json, attachments).

    The directory appears, or replaces the former one, in one step. Raises `CompilerError`: MF504 when what is there was
    not made by us or holds files that we did not make, MF505 when a source file is not what the tree says; nothing has
    changed then.
    """
    inside = {f"{ARTIFACT_DIRECTORY}/{path}": content for path, content in tree.items()}
    _write({**inside, RECORD_NAME: record.to_json(), **(beside or {})}, destination)


def write_plan(destination: Path, name: str, plan: bytes) -> None:
    """Write a build that is a plan alone (`spec.modelId`), in the place of what was built there. Raises as above."""
    _write({name: plan}, destination)


def _write(files: Mapping[str, Content], destination: Path) -> None:
    _refuse_foreign(destination)
    destination.parent.mkdir(parents=True, exist_ok=True)
    with staging(destination) as stage:
        _write_tree(files, stage)
        stage.chmod(0o755)
        _refuse_foreign(destination)
        exchange(stage, destination)


def _write_tree(tree: Mapping[str, Content], root: Path) -> None:
    for folder in {(root / path).parent for path in tree}:
        folder.mkdir(parents=True, exist_ok=True)
    for path, content in tree.items():
        if isinstance(content, SourceFile) and content.size >= LINK_FROM:
            _link(content, root / path)
        else:
            target = root / path
            target.write_bytes(content if isinstance(content, bytes) else read_checked(content))
            target.chmod(0o644)


def _link(content: SourceFile, target: Path) -> None:
    """Put a large file there; its SHA-256 is compared by whoever reads it, its size now."""
    try:
        place(content.source, target)
    except OSError as problem:
        raise changed(content, str(problem.strerror)) from None
    if target.stat().st_size != content.size:
        raise changed(content)


def _refuse_foreign(destination: Path) -> None:
    """Raise MF504 unless `destination` is absent, empty or wholly of our making."""
    if not destination.exists():
        return
    if not destination.is_dir() or destination.is_symlink():
        raise _foreign(destination, "it is not a directory")
    present = {entry.name for entry in destination.iterdir()}
    if not present or (present == {_PLAN} and _is_plan(destination / _PLAN)):
        return
    if RECORD_NAME not in present:
        raise _foreign(destination, f"it has no {RECORD_NAME}")
    if present - _BESIDE:
        raise _foreign(destination, f"{min(present - _BESIDE)!r} is not ours")
    try:
        known = {f.path for f in ArtifactRecord.from_json((destination / RECORD_NAME).read_bytes()).files}
    except CompilerError:
        raise _foreign(destination, f"its {RECORD_NAME} cannot be read") from None
    _refuse_added(destination, known)


def _refuse_added(destination: Path, known: set[str]) -> None:
    """Raise MF504 for a file among ours that we did not make."""
    root = destination / ARTIFACT_DIRECTORY
    for path in root.rglob("*"):
        relative = path.relative_to(root).as_posix()
        if not path.is_dir() and relative not in known and not is_ignored(relative):
            raise _foreign(destination, f"'{ARTIFACT_DIRECTORY}/{relative}' is not ours")
    for path in (destination / _ATTACHMENTS).glob("*"):
        if not _SHA256.fullmatch(path.name):
            raise _foreign(destination, f"'{_ATTACHMENTS}/{path.name}' is not ours")


def _is_plan(path: Path) -> bool:
    """Whether this is a plan.json of ours: all that a build without an artifact has."""
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(document, dict) and {"formatVersion", "base", "desired", "steps"} <= set(document)


def _foreign(destination: Path, why: str) -> CompilerError:
    return failure("MF504", f"{destination} is left alone: {why}", hint="move the files away or write elsewhere")


@contextmanager
def staging(destination: Path) -> Iterator[Path]:
    """A new directory beside `destination`, gone in the end; one left behind by a killed process is cleared away.

    A lock on the parent guards making and clearing; a lock on the directory itself says that its maker is alive.
    """
    prefix = f".{destination.name}.staging-"
    with _locked(destination.parent):
        for stale in destination.parent.glob(f"{prefix}*"):
            with _locked(stale, wait=False) as free:
                if free:
                    shutil.rmtree(stale)
        stage = Path(tempfile.mkdtemp(prefix=prefix, dir=destination.parent))
        held = locked_folder(stage)
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        if held is not None:
            os.close(held)


@contextmanager
def _locked(directory: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold the advisory lock of a directory; False when somebody else does and we do not wait."""
    try:
        descriptor = locked_folder(directory, wait=wait)
    except BlockingIOError:
        yield False
        return
    try:
        yield True
    finally:
        if descriptor is not None:
            os.close(descriptor)
