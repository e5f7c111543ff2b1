"""Shapes of deployments: the names that are known here, and the sizes that flexible ones take."""

from __future__ import annotations

from dataclasses import dataclass

from compiler.diagnostics import Pointer, Report, did_you_mean
from compiler.planning.desired.deployment_body import GIGABYTES_PER_OCPU, flexible
from compiler.spec.deployment import Deployment


@dataclass(frozen=True, slots=True)
class Flex:
    """Range of a flexible shape: OCPUs and gigabytes (OCI docs, compute shapes)."""

    ocpus: tuple[float, float]
    memory: tuple[float, float]


FLEX_SHAPES = {
    "VM.Standard.E3.Flex": Flex((1, 64), (6, 1024)),
    "VM.Standard.E4.Flex": Flex((1, 64), (6, 1024)),
    "VM.Standard3.Flex": Flex((1, 32), (6, 512)),
    "VM.Optimized3.Flex": Flex((1, 18), (6, 256)),
}
KNOWN_SHAPES = (
    *FLEX_SHAPES,
    "VM.Standard.E5.Flex",
    "VM.Standard.E6.Flex",
    "VM.Standard.A1.Flex",
    "VM.Standard.A2.Flex",
    *(f"VM.Standard2.{ocpus}" for ocpus in (1, 2, 4, 8, 16, 24)),
    "VM.GPU2.1",
    *(f"VM.GPU3.{gpus}" for gpus in (1, 2, 4)),
    *(f"VM.GPU.A10.{gpus}" for gpus in (1, 2)),
    "BM.GPU.A10.4",
    "BM.GPU4.8",
    "BM.GPU.A100-v2.8",
    "BM.GPU.L40S-NC.4",
    "BM.GPU.H100.8",
    "BM.GPU.H200.8",
)
"""OCI docs, supported shapes for model deployments; a region has only some of them, and may have newer ones."""


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
        return  # the service knows ranges that are newer than this list
    ocpus = spec.ocpus or 1
    memory = spec.memory_in_gbs or GIGABYTES_PER_OCPU * ocpus
    for name, value, (least, most) in (("ocpus", ocpus, known.ocpus), ("memoryInGBs", memory, known.memory)):
        if not least <= value <= most:
            text = f"{spec.shape} takes {least:g} to {most:g} {name}, not {value:g}"
            report.error("MF705", text, (*at, name if given[name] is not None else "shape"))
