"""The execution plan of compile, `build/<name>/plan.json`: how an empty target would be filled, request by request.

It names no target: compartment, project and names are references, and `${var.NAME}` stands as written.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from compiler.diagnostics import failure
from compiler.planning import references
from compiler.planning.canonical import Body
from compiler.planning.changes.types import Change
from compiler.planning.desired.types import Desired
from compiler.planning.live.observed import Observed
from compiler.planning.plan.planner import plan
from compiler.planning.tags import Scope

if TYPE_CHECKING:
    from compiler.planning.documents import BuildPlan, BuildStep

FORMAT: Literal[1] = 1
TARGET_NAME, PROJECT_NAME = "${target.name}", "${project.name}"


def plan_from_empty(desired: Desired) -> BuildPlan:
    """The document: format, where it starts from, the ordered steps with complete bodies, and the desired state."""
    place = Scope(PROJECT_NAME, TARGET_NAME, references.COMPARTMENT, references.DATA_SCIENCE_PROJECT)
    made = plan([desired], Observed(), place)
    return {
        "formatVersion": FORMAT,
        "base": "empty",
        "name": desired.name,
        "artifact": desired.model.artifact if desired.model else None,
        "steps": _steps(made.changes),
        "desired": desired.to_json(),
    }


def desired_of(document: Body) -> Desired:
    """The desired state in such a document; raises `CompilerError` MF741 when it is of another form."""
    hint = "compile the model again"
    if document.get("formatVersion") != FORMAT:
        raise failure("MF741", f"plan.json has format version {document.get('formatVersion')}, not {FORMAT}", hint=hint)
    try:
        return Desired.from_json(document["desired"])
    except (KeyError, TypeError, ValueError) as error:
        raise failure("MF741", f"plan.json cannot be used: {error!r}", hint=hint) from None


def read_desired(path: Path) -> Desired:
    """The desired state in `build/<name>/plan.json`; raises `CompilerError` MF741 and OSError."""
    try:
        document = json.loads(path.read_bytes())
    except ValueError as error:
        raise failure("MF741", f"{path.name} is not JSON: {error}", hint="compile the model again") from None
    return desired_of(document)


def _steps(changes: Sequence[Change]) -> list[BuildStep]:
    steps: list[BuildStep] = []
    for change in changes:
        for step in change.steps:
            item: BuildStep = {"step": len(steps) + 1, "operation": step.operation, "kind": change.kind.value}
            if step.on:
                item["on"] = step.on
            if step.body is not None:
                item["body"] = step.body
            steps.append(item)
    return steps
