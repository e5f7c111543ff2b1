"""A deployment as it is to be, and how it differs from a live one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from compiler.planning import tags
from compiler.planning.canonical import Path
from compiler.planning.changes import option_groups as groups
from compiler.planning.changes.differences import Difference, difference
from compiler.planning.desired.types import Desired, DesiredDeployment
from compiler.planning.live.observed import Live
from compiler.planning.tags import Place

IGNORED: Mapping[str, tuple[Path, ...]] = {
    "instances": ((*groups.MODEL, "scalingPolicy"),),
    "bandwidthMbps": groups.GROUPS["bandwidth"],
    "freeformTags": (("freeformTags",),),
    "definedTags": (("definedTags",),),
    "environmentVariables": ((*groups.ENVIRONMENT, "environmentVariables"),),
    "description": (("description",),),
}
"""`ignoreChanges` by manifest name."""
ALWAYS_OURS: tuple[Path, ...] = (
    (*groups.ENVIRONMENT, "environmentVariables"),
    ("categoryLogDetails",),
    (*groups.MODEL, "scalingPolicy"),
    (*groups.SIZE, "ocpus"),
    (*groups.SIZE, "memoryInGBs"),
)
"""The service puts no values of its own here: whatever is not in the manifest is to go."""
DEFAULTS: Mapping[Path, Mapping[Path, Any]] = {
    (*groups.ENVIRONMENT, "environmentConfigurationType"): {(): "DEFAULT"},
    (*groups.MODEL, "scalingPolicy"): {("policyType",): "FIXED_SIZE", ("instanceCount",): 1},
}
"""What a deployment that was made without these has (believed: the service may well answer them itself)."""
Leaves: TypeAlias = Mapping[Path, Any]
SETTABLE: tuple[Path, ...] = (
    ("description",),
    (*groups.MODEL, "maximumBandwidthMbps"),
    (*groups.SIZE, "cpuBaseline"),
    (*groups.INSTANCE, "capacityReservationIds"),
    groups.ENVIRONMENT,
)
"""What is taken for ours where no record says so: the deployment of a model that is not ours."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What a deployment is to be, with its model known (or a reference to the one that is about to be made)."""

    desired: Desired
    spec: DesiredDeployment
    place: Place
    model: str
    """OCID, or `${model.id}`."""
    owned: frozenset[Path] = frozenset()
    """What was ours when it was last applied."""
    model_first: bool = False
    """Whether what it serves now is not ACTIVE: then no update is taken before another model is there."""
    former: str = ""
    """OCID of the model that the live `manifact-config` was set for; empty where that is not known."""
    served: str = ""
    """What is served now, as `Desired.serves` has it: an artifact's digest, or the OCID of a model."""

    want: Leaves = field(init=False)
    """Wanted leaves, without our own tags."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "want", {**groups.flat(self.spec.body), groups.MODEL_ID: self.model})

    @property
    def config(self) -> str:
        """`manifact-config` of what is wanted."""
        return self.spec.config(self.desired.serves)

    @property
    def owner(self) -> dict[str, str]:
        """The tags that make the deployment ours, and keep it where it is protected."""
        protected = {tags.PROTECT: "true"} if self.spec.protect else {}
        return {**self.place.owner(self.desired.name), **protected}


def find_difference(wanted: Endpoint, live: Live, have: Leaves) -> Difference:
    """Wanted against live settings, user tags included."""
    want = _with_ignored(wanted.spec, _with_secrets(wanted, have), have)
    owned = {path for path in have if _always_ours(path)}
    changed = live.tags.get(tags.CONFIG) != wanted.config
    owned |= wanted.owned if changed else frozenset()
    ignored = _ignored(wanted.spec)
    return difference(want, have, {path for path in owned if not _below(path, ignored)}, strict=changed)


def needs_replacement(wanted: Endpoint, live: Live, have: Leaves) -> str | None:
    """Why only a new deployment will do, or None."""
    want = wanted.want
    access = (*groups.INSTANCE, "networkAccessType")
    subnet = (*groups.INSTANCE, "subnetId")
    kind = (*groups.ENVIRONMENT, "environmentConfigurationType")
    if live.state == "FAILED":
        return "it is FAILED" + (f": {live.body['lifecycleDetails']}" if live.body.get("lifecycleDetails") else "")
    if live.summary.get("projectId") != wanted.place.project_id:
        return "a deployment cannot move to another project"
    if want.get(kind) != have.get(kind):
        return "a deployment cannot change between conda and container"
    custom = have.get(access) == "CUSTOM_NETWORKING" or (access not in have and subnet in have)
    if custom and want.get(access) != "CUSTOM_NETWORKING" and subnet not in want:
        return "a deployment cannot go back from custom to default networking"
    return None


def settable(live: Live | None) -> frozenset[Path]:
    """The live paths that only a manifest is likely to have set."""
    return frozenset(path for path in live_settings(live) if _below(path, SETTABLE)) if live else frozenset()


def live_settings(live: Live) -> Leaves:
    """The leaves of a live deployment without our own tags; what it leaves out of `DEFAULTS` is as there."""
    found = groups.flat(live.body)
    absent = (part for part in DEFAULTS if not any(path[: len(part)] == part for path in found))
    known = {**found, **{(*part, *path): value for part in absent for path, value in DEFAULTS[part].items()}}
    return {path: value for path, value in known.items() if not path[-1].startswith(tags.PREFIX)}


def _with_secrets(wanted: Endpoint, have: Leaves) -> Leaves:
    """Wanted leaves with the real values of sensitive variables; where none is known here, the live one stands."""
    want = dict(wanted.want)
    for name in wanted.spec.sensitive:
        path = (*groups.ENVIRONMENT, "environmentVariables", name)
        known = wanted.desired.secrets.get(name)
        want[path] = have.get(path, want.get(path)) if known is None else known
    return want


def _with_ignored(spec: DesiredDeployment, want: Leaves, have: Leaves) -> Leaves:
    prefixes = _ignored(spec)
    kept = {path: value for path, value in have.items() if _below(path, prefixes)}
    return {**{path: value for path, value in want.items() if not _below(path, prefixes)}, **kept}


def _ignored(spec: DesiredDeployment) -> tuple[Path, ...]:
    return tuple(path for name in spec.ignore for path in IGNORED[name])


def _always_ours(path: Path) -> bool:
    return _below(path, ALWAYS_OURS)


def _below(path: Path, prefixes: tuple[Path, ...]) -> bool:
    return any(path[: len(prefix)] == prefix for prefix in prefixes)
