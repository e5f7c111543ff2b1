"""One manifest's endpoint: created, updated in place, replaced, restarted or taken away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from compiler.planning import groups, references, tags
from compiler.planning.canonical import Body, Path
from compiler.planning.changes import Action, Change, Impact, Kind, Recovery, Step
from compiler.planning.desired import Desired, DesiredDeployment
from compiler.planning.fields import Difference, difference
from compiler.planning.observed import Live
from compiler.planning.tags import Place
from compiler.planning.variables import environment_variables, with_variables

MOVING = frozenset({"CREATING", "UPDATING"})
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
Leaves: TypeAlias = Mapping[Path, Any]
SETTABLE: tuple[Path, ...] = (
    ("description",),
    (*groups.MODEL, "maximumBandwidthMbps"),
    (*groups.SIZE, "cpuBaseline"),
    (*groups.INSTANCE, "capacityReservationIds"),
    groups.ENVIRONMENT,
)
"""What is taken for ours where no record says so: the deployment of a model that is not ours."""
TESTED = ("environment", "compute", "model")
"""Groups after which the endpoint is asked the golden rows again."""


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
        """The tags that make the deployment ours."""
        return self.place.owner(self.desired.name)


def find_difference(wanted: Endpoint, live: Live, have: Leaves) -> Difference:
    """Wanted against live settings, user tags included."""
    want = _with_ignored(wanted.spec, _with_secrets(wanted, have), have)
    owned = {path for path in have if _always_ours(path)}
    changed = live.tags.get(tags.CONFIG) != wanted.config
    owned |= wanted.owned if changed else frozenset()
    ignored = _ignored(wanted.spec)
    return difference(want, have, {path for path in owned if not _below(path, ignored)}, strict=changed)


def create(wanted: Endpoint, seen: str, title: str, reason: str = "not there yet") -> Change:
    """A new deployment; its config tag comes last, once it has answered."""
    body = create_body(wanted)
    steps = [Step("create_model_deployment", body=body), *_finish(wanted, groups.flat(body), references.DEPLOYMENT)]
    made = _change(wanted, Action.CREATE, reason, title=title, steps=tuple(steps), seen=seen)
    return replace(made, recovery=Recovery.DEACTIVATE)


def update(wanted: Endpoint, live: Live, have: Leaves, title: str) -> Change | None:
    """What brings a live deployment to the desired settings; None when it is there already."""
    found = find_difference(wanted, live, have)
    stale = live.tags.get(tags.CONFIG) != wanted.config or not wanted.owner.items() <= live.tags.items()
    resting = live.state == "INACTIVE"
    misplaced = resting is not (wanted.spec.state == "inactive")
    # A failed update leaves NEEDS_ATTENTION while the former model still serves: settings are then mended in place.
    restart = live.state == "NEEDS_ATTENTION" and not found
    known_good = tags.CONFIG in live.tags and not resting
    if not (found or stale or restart or misplaced):
        return None
    make = _resting_steps if resting or restart or misplaced else _rolling_steps
    steps = make(wanted, live, have, found)
    action = Action.RESTART if restart else Action.UPDATE
    wait = (Step("wait_model_deployment", live.id),) if live.state in MOVING else ()
    return replace(
        _change(wanted, action, _reason(wanted, live, found), title=title, steps=(*wait, *steps)),
        id=live.id,
        fields=found.changes(wanted.spec.sensitive),
        stays_up=not (restart or misplaced or resting),
        recovery=Recovery.UNDO if known_good else Recovery.DEACTIVATE,
        reversal="restore the manifest and apply",
    )


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


def replacement(wanted: Endpoint, live: Live, seen: str, title: str, reason: str) -> Change:
    """A new deployment beside the old one, which goes once the new one has answered."""
    new = create(wanted, seen, title, reason)
    steps = (*new.steps, Step("delete_model_deployment", live.id))
    return replace(
        new,
        action=Action.REPLACE,
        id=live.id,
        steps=steps,
        fields=find_difference(wanted, live, live_settings(live)).changes(wanted.spec.sensitive),
        stays_up=False,
        impact=Impact.BREAKING,
        callers=("the endpoint gets another address",),
        recovery=Recovery.DELETE,
    )


def create_body(wanted: Endpoint) -> Body:
    """CreateModelDeploymentDetails, complete; no config tag yet."""
    body = groups.whole(wanted.want)
    body["freeformTags"] = {**body.get("freeformTags", {}), **wanted.owner}
    return {"compartmentId": wanted.place.compartment_id, "projectId": wanted.place.project_id, **body}


def settable(live: Live | None) -> frozenset[Path]:
    """The live paths that only a manifest is likely to have set."""
    return frozenset(path for path in live_settings(live) if _below(path, SETTABLE)) if live else frozenset()


def live_settings(live: Live) -> Leaves:
    """The leaves of a live deployment without our own tags."""
    known = groups.flat(live.body)
    return {path: value for path, value in known.items() if not path[-1].startswith(tags.PREFIX)}


def _rolling_steps(wanted: Endpoint, live: Live, have: Leaves, found: Difference) -> list[Step]:
    """One group a request, the endpoint up throughout, then its test, then names and tags."""
    steps = [
        _open(Step("update_model_deployment", live.id, groups.update_body((name,), have, found), name,
                   groups.undo_body((name,), have, found)), wanted)
        for name in groups.touched(found)
    ]  # fmt: skip
    tested = any(name in TESTED for name in groups.touched(found)) or tags.CONFIG not in live.tags
    test = [Step("smoke_test", live.id)] if tested and wanted.spec.smoke else []
    return [*steps, *test, _identity(wanted, have, found, live.id)]


def _resting_steps(wanted: Endpoint, live: Live, have: Leaves, found: Difference) -> list[Step]:
    """Everything in one request while it is not serving."""
    names = groups.touched(found)
    steps = [] if live.state == "INACTIVE" else [Step("deactivate_model_deployment", live.id)]
    if names:
        undo = groups.undo_body(names, have, found)
        body = groups.update_body(names, have, found)
        steps.append(_open(Step("update_model_deployment", live.id, body, " + ".join(names), undo), wanted))
    if wanted.spec.state == "active":
        steps.append(Step("activate_model_deployment", live.id))
        steps += [Step("smoke_test", live.id)] if wanted.spec.smoke else []
    return [*steps, _identity(wanted, have, found, live.id)]


def _finish(wanted: Endpoint, have: Leaves, on: str) -> list[Step]:
    """From a deployment that is up to one that is tested and marked."""
    own = {path: value for path, value in have.items() if not path[-1].startswith(tags.PREFIX)}
    mark = _identity(wanted, own, Difference({}), on)
    if wanted.spec.state == "inactive":
        return [Step("deactivate_model_deployment", on), mark]
    return [Step("smoke_test", on), mark] if wanted.spec.smoke else [mark]


def _identity(wanted: Endpoint, have: Leaves, found: Difference, on: str) -> Step:
    """Names and tags, with the config tag that says all before it was done."""
    body = groups.update_body(("identity",), have, found)
    ours = {**wanted.owner, tags.CONFIG: wanted.config}
    body["freeformTags"] = {**body.get("freeformTags", {}), **ours}
    return Step("update_model_deployment", on, body, "identity")


def _open(step: Step, wanted: Endpoint) -> Step:
    """The step with placeholders instead of the values of sensitive variables, in both directions."""
    return replace(step, body=_masked(step.body, wanted), undo=_masked(step.undo, wanted))


def _masked(body: Body | None, wanted: Endpoint) -> Body | None:
    texts = environment_variables(wanted.spec.body)
    variables = environment_variables(body or {})
    hidden = {key: texts.get(key, "") for key in variables if key in wanted.spec.sensitive}
    return with_variables(body, {**variables, **hidden}) if body and hidden else body


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


def _reason(wanted: Endpoint, live: Live, found: Difference) -> str:
    if live.state in MOVING:
        return f"an earlier apply did not finish: it is still {live.state}"
    if live.state == "NEEDS_ATTENTION":
        return "it needs attention" + (
            f": {live.body['lifecycleDetails']}" if live.body.get("lifecycleDetails") else ""
        )
    if live.tags.get(tags.CONFIG) == wanted.config:
        return "somebody changed it live"
    if tags.CONFIG not in live.tags:
        return "an earlier apply did not finish"
    return "new model version" if found.under(groups.MODEL_ID) else "the manifest changed"


def _change(
    wanted: Endpoint, action: Action, reason: str, *, title: str, steps: tuple[Step, ...], seen: str = ""
) -> Change:
    return Change(
        Kind.DEPLOYMENT,
        wanted.desired.name,
        action,
        reason,
        title=title,
        steps=steps,
        config=wanted.config,
        trial=wanted.spec.trial(wanted.desired.serves),
        artifact=wanted.desired.serves,
        reversal="manifact destroy, or `state: absent`",
        seen=seen,
    )
