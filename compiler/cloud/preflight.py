"""What only the service can tell of a plan: whether it has the shapes, and whether the conda environments are there.

Asked only of what is about to be made or changed.
"""

from __future__ import annotations

from collections.abc import Iterable

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.errors import RequestError
from compiler.cloud.connect.responses import PAGE, at_page, pages
from compiler.cloud.objectstorage.conda_environment import environment_exists
from compiler.diagnostics import Diagnostic, Severity, did_you_mean
from compiler.planning.changes.types import Change
from compiler.planning.fields.deployment import INSTANCE
from compiler.planning.introspection_results import environment_path
from compiler.planning.live.observed import Kind
from compiler.planning.paths import value_at
from compiler.planning.plan.plan import Plan

SHAPE = (*INSTANCE, "instanceShapeName")


def preflight(connection: Connection, plan: Plan) -> dict[str, tuple[Diagnostic, ...]]:
    """What is wrong with the plan's changes in the eyes of the service, by manifest name."""
    diagnostics: dict[str, tuple[Diagnostic, ...]] = {}
    for name, problem in (*_shapes(connection, plan), *_environments(connection, plan)):
        diagnostics[name] = (*diagnostics.get(name, ()), problem)
    return diagnostics


def _shapes(connection: Connection, plan: Plan) -> Iterable[tuple[str, Diagnostic]]:
    wanted = {change.name: shape for change in plan.applicable if (shape := _new_shape(change))}
    known = _known_shapes(connection) if wanted else frozenset()
    for name, shape in wanted.items():
        if known and shape not in known:
            hint = did_you_mean(shape, known) or f"there are: {', '.join(sorted(known))}"
            message = f"deployment of '{name}': the region {plan.place.region} has no shape '{shape}'"
            yield name, Diagnostic("MF776", message, hint=hint)


def _known_shapes(connection: Connection) -> frozenset[str]:
    """The shapes that deployments may have here; empty when this user may not ask."""
    client, compartment = connection.data_science, connection.place.compartment_id
    try:
        listed = list(
            pages(
                "list the shapes of deployments",
                lambda page: client.list_model_deployment_shapes(compartment, limit=PAGE, **at_page(page)),
                "name",
            )
        )
    except RequestError as error:
        if error.status not in (403, 404):
            raise
        return frozenset()
    return frozenset(str(item["name"]) for item in listed)


def _new_shape(change: Change) -> str | None:
    """The shape that a change asks for, where it asks for one at all."""
    if change.kind is not Kind.DEPLOYMENT:
        return None
    for step in change.steps:
        if step.operation in ("create_model_deployment", "update_model_deployment"):
            shape = value_at(step.body or {}, SHAPE)
            if isinstance(shape, str):
                return shape
    return None


def _environments(connection: Connection, plan: Plan) -> Iterable[tuple[str, Diagnostic]]:
    if connection.local:
        return  # needs none: the model runs in this machine's Python
    asked: dict[str, bool | None] = {}
    for change in plan.applicable:
        for step in change.steps:
            path = environment_path(step.body or {}) if step.operation == "create_model" else None
            if path is None:
                continue
            if path not in asked:
                asked[path] = environment_exists(connection, path)
            if not asked[path]:
                yield change.name, _missing(change.name, path, certain=asked[path] is False)


def _missing(name: str, path: str, *, certain: bool) -> Diagnostic:
    if certain:
        message = f"the conda environment of '{name}' does not exist: {path}"
        return Diagnostic("MF777", message, hint="publish it there, or correct `environment.inference.path`")
    message = f"the conda environment of '{name}' is not there, or this user may not see it: {path}"
    hint = "the deployment reads it with its own permissions: make sure that it exists"
    return Diagnostic("MF777", message, hint=hint, severity=Severity.WARNING)
