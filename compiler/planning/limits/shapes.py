"""Shapes of deployments: the names that are known here, and the sizes that flexible ones take."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compiler.diagnostics import Pointer, Report, did_you_mean
from compiler.planning.desired.deployment_body import GIGABYTES_PER_OCPU, flexible
from compiler.spec.deployment import Deployment


@dataclass(frozen=True, slots=True)
class Flex:
    """Range of a flexible shape: OCPUs and gigabytes."""

    ocpus: tuple[float, float]
    memory: tuple[float, float]


# The embedded OCI reads the same file: it imports nothing of planning, so that a data file is what both can share.
_FILE = Path(__file__).parents[2] / "data" / "shapes.json"
_SHAPES: list[dict[str, Any]] = json.loads(_FILE.read_bytes())["shapes"]
KNOWN_SHAPES = tuple(shape["name"] for shape in _SHAPES)
"""OCI docs, supported shapes for model deployments; a region has only some of them, and may have newer ones."""
FLEX_SHAPES = {
    shape["name"]: Flex(tuple(flex["ocpus"]), tuple(flex["memoryInGBs"]))
    for shape in _SHAPES
    if (flex := shape.get("flexible")) and flex["statedByApi"]
}
"""The ranges that the API itself states; the service may take more of the others than the documents say."""


def check_shape(spec: Deployment, at: Pointer, report: Report) -> None:
    """Add a problem for a size that the shape does not have, a warning for a shape that is not known here."""
    if spec.shape not in KNOWN_SHAPES:
        hint = did_you_mean(spec.shape, KNOWN_SHAPES) or "the service is asked at plan"
        report.warning("MF775", f"'{spec.shape}' is no shape that this version knows", (*at, "shape"), hint=hint)
    given = {"ocpus": spec.ocpus, "memoryInGBs": spec.memory_in_gbs, "cpuBaseline": spec.cpu_baseline}
    if not flexible(spec.shape):
        for name in (name for name, value in given.items() if value is not None):
            report.error("MF705", f"{spec.shape} has a fixed size: it takes no {name}", (*at, name))
        return
    known = FLEX_SHAPES.get(spec.shape)
    if known is None:
        return  # the service is asked at plan
    ocpus = spec.ocpus or 1
    memory = spec.memory_in_gbs or GIGABYTES_PER_OCPU * ocpus
    for name, value, (least, most) in (("ocpus", ocpus, known.ocpus), ("memoryInGBs", memory, known.memory)):
        if not least <= value <= most:
            text = f"{spec.shape} takes {least:g} to {most:g} {name}, not {value:g}"
            report.error("MF705", text, (*at, name if given[name] is not None else "shape"))
