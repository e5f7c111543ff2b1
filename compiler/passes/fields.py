"""Fields of the manifest that exclude or need each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compiler.diagnostics import Pointer, Report
from compiler.spec.source import ModelSource, PrebuiltArtifact
from compiler.spec.v1 import Manifest


def check_fields(manifest: Manifest, report: Report) -> None:
    """Check what a JSON Schema cannot say well. Runs before anything is read, so that nothing is read in vain."""
    _check_source(manifest, report)
    if manifest.spec.catalog.by_reference and manifest.spec.catalog.staging is None:
        at = ("spec", "catalog", "byReference")
        report.error("MF107", "'byReference' needs the bucket that the files lie in: 'catalog.staging.uri'", at)


def check_variables(data: Any, report: Report) -> None:
    """Refuse `${var.NAME}` outside `spec.catalog` and `spec.deployment`: an artifact never depends on its target."""
    for at, text in texts(data, ()):
        if "${var." in text and at[:2] not in (("spec", "catalog"), ("spec", "deployment"), ("spec", "modelId")):
            report.error("MF115", "a variable cannot stand here: it would decide the artifact's bytes", at)


def texts(data: Any, at: Pointer) -> Iterator[tuple[Pointer, str]]:
    """Every text in plain data, with its place."""
    if isinstance(data, str):
        yield at, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from texts(value, (*at, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from texts(value, (*at, index))


def _check_source(manifest: Manifest, report: Report) -> None:
    spec = manifest.spec
    sources = {"model": spec.model, "artifact": spec.artifact, "modelId": spec.model_id}
    given = [name for name, value in sources.items() if value is not None]
    if len(given) != 1:
        found = " and ".join(f"'{name}'" for name in given) or "none"
        at: Pointer = ("spec", given[1]) if given else ("spec",)
        report.error("MF107", f"'spec' needs just one of 'model', 'artifact' and 'modelId', found {found}", at)
    for name, source in (("model", spec.model), ("artifact", spec.artifact)):
        if source is not None:
            _check_place(name, source, report)
    if spec.score.file and (spec.score.hooks or spec.score.method):
        other = "hooks" if spec.score.hooks else "method"
        report.error("MF107", f"your own score.py leaves no use for 'score.{other}'", ("spec", "score", other))


def _check_place(name: str, source: ModelSource | PrebuiltArtifact, report: Report) -> None:
    """A model, or an artifact, lies in the project or is fetched."""
    if (source.path is None) == (source.uri is None):
        what = "both 'path' and 'uri'" if source.path else "neither 'path' nor 'uri'"
        report.error("MF107", f"'spec.{name}' names {what}, it needs one of them", ("spec", name))
    if source.uri is not None and source.sha256 is None:
        what = "a model" if name == "model" else "an artifact"
        report.error("MF107", f"{what} fetched by 'uri' needs its 'sha256'", ("spec", name, "uri"))
