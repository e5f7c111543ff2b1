"""Fields that have no use beside `spec.artifact` or `spec.modelId`: said at their line, never ignored in silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler.diagnostics import Pointer, Report
from compiler.spec.v1 import Manifest

_IN_ARTIFACT: Mapping[tuple[str, ...], str] = {
    ("environment",): "its runtime.yaml names the environment",
    ("columns",): "its input_schema.json and output_schema.json describe the columns",
    ("samples", "labels"): "its output_schema.json describes the answers",
    ("score",): "its score.py answers",
    ("include",): "all its files are in it; put them there",
}
_IN_CATALOG: Mapping[tuple[str, ...], str] = {
    ("environment",): "the model in the catalog has its own",
    ("columns",): "the model in the catalog has its schemas",
    ("samples", "labels"): "the model in the catalog has its schemas",
    ("score",): "the model in the catalog has its score.py",
    ("include",): "nothing is built",
    ("useCase",): "nothing is saved to the catalog",
    ("catalog",): "nothing is saved to the catalog",
}


def check_uses(manifest: Manifest, written: Any, report: Report) -> None:
    """Report MF116 for each such field of `written`, the manifest's own data.

    What only the project's `defaults:` set is meant for other manifests and is no problem here.
    """
    spec = manifest.spec
    if spec.model is not None:
        return
    if spec.artifact is not None:
        _refuse("artifact", _IN_ARTIFACT, written, report)
        _check_contract(manifest, report)
    if spec.model_id is not None:
        _refuse("modelId", _IN_CATALOG, written, report)
        if spec.deployment is None:
            text = "'spec.modelId' names a model to be deployed, and there is no 'spec.deployment'"
            report.error("MF107", text, ("spec", "modelId"))


def _refuse(source: str, without_use: Mapping[tuple[str, ...], str], written: Any, report: Report) -> None:
    for path, why in without_use.items():
        at: Pointer = ("spec", *path)
        if _has(written, at):
            report.error("MF116", f"'{'.'.join(path)}' has no use with 'spec.{source}': {why}", at, hint="take it out")


def _check_contract(manifest: Manifest, report: Report) -> None:
    """A container's artifact needs a container: nothing else reads it."""
    artifact, deployment = manifest.spec.artifact, manifest.spec.deployment
    if artifact is None or artifact.contract == "conda" or deployment is None or deployment.state == "absent":
        return
    if deployment.container is None:
        text = "the artifact is for a container, and 'spec.deployment' has none"
        hint = "add deployment.container, or set the contract to conda"
        report.error("MF117", text, ("spec", "artifact", "contract"), hint=hint)


def _has(data: Any, at: Pointer) -> bool:
    for step in at:
        if not isinstance(data, dict) or step not in data:
            return False
        data = data[step]
    return True
