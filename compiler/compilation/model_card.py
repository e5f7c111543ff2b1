"""What the model card of a build shows, gathered from everything that compiling knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler.compilation.desired import Made
from compiler.diagnostics import Diagnostic
from compiler.emit.assemble import introspect_tree
from compiler.emit.report.card import LibraryVersion, ModelCard, PlannedStep
from compiler.frameworks import distributions_of
from compiler.passes.draft import Inputs
from compiler.passes.packages import contains
from compiler.passes.versions import recorded_versions
from compiler.planning.documents import BuildPlan
from compiler.spec.source import ColumnSpec
from compiler.spec.v1 import Manifest

_DEPLOY = "create_model_deployment"
_SETTINGS = {
    "displayName": "Name",
    "instanceShapeName": "Shape",
    "ocpus": "OCPUs",
    "memoryInGBs": "Memory in GB",
    "instanceCount": "Instances",
    "bandwidthMbps": "Bandwidth in Mbps",
    "maximumBandwidthMbps": "Bandwidth in Mbps",
}


def model_card(made: Made, manifest: Manifest, plan: BuildPlan, warnings: tuple[Diagnostic, ...]) -> ModelCard:
    """The card of one artifact."""
    spec, inputs = manifest.spec, made.inputs
    steps = plan["steps"]
    return ModelCard(
        model=made.model,
        record=made.record,
        checks=introspect_tree(made.model, made.tree),
        description=spec.catalog.description or "",
        warnings=warnings,
        versions=_versions(inputs) if inputs else (),
        steps=tuple(PlannedStep(step["operation"], step["kind"]) for step in steps),
        settings=next((_settings(step["body"]) for step in steps if step["operation"] == _DEPLOY), None),
        input=inputs.input if inputs else None,
        output=inputs.output if inputs else None,
        private_input=_private(spec.columns.input),
        private_output=_private(spec.columns.output),
        allowed=tuple(spec.model.allow) if spec.model else (),
    )


def _private(columns: Mapping[str, ColumnSpec]) -> frozenset[str]:
    return frozenset(name for name, column in columns.items() if column.private)


def _versions(inputs: Inputs) -> tuple[LibraryVersion, ...]:
    """Each library that the model file records, beside what the inference environment has."""
    found = {
        distribution: recorded
        for name, recorded in recorded_versions(inputs).items()
        for distribution in distributions_of(name)
    }
    return tuple(_version(name, recorded, inputs.packages.asked(name)) for name, recorded in sorted(found.items()))


def _version(name: str, recorded: str, asked: str | None) -> LibraryVersion:
    return LibraryVersion(name, recorded, asked or None, skewed=bool(asked) and not contains(str(asked), recorded))


def _settings(body: Mapping[str, Any]) -> dict[str, str]:
    """What the request for a deployment sets, as far as a reader wants to know it at a glance."""
    found: dict[str, str] = {}
    pending: list[Mapping[str, Any]] = [body]
    while pending:
        item = pending.pop(0)
        pending += [value for value in item.values() if isinstance(value, dict)]
        found |= {_SETTINGS[key]: str(value) for key, value in item.items() if key in _SETTINGS}
    return found
