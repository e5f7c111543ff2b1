"""Whether the deployment's shape has the devices that a model's program asks for."""

from __future__ import annotations

from compiler.diagnostics import Pointer, Report
from compiler.ir import ModelFacts
from compiler.spec.deployment import Deployment

_AT: Pointer = ("spec", "deployment", "shape")


def check_devices(facts: ModelFacts, deployment: Deployment | None, report: Report) -> None:
    """Report MF228 where a program needs a GPU and the shape has none.

    An error where it loads nowhere else; else a warning, since the branch with the device may never be taken.
    """
    devices = facts.details.get("devices")
    if not isinstance(devices, list) or deployment is None or deployment.state == "absent":
        return
    if "GPU" in deployment.shape.upper():
        return
    named = ", ".join(f"'{device}'" for device in devices)
    text = f"the model's program asks for the device {named}, and the shape {deployment.shape} has no GPU"
    hint = "save it again from a model on the CPU, or choose a shape with GPUs"
    if facts.details.get("loads_only_there"):
        report.error("MF228", text, _AT, hint=hint)
    else:
        report.warning("MF228", text, _AT, hint=hint)
