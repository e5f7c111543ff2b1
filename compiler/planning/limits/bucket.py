"""Names in the bucket of `catalog.staging`, checked at compile with the manifest's line."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.diagnostics import Report
from compiler.planning.changes.by_reference import version_path
from compiler.planning.desired.types import DesiredModel
from compiler.planning.tags import Place

NAME_BYTES = 1_024
"""The longest name of an object, in UTF-8 (OCI docs: Object Storage, object names)."""
_TARGET = "t" * 63
"""A target's name at its longest: compile knows of no target."""


def check_object_names(model: DesiredModel, project: str, name: str, paths: Iterable[str], report: Report) -> None:
    """Add a problem when an object would be called what Object Storage does not take.

    `paths` are those of the artifact's files, which are objects of their own for a by-reference model.
    """
    if model.staging is None:
        return
    start = version_path(model, model.staging, name, Place(project, _TARGET, "", ""))
    names = [f"{start}/{path}" for path in paths] if model.by_reference else [f"{start}.zip"]
    longest = max(names, key=lambda text: len(text.encode()))
    size = len(longest.encode())
    if size > NAME_BYTES:
        much = f"up to {size:,} bytes, Object Storage takes {NAME_BYTES:,}"
        text = f"an object would have a name of {much}: …{longest[-60:]}"
        at = ("spec", "catalog", "staging", "uri")
        report.error("MF708", text, at, hint="a shorter prefix, or shorter paths in the artifact")
