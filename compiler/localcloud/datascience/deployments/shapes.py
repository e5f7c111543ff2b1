"""Shapes of instances that model deployments may name (OCI docs: supported shapes for model deployments)."""

from __future__ import annotations

from dataclasses import dataclass

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


SHAPES = {
    shape.name: shape
    for shape in (
        Shape("VM.Standard.E3.Flex", 1, 16, "AMD_ROME", (64, 1024)),
        Shape("VM.Standard.E4.Flex", 1, 16, "AMD_ROME", (64, 1024)),
        Shape("VM.Standard.E5.Flex", 1, 16, "AMD_ROME", (94, 1049)),
        Shape("VM.Standard3.Flex", 1, 16, "INTEL_SKYLAKE", (32, 512)),
        Shape("VM.Optimized3.Flex", 1, 14, "INTEL_SKYLAKE", (18, 256)),
        Shape("VM.Standard.A1.Flex", 1, 6, "ARM", (80, 512)),
        *(Shape(f"VM.Standard2.{n}", n, 15 * n, "INTEL_SKYLAKE") for n in (1, 2, 4, 8, 16)),
        Shape("VM.Standard2.24", 24, 320, "INTEL_SKYLAKE"),
        Shape("VM.GPU2.1", 12, 72, "NVIDIA_GPU"),
        Shape("VM.GPU3.1", 6, 90, "NVIDIA_GPU"),
        Shape("VM.GPU3.2", 12, 180, "NVIDIA_GPU"),
        Shape("VM.GPU3.4", 24, 360, "NVIDIA_GPU"),
        Shape("VM.GPU.A10.1", 15, 240, "NVIDIA_GPU"),
        Shape("VM.GPU.A10.2", 30, 480, "NVIDIA_GPU"),
        Shape("BM.GPU.A10.4", 64, 1024, "NVIDIA_GPU"),
    )
}


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
