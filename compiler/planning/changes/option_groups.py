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
from compiler.planning.fields.deployment import (
    DEPLOYMENT,
    DETAILS,
    ENVIRONMENT,
    PARTS_CLEARED,
    SIZE,
    VARIABLES,
    WHOLE_OBJECTS,
)
from compiler.planning.fields.field import Clear
from compiler.planning.paths import below, put, value_at

NAMES = ("environment", "compute", "bandwidth", "logging", "model", "identity")
"""In the order in which they are sent: room for the new model first, then the model, names and tags last."""
SETTINGS = tuple(name for name in NAMES if name != "identity")


def _sent_as(path: Path) -> Path:
    """The object that an update sends for the sake of this path."""
    return next((whole for whole in WHOLE_OBJECTS if below(path, (whole,))), path)


GROUPS: Mapping[str, tuple[Path, ...]] = {
    name: tuple(dict.fromkeys(_sent_as(field.path) for field in DEPLOYMENT if field.group == name)) for name in NAMES
}
_CLEARED: Mapping[Path, Any] = {
    # Lists come last, and objects that hold several fields after them: the order in which bodies have them.
    path: cleared
    for path, cleared in sorted(
        [*((field.path, field.cleared) for field in DEPLOYMENT), *PARTS_CLEARED.items()],
        key=lambda item: (item[0] == SIZE, item[1] == []),
    )
    if cleared is not Clear.LEFT_OUT
}
"""What stands for "no value" in an update; without any log, the empty object says so for both categories."""


def changed_groups(difference: Difference) -> tuple[str, ...]:
    """The setting groups with a difference, in order. Raises LookupError for a path that no request would send."""
    known = [path for name in NAMES for path in GROUPS[name]]
    unsent = [path for path in difference.values if not below(path, known)]
    if unsent:  # it would be planned and reported as done for ever
        raise LookupError(f"no update sends {'.'.join(unsent[0])}")
    return tuple(name for name in SETTINGS if difference.under(*GROUPS[name]))


def update_body(names: tuple[str, ...], live: Mapping[Path, Any], difference: Difference) -> Body:
    """UpdateModelDeploymentDetails for the difference in these groups; objects of a group are sent whole."""
    prefixes = tuple(prefix for name in names for prefix in GROUPS[name])
    body = merged(live, difference, *prefixes)
    for path, cleared in _CLEARED.items():
        deleted = any(below(p, (path,)) and wanted is None for p, (_, wanted) in difference.values.items())
        told = value_at(body, path) is not None or (len(path) > 1 and value_at(body, path[:-1]) == {})
        if deleted and not told and below(path, prefixes):
            put(body, path, copy(cleared))
    if ENVIRONMENT in prefixes and value_at(body, VARIABLES) is None:
        put(body, VARIABLES, {})  # ADS 2.16.1 sends them always, empty ones too
    if any(prefix[0] == DETAILS for prefix in prefixes):
        put(body, (DETAILS, "deploymentType"), live.get((DETAILS, "deploymentType"), "SINGLE_MODEL"))
    return body


def undo_body(names: tuple[str, ...], live: Mapping[Path, Any], difference: Difference) -> Body:
    """The update that puts the former values of these groups back."""
    after = {path: value for path, value in live.items() if path not in difference.values}
    after.update({path: wanted for path, (_, wanted) in difference.values.items() if wanted is not None})
    back = Difference({path: (wanted, before) for path, (before, wanted) in difference.values.items()})
    return update_body(names, after, back)


def settings_leaves(body: Mapping[str, Any]) -> dict[Path, Any]:
    """The leaves of a deployment's settings: only what an update can set."""
    known = {name: body.get(name) for name in (DETAILS, "categoryLogDetails", "displayName", "description")}
    known.update({name: body.get(name) for name in ("freeformTags", "definedTags")})
    return leaves(comparable(known))


def nested_body(settings: Mapping[Path, Any]) -> Body:
    """The body of these leaves."""
    return nested(settings.items())


def holds(body: Body, path: Path) -> bool:
    """Whether an update says anything of what lies at a path."""
    return value_at(body, path) is not None
