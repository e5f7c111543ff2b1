"""Limits of a compiled artifact: metadata lists, the archive, names of objects, the smoke test's request."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from compiler.diagnostics import Pointer, Report
from compiler.planning.canonical import Body
from compiler.planning.changes.by_reference import version_path
from compiler.planning.desired.types import Desired, DesiredModel
from compiler.planning.live.last_applied import ARTIFACT_MD5, LastApplied, metadata, paths
from compiler.planning.tags import Scope

METADATA_BYTES = 32_000
"""Each metadata list: the sum of its items as JSON in UTF-16 (ADS 2.16.1 source)."""
ARCHIVE_BYTES = 400 * 10**9
"""The largest artifact (OCI docs, models-about; older pages say 6 GB)."""
REQUEST_BYTES = 10 * 1024 * 1024
"""The largest request of an endpoint (OCI docs, model-dep-invoke)."""
NAME_BYTES = 1_024
"""The longest name of an object, in UTF-8 (OCI docs: Object Storage, object names)."""
_TARGET = "t" * 63
"""A target's name at its longest: compile knows of no target."""
_MD5 = "0" * 24
"""As long as the base64 of an md5."""


def check_saved(desired: Desired, report: Report) -> None:
    """Add a problem for everything that the service would refuse when the model is saved or its endpoint is tested."""
    if desired.model is not None:
        _check_lists(desired, desired.model, report)
        _check_archive(desired.model, report)
    _check_request(desired, report)


def check_object_names(model: DesiredModel, project: str, name: str, paths: Iterable[str], report: Report) -> None:
    """Add a problem when an object would be called what Object Storage does not take.

    `paths` are those of the artifact's files, which are objects of their own for a by-reference model.
    """
    if model.staging is None:
        return
    start = version_path(model, model.staging, name, Scope(project, _TARGET, "", ""))
    names = [f"{start}/{path}" for path in paths] if model.by_reference else [f"{start}.zip"]
    longest = max(names, key=lambda text: len(text.encode()))
    size = len(longest.encode())
    if size > NAME_BYTES:
        much = f"up to {size:,} bytes, Object Storage takes {NAME_BYTES:,}"
        text = f"an object would have a name of {much}: …{longest[-60:]}"
        at = ("spec", "catalog", "staging", "uri")
        report.error("MF708", text, at, hint="a shorter prefix, or shorter paths in the artifact")


def _check_lists(desired: Desired, model: DesiredModel, report: Report) -> None:
    own = [_record(desired, model).metadata(), metadata(ARTIFACT_MD5, _MD5)]
    lists: tuple[tuple[str, str, Sequence[Body], str], ...] = (
        ("custom", "custom", [*model.body.get("customMetadataList", ()), *own], "attach long texts: `artifact:`"),
        ("taxonomy", "taxonomy", model.body.get("definedMetadataList", ()), ""),
    )
    for name, field, items, hint in lists:
        size = sum(len(json.dumps(item).encode("utf-16")) for item in items)
        if size > METADATA_BYTES:
            text = f"{size} bytes of {name} metadata with what was read from the model, at most {METADATA_BYTES}"
            report.error("MF708", text, ("spec", "catalog", field), hint=hint or None)


def _record(desired: Desired, model: DesiredModel) -> LastApplied:
    """`ManifactApplied` at its longest: while the deployment moves, it knows the settings before and after."""
    deployment = desired.deployment
    entry = ((deployment.config(desired.serves), paths(deployment.body)),) if deployment else ()
    attached = tuple((item.key, item.sha256) for item in model.attachments)
    return LastApplied(model.artifact, model.owned_paths, (*entry, *entry), attached)


def _check_archive(model: DesiredModel, report: Report) -> None:
    if model.size > ARCHIVE_BYTES:
        text = f"the artifact's zip has {model.size} bytes, the catalog takes {ARCHIVE_BYTES}"
        report.error("MF708", text, ("spec",))


def _check_request(desired: Desired, report: Report) -> None:
    smoke = desired.deployment.smoke if desired.deployment else None
    if smoke is None:
        return
    size = len(json.dumps(smoke.request).encode())
    at: Pointer = ("spec", "samples", "golden") if smoke.expected else ("spec", "deployment", "smoke")
    if size > REQUEST_BYTES:
        text = f"the smoke test would send {size} bytes, an endpoint takes {REQUEST_BYTES}"
        report.error("MF726", text, at, hint="fewer golden rows, or `smoke: off`")
