"""The objects of a table brought here: one object, or all below a prefix."""

from __future__ import annotations

import hashlib
from pathlib import Path

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.watch import WaitOptions
from compiler.cloud.objectstorage.by_reference import StoredFile, list_files
from compiler.cloud.objectstorage.downloads import PARTIAL, stream
from compiler.cloud.objectstorage.objects import Place
from compiler.diagnostics import failure
from compiler.planning.changes.by_reference import FileLocation
from compiler.readers.artifact_zip import unfit_path


def bring(connection: Connection, place: Place, folder: Path, watch: WaitOptions) -> Path:
    """Bring the object, or else all below it as a prefix, into a folder below `folder`; returns that.

    It is named by what the objects are: the same objects lie in the same folder, and those that are there are kept.
    Raises `CompilerError` MF821 when there is nothing, MF755 and `RequestError`.
    """
    found = _objects(connection, place)
    lines = "".join(f"{name} {stored.size} {stored.md5}\n" for name, stored in sorted(found.items()))
    target = folder / hashlib.sha256(f"{place}\n{lines}".encode()).hexdigest()[:32]
    base = place.name if place.name.endswith("/") or place.name in found else f"{place.name}/"
    for name in found:
        path = name.rpartition("/")[2] if name == place.name else name.removeprefix(base)
        if unfit_path(path):
            raise failure("MF821", f"the object '{name}' does not have a name that a file can have")
        _bring_one(connection, Place(place.namespace, place.bucket, name), target / path, watch)
    return target


def _objects(connection: Connection, place: Place) -> dict[str, StoredFile]:
    """The one object, or all below the prefix, by name."""
    listed = list_files(connection, FileLocation(place.namespace, place.bucket, place.name))
    if "" in listed and place.name and not place.name.endswith("/"):
        return {place.name: listed[""]}
    below = {f"{place.name}{path}": stored for path, stored in listed.items() if not f"/{path}".endswith("/")}
    if not place.name.endswith("/") and place.name:
        below = {name: stored for name, stored in below.items() if name.startswith(f"{place.name}/")}
    if not below:
        raise failure("MF821", f"there is no object at {place}")
    return below


def _bring_one(connection: Connection, place: Place, target: Path, watch: WaitOptions) -> None:
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = target.with_name(f".{target.name}{PARTIAL}")
    with staged.open("wb") as file:
        for chunk in stream(connection, place, 0, watch):
            file.write(chunk)
    staged.replace(target)
