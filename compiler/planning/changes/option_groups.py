"""Option groups of a deployment: an ACTIVE one takes a single group a request, without downtime.

Sources disagree (OCI docs, model-dep-edit; SDK 2.189 docstring of update_model_deployment): the finer division is used,
which satisfies both. INACTIVE, everything may go in one request.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

from compiler.planning.canonical import Body, Path, comparable, leaves, nested
from compiler.planning.changes.differences import Difference, merged

DETAILS = "modelDeploymentConfigurationDetails"
MODEL: Path = (DETAILS, "modelConfigurationDetails")
ENVIRONMENT: Path = (DETAILS, "environmentConfigurationDetails")
INSTANCE: Path = (*MODEL, "instanceConfiguration")
SIZE: Path = (*INSTANCE, "modelDeploymentInstanceShapeConfigDetails")
MODEL_ID: Path = (*MODEL, "modelId")

GROUPS: Mapping[str, tuple[Path, ...]] = {
    "environment": (ENVIRONMENT,),
    "compute": (INSTANCE, (*MODEL, "scalingPolicy")),
    "bandwidth": ((*MODEL, "bandwidthMbps"), (*MODEL, "maximumBandwidthMbps")),
    "logging": (("categoryLogDetails",),),
    "model": (MODEL_ID,),
    "identity": (("displayName",), ("description",), ("freeformTags",), ("definedTags",)),
}
"""In the order in which they are sent: room for the new model first, then the model, names and tags last."""
SETTINGS = tuple(name for name in GROUPS if name != "identity")

VARIABLES: Path = (*ENVIRONMENT, "environmentVariables")
_CLEARED: Mapping[Path, Any] = {
    ("description",): "",
    ("definedTags",): {},
    ("categoryLogDetails",): {},
    ("categoryLogDetails", "access"): {},
    ("categoryLogDetails", "predict"): {},
    (*MODEL, "maximumBandwidthMbps"): None,
    (*INSTANCE, "capacityReservationIds"): [],
    SIZE: {},
    VARIABLES: {},
    (*ENVIRONMENT, "cmd"): [],
    (*ENVIRONMENT, "entrypoint"): [],
    (*ENVIRONMENT, "customHttpEndpoints"): [],
}
"""What stands for "no value" in an update, where leaving the field out would mean "unchanged" (SDK 2.189 docstring).

Whole objects come before their parts: without any log, the empty object says so for both.
"""


def changed_groups(found: Difference) -> tuple[str, ...]:
    """The setting groups with a difference, in order."""
    return tuple(name for name in SETTINGS if found.under(*GROUPS[name]))


def update_body(names: tuple[str, ...], live: Mapping[Path, Any], found: Difference) -> Body:
    """UpdateModelDeploymentDetails that carries out the difference in these groups; objects of a group are sent whole."""
    prefixes = tuple(prefix for name in names for prefix in GROUPS[name])
    body = merged(live, found, *prefixes)
    for path, cleared in _CLEARED.items():
        deleted = any(_below(p, (path,)) and wanted is None for p, (_, wanted) in found.values.items())
        told = _get(body, path) is not None or (len(path) > 1 and _get(body, path[:-1]) == {})
        if deleted and not told and _below(path, prefixes):
            _put(body, path, copy(cleared))
    if ENVIRONMENT in prefixes and _get(body, VARIABLES) is None:
        _put(body, VARIABLES, {})  # ADS 2.16.1 sends them always, empty ones too
    if any(prefix[0] == DETAILS for prefix in prefixes):
        _put(body, (DETAILS, "deploymentType"), live.get((DETAILS, "deploymentType"), "SINGLE_MODEL"))
    return body


def undo_body(names: tuple[str, ...], live: Mapping[Path, Any], found: Difference) -> Body:
    """The update that puts the former values of these groups back."""
    after = {path: value for path, value in live.items() if path not in found.values}
    after.update({path: wanted for path, (_, wanted) in found.values.items() if wanted is not None})
    back = Difference({path: (wanted, before) for path, (before, wanted) in found.values.items()})
    return update_body(names, after, back)


def settings_leaves(body: Mapping[str, Any]) -> dict[Path, Any]:
    """The leaves of a deployment's settings: only what an update can set."""
    known = {name: body.get(name) for name in (DETAILS, "categoryLogDetails", "displayName", "description")}
    known.update({name: body.get(name) for name in ("freeformTags", "definedTags")})
    return leaves(comparable(known))


def nested_body(found: Mapping[Path, Any]) -> Body:
    """The body of these leaves."""
    return nested(found.items())


def holds(body: Body, path: Path) -> bool:
    """Whether an update says anything of what lies at a path."""
    return _get(body, path) is not None


def _below(path: Path, prefixes: tuple[Path, ...]) -> bool:
    return any(path[: len(prefix)] == prefix for prefix in prefixes)


def _get(body: Body, path: Path) -> Any:
    node: Any = body
    for key in path:
        node = node.get(key) if isinstance(node, dict) else None
    return node


def _put(body: Body, path: Path, value: Any) -> None:
    for key in path[:-1]:
        body = body.setdefault(key, {})
    body[path[-1]] = value
