"""What was built from what: an unchanged manifest is known by the sizes and times of its files.

An entry lists every input with size, modification time and SHA-256, and every output with size and time. A file whose
time differs is hashed again, so that a fresh checkout or a `touch` costs a hash and not a build. Entries are sealed:
with one that came with the checkout, a model that was never looked at would be "unchanged".
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compiler.compilation.build import PLAN_NAME, Build, attached_files
from compiler.diagnostics import Diagnostic, Severity
from compiler.emit.record import RECORD_NAME, ArtifactRecord
from compiler.ir import Categories, Golden, ModelFacts, Need, Tensor
from compiler.lock import LOCK_FILE
from compiler.planning.desired.types import Desired
from compiler.version import __version__
from compiler.workspace.hashing import file_sha256
from compiler.workspace.layout import OUR_FOLDERS, ProjectLayout
from compiler.workspace.root import PROJECT_FILE, find_root, private_folder
from compiler.workspace.sealed import seal, state_folder, unseal

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from compiler.compilation.full_build import Work

_FORMAT = 3
FORGETFUL = "MF509"


def recall(path: Path, root: Path | None) -> Build | None:
    """The build of `path` when everything is as it was left, else None."""
    base = root.resolve() if root else find_root(path.parent)
    try:
        content = unseal(_entry(base, path))
        if content is None or any((base / name).is_symlink() for name in OUR_FOLDERS):
            return None
        entry = json.loads(content)
        fits = entry["stamp"] == _stamp() and entry["own"] == _own_files(base)
        if not fits or not _same_inputs(entry["inputs"]) or _listing(entry["folders"]) != entry["folders"]:
            return None
        return _build(entry["build"], path, base) if _same_outputs(entry["outputs"]) else None
    except (OSError, ValueError, KeyError, TypeError):
        # No entry, or one of another version: build anew.
        return None


def remember(build: Build, work: Work) -> bool:
    """Keep what was built from what; False when this user has no place for the key that such records need."""
    private_folder(build.state)
    files = {file.source: file.sha256 for file in work.files.files.values()}
    entry = {
        "stamp": _stamp(),
        "own": _own_files(build.root),
        "inputs": {str(path): [*_seen(path), files.get(path) or file_sha256(path)] for path in work.read},
        "folders": _listing(str(path) for path in work.folders),
        "outputs": {str(path): _seen(path) for path in _outputs(build)},
        "build": _document(build),
    }
    return seal(_entry(build.root, build.manifest), json.dumps(entry).encode())


def forgetful() -> Diagnostic:
    """The warning that the next run will build this again."""
    message = f"builds are not remembered: no key can be kept in '{state_folder()}'"
    hint = "set XDG_STATE_HOME to a folder outside of the checkout that only you can write"
    return Diagnostic(FORGETFUL, message, hint=hint, severity=Severity.WARNING)


def _entry(root: Path, manifest: Path) -> Path:
    name = hashlib.sha256(str(manifest.resolve()).encode()).hexdigest()[:32]
    return ProjectLayout(root).cache / f"{name}.json"


def _own_files(root: Path) -> list[bool]:
    """Whether project file and lock are there: one that appears changes everything."""
    return [(root / name).exists() for name in (PROJECT_FILE, LOCK_FILE)]


@functools.cache  # the code of this process does not change any more
def _stamp() -> list[Any]:
    """Version of the compiler; in a checkout its sources may change without the version."""
    package = Path(__file__).parent.parent
    in_checkout = (package.parent / "pyproject.toml").exists()
    # Templates and lists are code as well; what Python caches beside them is not.
    sources = (path for path in package.rglob("*.*") if path.suffix != ".pyc" and path.is_file())
    newest = max(path.stat().st_mtime_ns for path in sources) if in_checkout else 0
    return [_FORMAT, __version__, newest]


def _same_inputs(inputs: dict[str, list[Any]]) -> bool:
    return all(_same(Path(name), *known) for name, known in inputs.items())


def _same(path: Path, size: int, time: int, sha256: str) -> bool:
    now_size, now_time = _seen(path)
    return now_size == size and (now_time == time or file_sha256(path) == sha256)


def _same_outputs(outputs: dict[str, list[int]]) -> bool:
    return all(_seen(Path(name)) == seen for name, seen in outputs.items())


def _outputs(build: Build) -> list[Path]:
    plan = build.directory / PLAN_NAME
    if build.record is None:
        return [plan]
    files = (build.artifact / file.path for file in build.record.files)
    return [build.directory / RECORD_NAME, plan, *files, *attached_files(build.directory).values()]


def _listing(folders: Iterable[str]) -> dict[str, list[str]]:
    return {name: sorted(str(p.relative_to(name)) for p in Path(name).rglob("*") if p.is_file()) for name in folders}


def _seen(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def _document(build: Build) -> dict[str, Any]:
    facts: dict[str, Any] = asdict(build.facts)
    methods = build.facts.methods
    return {
        "name": build.name,
        "facts": {**facts, "methods": None if methods is None else sorted(methods)},
        "desired": build.desired.to_json(),
        "golden": _shallow(build.golden) if build.golden else None,
        "ownScore": build.own_score,
        "container": build.container,
        "built": build.record is not None,
        "warnings": [warning.to_json() for warning in build.warnings],
    }


def _shallow(value: DataclassInstance) -> dict[str, Any]:
    """The fields as they are: they hold what JSON can, and copies of thousands of values take longer than the text."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _build(document: dict[str, Any], path: Path, root: Path) -> Build:
    golden, folder = document["golden"], ProjectLayout(root).build(document["name"])
    record = ArtifactRecord.from_json((folder / RECORD_NAME).read_bytes()) if document["built"] else None
    return Build(
        name=document["name"],
        manifest=path,
        root=root,
        facts=_facts(document["facts"]),
        record=record,
        desired=Desired.from_json(document["desired"]),
        golden=_golden(golden) if golden else None,
        own_score=document["ownScore"],
        container=document["container"],
        warnings=tuple(Diagnostic.from_json(warning) for warning in document["warnings"]),
        unchanged=True,
    )


def _golden(document: dict[str, Any]) -> Golden:
    return Golden(**{**document, "inputs": tuple(document["inputs"]), "outputs": tuple(document["outputs"])})


def _facts(document: dict[str, Any]) -> ModelFacts:
    some: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in document.items()}
    methods = document["methods"]
    facts = ModelFacts(**{**some, "methods": None if methods is None else frozenset(methods)})
    categories = {name: _categories(known) for name, known in document["categories"].items()}
    needs = tuple(Need(**need) for need in document["needs"])
    facts = replace(facts, categories=categories, needs=needs)
    return replace(facts, inputs=_tensors(document["inputs"]), outputs=_tensors(document["outputs"]))


def _tensors(items: list[dict[str, Any]]) -> tuple[Tensor, ...]:
    return tuple(_tensor(item) for item in items)


def _tensor(item: dict[str, Any]) -> Tensor:
    shape = tuple(item["shape"]) if item["shape"] is not None else None
    return Tensor(item["name"], item["dtype"], shape, tuple(item["symbols"]))


def _categories(document: dict[str, Any]) -> Categories:
    values = document["values"]
    return Categories(None if values is None else tuple(values), document["dtype"])
