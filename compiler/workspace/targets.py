"""Which target a command means, and the variables it sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from compiler.diagnostics import did_you_mean, failure
from compiler.workspace.project import Workspace
from compiler.workspace.root import PROJECT_FILE

if TYPE_CHECKING:
    from compiler.spec.project import Target

LOCAL = "local"
VARIABLE_PREFIX = "MANIFACT_VAR_"
_HEAD = ["apiVersion: manifact/v1", "kind: Project", "metadata: {name: models}"]


def choose_target(workspace: Workspace, wanted: str | None) -> tuple[str, Target]:
    """The target `wanted` (from `--target` or MANIFACT_TARGET) and its settings.

    `local` is always there, and meant where the project has no other. Raises `CompilerError` MF111 for a name that the
    project does not have, and where one must be said.
    """
    from compiler.spec.project import Target

    targets = {LOCAL: Target(), **(workspace.project.targets if workspace.project else {})}
    if wanted is None and len(targets) > 1:
        names = ", ".join(targets)
        raise failure("MF111", "the project has several targets, and none was named", hint=f"say --target: {names}")
    name = wanted or LOCAL
    if name not in targets:
        hint = did_you_mean(name, targets) or f"there are: {', '.join(targets)}; {_lines(name, workspace)}"
        raise failure("MF111", f"unknown target '{name}'", hint=hint)
    return name, targets[name]


def _lines(name: str, workspace: Workspace) -> str:
    """The lines that add a target to the project file, or that make one with it."""
    target = [f"  {name}:", "    region: us-ashburn-1", "    compartmentId: ocid1.compartment.oc1..YOURS"]
    target += ["    projectId: ocid1.datascienceproject.oc1.iad.YOURS"]
    if workspace.project and workspace.project.targets:
        return "\n".join([f"add below `targets:` in {PROJECT_FILE}:", *target])
    head = ["targets:"] if workspace.project else [*_HEAD, "targets:"]
    return "\n".join([f"add to {PROJECT_FILE} in the project's root:", *head, *target])


def variable(target: Target, name: str, environ: Mapping[str, str]) -> tuple[str, bool, bool] | None:
    """Value of `${var.NAME}`, whether it is sensitive, and whether it comes from `MANIFACT_VAR_NAME`, which wins.

    None: nobody sets it.
    """
    from compiler.spec.project import Variable

    known = target.variables.get(name)
    sensitive = isinstance(known, Variable) and known.sensitive
    value = environ.get(VARIABLE_PREFIX + name)
    external = value is not None
    if value is None:
        value = known.value if isinstance(known, Variable) else known
    return None if value is None else (value, sensitive, external)
