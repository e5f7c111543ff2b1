"""A deployment as it is to be, and how it differs from a live one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from compiler.planning import tags
from compiler.planning.canonical import Path
from compiler.planning.changes import option_groups
from compiler.planning.changes.differences import Difference, difference
from compiler.planning.desired.types import Desired, DesiredDeployment
from compiler.planning.fields.deployment import (
    DEPLOYMENT,
    DETAILS,
    ENVIRONMENT,
    INSTANCE,
    MODEL_ID,
    SCALING,
    VARIABLES,
)
from compiler.planning.fields.field import Owned
from compiler.planning.live.observed import LiveResource
from compiler.planning.paths import below
from compiler.planning.tags import Scope

IGNORED: Mapping[str, tuple[Path, ...]] = {
    name: tuple(dict.fromkeys(field.path for field in DEPLOYMENT if field.ignored_as == name))
    for name in dict.fromkeys(field.ignored_as for field in DEPLOYMENT if field.ignored_as)
}
"""`ignoreChanges` by manifest name."""
ALWAYS_OWNED = frozenset(field.path for field in DEPLOYMENT if field.owned is Owned.ALWAYS)
SETTABLE = frozenset(field.path for field in DEPLOYMENT if field.owned is Owned.SETTABLE) | {ENVIRONMENT}
"""What is taken for ours where no record says so: the deployment of a model that is not ours."""
DEPLOYMENT_TYPE: Path = (DETAILS, "deploymentType")
DEFAULTS: Mapping[Path, Mapping[Path, Any]] = {
    DEPLOYMENT_TYPE: {(): "SINGLE_MODEL"},
    (*ENVIRONMENT, "environmentConfigurationType"): {(): "DEFAULT"},
    SCALING: {("policyType",): "FIXED_SIZE", ("instanceCount",): 1},
}
"""What a deployment that was made without these has (believed: the service may well answer them itself)."""
Leaves: TypeAlias = Mapping[Path, Any]


@dataclass(frozen=True, slots=True)
class DeploymentTarget:
    """What a deployment is to be, with its model known (or a reference to the one that is about to be made)."""

    desired: Desired
    spec: DesiredDeployment
    place: Scope
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

    config: str = field(init=False)
    """`manifact-config` of what is wanted: worked out once, as a fleet is compared with it again and again."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "want", {**option_groups.settings_leaves(self.spec.body), MODEL_ID: self.model})
        object.__setattr__(self, "config", self.spec.config(self.desired.serves))

    @property
    def owner(self) -> dict[str, str]:
        """The tags that make the deployment ours, and keep it where it is protected."""
        protected = {tags.PROTECT: "true"} if self.spec.protect else {}
        return {**self.place.owner(self.desired.name), **protected}


def diff(target: DeploymentTarget, live: LiveResource, have: Leaves) -> Difference:
    """Wanted against live settings, user tags included."""
    want = comparable_wants(target, have)
    owned = {path for path in have if below(path, ALWAYS_OWNED)}
    changed = live.tags.get(tags.CONFIG) != target.config
    owned |= target.owned if changed else frozenset()
    ignored = _ignored(target.spec)
    return difference(want, have, {path for path in owned if not below(path, ignored)}, strict=changed)


def comparable_wants(target: DeploymentTarget, have: Leaves) -> Leaves:
    """Wanted leaves with the values of secrets, and with the live values of fields under `ignoreChanges`."""
    return _with_ignored(target.spec, _with_secrets(target, have), have)


def needs_replacement(target: DeploymentTarget, live: LiveResource, have: Leaves) -> str | None:
    """Why only a new deployment will do, or None."""
    want = target.want
    access = (*INSTANCE, "networkAccessType")
    subnet = (*INSTANCE, "subnetId")
    kind = (*ENVIRONMENT, "environmentConfigurationType")
    if live.state == "FAILED":
        return "it is FAILED" + (f": {live.body['lifecycleDetails']}" if live.body.get("lifecycleDetails") else "")
    if live.summary.get("projectId") != target.place.project_id:
        return "a deployment cannot move to another project"
    if want.get(DEPLOYMENT_TYPE) != have.get(DEPLOYMENT_TYPE):
        return "a deployment cannot change between one model and a group of models"
    if want.get(kind) != have.get(kind):
        return "a deployment cannot change between conda and container"
    custom = have.get(access) == "CUSTOM_NETWORKING" or (access not in have and subnet in have)
    if custom and want.get(access) != "CUSTOM_NETWORKING" and subnet not in want:
        return "a deployment cannot go back from custom to default networking"
    return None


def settable(live: LiveResource | None) -> frozenset[Path]:
    """The live paths that only a manifest is likely to have set."""
    return frozenset(path for path in live_settings(live) if below(path, SETTABLE)) if live else frozenset()


def live_settings(live: LiveResource) -> Leaves:
    """The leaves of a live deployment without our own tags; what it leaves out of `DEFAULTS` is as there."""
    settings = option_groups.settings_leaves(live.body)
    absent = (part for part in DEFAULTS if not any(below(path, (part,)) for path in settings))
    known = {**settings, **{(*part, *path): value for part in absent for path, value in DEFAULTS[part].items()}}
    return {path: value for path, value in known.items() if not path[-1].startswith(tags.PREFIX)}


def _with_secrets(target: DeploymentTarget, have: Leaves) -> Leaves:
    """Wanted leaves with the real values of sensitive variables; where none is known here, the live one stands."""
    want = dict(target.want)
    for name in target.spec.sensitive:
        path = (*VARIABLES, name)
        known = target.desired.secrets.get(name)
        want[path] = have.get(path, want.get(path)) if known is None else known
    return want


def _with_ignored(spec: DesiredDeployment, want: Leaves, have: Leaves) -> Leaves:
    prefixes = _ignored(spec)
    kept = {path: value for path, value in have.items() if below(path, prefixes)}
    return {**{path: value for path, value in want.items() if not below(path, prefixes)}, **kept}


def _ignored(spec: DesiredDeployment) -> tuple[Path, ...]:
    return tuple(path for name in spec.ignore for path in IGNORED[name])
