"""Shapes of instances that model deployments may name (OCI docs: supported shapes for model deployments)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from compiler.localcloud.http import errors
from compiler.localcloud.http.calls import Call, Route
from compiler.localcloud.http.messages import Response, json_response
from compiler.localcloud.http.paging import required_query
from compiler.localcloud.store.records import JsonObject


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape; `flexible` gives the largest number of OCPUs and of GB when these can be chosen."""

    name: str
    cores: int
    memory: int
    series: str
    flexible: tuple[int, int] | None = None


def _shape(row: JsonObject) -> Shape:
    flex = row.get("flexible")
    most = (flex["ocpus"][1], flex["memoryInGBs"][1]) if flex else None
    return Shape(row["name"], row["ocpus"], row["memoryInGBs"], row["series"], most)


# Planning reads the same file: what compile takes for a shape is one here.
_FILE = Path(__file__).parents[3] / "data" / "shapes.json"
SHAPES = {row["name"]: _shape(row) for row in json.loads(_FILE.read_bytes())["shapes"]}


def check_instance(configuration: JsonObject) -> None:
    """400 unless the shape is known and what is asked of a flexible one lies within its limits."""
    name = configuration.get("instanceShapeName")
    if name is None:
        raise errors.missing_parameter("instanceConfiguration.instanceShapeName")
    shape = SHAPES.get(name)
    if shape is None:
        raise errors.invalid_parameter(
            f"{name} is no shape for model deployments; GET /modelDeploymentShapes lists them"
        )
    chosen = configuration.get("modelDeploymentInstanceShapeConfigDetails") or {}
    if chosen and shape.flexible is None:
        raise errors.invalid_parameter(f"OCPUs and memory cannot be chosen for the shape {name}")
    cores, memory = shape.flexible or (shape.cores, shape.memory)
    _check_range(name, "ocpus", chosen.get("ocpus"), 1, cores)
    _check_range(name, "memoryInGBs", chosen.get("memoryInGBs"), 1, memory)


def list_shapes(call: Call) -> Response:
    """All shapes; the service pages them, they fit on one page here."""
    required_query(call, "compartmentId")
    rows = [
        {"name": s.name, "coreCount": s.cores, "memoryInGBs": s.memory, "shapeSeries": s.series}
        for s in SHAPES.values()
    ]
    return json_response(rows)


def _check_range(shape: str, field: str, value: object, least: int, most: int) -> None:
    if value is not None and not (isinstance(value, int | float) and least <= value <= most):
        raise errors.invalid_parameter(f"{field} of the shape {shape} must be between {least} and {most}, not {value}")


ROUTES = (Route("GET", "/20190101/modelDeploymentShapes", list_shapes),)
