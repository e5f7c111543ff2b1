"""The steps that bring a deployment from what it is to what it is to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from compiler.planning import tags
from compiler.planning.canonical import Body
from compiler.planning.changes import option_groups
from compiler.planning.changes.deployment_diff import DeploymentTarget, Leaves
from compiler.planning.changes.differences import Difference
from compiler.planning.changes.redaction import redacted_body
from compiler.planning.changes.types import Step
from compiler.planning.desired.variables import FORMER, environment_variables, with_variables
from compiler.planning.fields.deployment import MODEL_ID
from compiler.planning.live.observed import LiveResource

TESTED = ("environment", "compute", "model")
"""Groups after which the endpoint is asked the golden rows again."""


def create_body(target: DeploymentTarget) -> Body:
    """CreateModelDeploymentDetails, complete; no config tag yet."""
    body = option_groups.nested_body(target.want)
    body["freeformTags"] = {**body.get("freeformTags", {}), **target.owner}
    return {"compartmentId": target.place.compartment_id, "projectId": target.place.project_id, **body}


def in_place_steps(target: DeploymentTarget, live: LiveResource, have: Leaves, difference: Difference) -> list[Step]:
    """One group a request, the endpoint up throughout, then its test, then names and tags."""
    names = option_groups.changed_groups(difference)
    if target.model_first:
        names = tuple(sorted(names, key=lambda name: name != "model"))
    steps = [_without_secrets(_update_step((name,), name, live, have, difference), target) for name in names]
    # The mark says which settings passed: whatever else is live was not asked yet, by an apply that was cut off.
    tested = any(name in TESTED for name in names) or live.tags.get(tags.CONFIG) != target.config
    test = _test(target, live, have) if tested else []
    return [
        *_undo_to_tested_model(steps, target, have),
        *test,
        _identity(target, have, difference, live.id, tags.valueless(live.tags)),
    ]


def inactive_steps(target: DeploymentTarget, live: LiveResource, have: Leaves, difference: Difference) -> list[Step]:
    """Everything in one request while it is not serving."""
    names = option_groups.changed_groups(difference)
    steps = [] if live.state == "INACTIVE" else [Step("deactivate_model_deployment", live.id)]
    if names:
        steps.append(_without_secrets(_update_step(names, " + ".join(names), live, have, difference), target))
    if target.spec.state == "active":
        steps.append(Step("activate_model_deployment", live.id))
        steps += _test(target, live, have)
    return [
        *_undo_to_tested_model(steps, target, have),
        _identity(target, have, difference, live.id, tags.valueless(live.tags)),
    ]


def _update_step(names: tuple[str, ...], group: str, live: LiveResource, have: Leaves, difference: Difference) -> Step:
    body = option_groups.update_body(names, have, difference)
    return Step("update_model_deployment", live.id, body, group, option_groups.undo_body(names, have, difference))


def confirm_steps(target: DeploymentTarget, have: Leaves, on: str) -> list[Step]:
    """From a deployment that is up to one that is tested and marked."""
    own = {path: value for path, value in have.items() if not path[-1].startswith(tags.PREFIX)}
    mark = _identity(target, own, Difference({}), on)
    if target.spec.state == "inactive":
        return [Step("deactivate_model_deployment", on), mark]
    return [Step("smoke_test", on), mark] if target.spec.smoke else [mark]


def _test(target: DeploymentTarget, live: LiveResource, have: Leaves) -> list[Step]:
    """The golden rows; where an apply was cut off before them, what it had moved is what a wrong answer moves back."""
    undo = _former_model(target, have) if have.get(MODEL_ID) == target.model else None
    return [Step("smoke_test", live.id, undo=undo)] if target.spec.smoke else []


def _undo_to_tested_model(steps: list[Step], target: DeploymentTarget, have: Leaves) -> list[Step]:
    """The steps, whose undo never leads to a model that was not tested where the tested one is known."""
    former = _former_model(target, have)
    return [replace(step, undo=former) if former and step.group == "model" else step for step in steps]


def _former_model(target: DeploymentTarget, have: Leaves) -> Body | None:
    """The update that brings back the model of the live mark, where that one is known and another one is live."""
    if target.former in ("", target.model, have.get(MODEL_ID)):
        return None
    moved = Difference({MODEL_ID: (target.former, target.model)})
    return option_groups.undo_body(("model",), {**have, MODEL_ID: target.former}, moved)


def _identity(
    target: DeploymentTarget,
    have: Leaves,
    difference: Difference,
    on: str,
    valueless: Mapping[str, str] = MappingProxyType({}),
) -> Step:
    """Names and tags, with the config tag that says all before it was done."""
    body = option_groups.update_body(("identity",), have, difference)
    ours = {**target.owner, tags.CONFIG: target.config}
    body["freeformTags"] = {**valueless, **body.get("freeformTags", {}), **ours}
    return Step("update_model_deployment", on, body, "identity")


def _without_secrets(step: Step, target: DeploymentTarget) -> Step:
    """The step without values that may be secret: placeholders, and `FORMER` for what is live."""
    return replace(step, body=redacted_body(step.body, target) if step.body else None, undo=_former(step.undo))


def _former(body: Body | None) -> Body | None:
    """Once sensitive is not known to be so any more when the manifest drops it: no live value is kept."""
    variables = environment_variables(body or {})
    return with_variables(body, dict.fromkeys(variables, FORMER)) if body and variables else body
