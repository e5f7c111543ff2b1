"""The steps that bring a deployment from what it is to what it is to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from compiler.planning import tags
from compiler.planning.canonical import Body
from compiler.planning.changes import option_groups as groups
from compiler.planning.changes.deployment_diff import Endpoint, Leaves
from compiler.planning.changes.differences import Difference
from compiler.planning.changes.redaction import masked
from compiler.planning.changes.types import Step
from compiler.planning.desired.variables import FORMER, environment_variables, with_variables
from compiler.planning.live.observed import Live

TESTED = ("environment", "compute", "model")
"""Groups after which the endpoint is asked the golden rows again."""


def create_body(wanted: Endpoint) -> Body:
    """CreateModelDeploymentDetails, complete; no config tag yet."""
    body = groups.whole(wanted.want)
    body["freeformTags"] = {**body.get("freeformTags", {}), **wanted.owner}
    return {"compartmentId": wanted.place.compartment_id, "projectId": wanted.place.project_id, **body}


def rolling_steps(wanted: Endpoint, live: Live, have: Leaves, found: Difference) -> list[Step]:
    """One group a request, the endpoint up throughout, then its test, then names and tags."""
    names = groups.touched(found)
    if wanted.model_first:
        names = tuple(sorted(names, key=lambda name: name != "model"))
    steps = [
        _open(Step("update_model_deployment", live.id, groups.update_body((name,), have, found), name,
                   groups.undo_body((name,), have, found)), wanted)
        for name in names
    ]  # fmt: skip
    # The mark says which settings passed: whatever else is live was not asked yet, by an apply that was cut off.
    tested = any(name in TESTED for name in names) or live.tags.get(tags.CONFIG) != wanted.config
    test = _test(wanted, live, have) if tested else []
    return [*_to_former(steps, wanted, have), *test, _identity(wanted, have, found, live.id, tags.valueless(live.tags))]


def resting_steps(wanted: Endpoint, live: Live, have: Leaves, found: Difference) -> list[Step]:
    """Everything in one request while it is not serving."""
    names = groups.touched(found)
    steps = [] if live.state == "INACTIVE" else [Step("deactivate_model_deployment", live.id)]
    if names:
        undo = groups.undo_body(names, have, found)
        body = groups.update_body(names, have, found)
        steps.append(_open(Step("update_model_deployment", live.id, body, " + ".join(names), undo), wanted))
    if wanted.spec.state == "active":
        steps.append(Step("activate_model_deployment", live.id))
        steps += _test(wanted, live, have)
    return [*_to_former(steps, wanted, have), _identity(wanted, have, found, live.id, tags.valueless(live.tags))]


def finishing_steps(wanted: Endpoint, have: Leaves, on: str) -> list[Step]:
    """From a deployment that is up to one that is tested and marked."""
    own = {path: value for path, value in have.items() if not path[-1].startswith(tags.PREFIX)}
    mark = _identity(wanted, own, Difference({}), on)
    if wanted.spec.state == "inactive":
        return [Step("deactivate_model_deployment", on), mark]
    return [Step("smoke_test", on), mark] if wanted.spec.smoke else [mark]


def _test(wanted: Endpoint, live: Live, have: Leaves) -> list[Step]:
    """The golden rows; where an apply was cut off before them, what it had moved is what a wrong answer moves back."""
    undo = _former_model(wanted, have) if have.get(groups.MODEL_ID) == wanted.model else None
    return [Step("smoke_test", live.id, undo=undo)] if wanted.spec.smoke else []


def _to_former(steps: list[Step], wanted: Endpoint, have: Leaves) -> list[Step]:
    """The steps, whose undo never leads to a model that was not tested where the tested one is known."""
    former = _former_model(wanted, have)
    return [replace(step, undo=former) if former and step.group == "model" else step for step in steps]


def _former_model(wanted: Endpoint, have: Leaves) -> Body | None:
    """The update that brings back the model of the live mark, where that one is known and another one is live."""
    if wanted.former in ("", wanted.model, have.get(groups.MODEL_ID)):
        return None
    moved = Difference({groups.MODEL_ID: (wanted.former, wanted.model)})
    return groups.undo_body(("model",), {**have, groups.MODEL_ID: wanted.former}, moved)


def _identity(
    wanted: Endpoint, have: Leaves, found: Difference, on: str, valueless: Mapping[str, str] = MappingProxyType({})
) -> Step:
    """Names and tags, with the config tag that says all before it was done."""
    body = groups.update_body(("identity",), have, found)
    ours = {**wanted.owner, tags.CONFIG: wanted.config}
    body["freeformTags"] = {**valueless, **body.get("freeformTags", {}), **ours}
    return Step("update_model_deployment", on, body, "identity")


def _open(step: Step, wanted: Endpoint) -> Step:
    """The step without values that may be secret: placeholders, and `FORMER` for what is live."""
    return replace(step, body=masked(step.body, wanted) if step.body else None, undo=_former(step.undo))


def _former(body: Body | None) -> Body | None:
    """Once sensitive is not known to be so any more when the manifest drops it: no live value is kept."""
    variables = environment_variables(body or {})
    return with_variables(body, dict.fromkeys(variables, FORMER)) if body and variables else body
