"""Steps on a deployment. Every one waits until the service is done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from compiler.cloud.connect.errors import RequestError
from compiler.cloud.connect.responses import Reply
from compiler.cloud.datascience import confirm_deleted as vanished
from compiler.cloud.datascience import deployments
from compiler.cloud.datascience.smoke_test import smoke_test
from compiler.cloud.datascience.waiters import Watch, WorkRequestError, await_deployment
from compiler.cloud.steps.concurrent_creates import give_way
from compiler.cloud.steps.context import Work
from compiler.cloud.steps.create_once import create_once
from compiler.diagnostics import Diagnostic, failure
from compiler.planning import references
from compiler.planning.canonical import Body
from compiler.planning.changes.types import Step
from compiler.planning.desired.variables import FORMER, PLACEHOLDER, environment_variables, with_secrets
from compiler.planning.plan.missing_variables import names_in


def create(work: Work, step: Step) -> None:
    """A new deployment."""
    body, connection = work.body(step), work.connection
    sent = with_values(work, body)
    reply, _ = create_once(
        work,
        body,
        lambda token: deployments.create_deployment(connection, sent, token),
        lambda made: deployments.get_deployment(connection, made),
    )
    deployment = str(reply.data["id"])
    work.known[references.DEPLOYMENT] = deployment
    give_way(work, deployment)
    _wait(work, deployment, reply)


def update(work: Work, step: Step) -> None:
    """One option group, or everything while it is inactive."""
    deployment = work.target(step)
    body = with_values(work, work.body(step))
    _wait(
        work, deployment, deployments.update_deployment(work.connection, deployment, body, work.etags.get(deployment))
    )


def activate(work: Work, step: Step) -> None:
    """Bring it up."""
    deployment = work.target(step)
    reply = deployments.activate_deployment(work.connection, deployment, work.etags.get(deployment))
    _wait(work, deployment, reply)


def deactivate(work: Work, step: Step) -> None:
    """Take it down, keeping it."""
    deployment = work.target(step)
    reply = deployments.deactivate_deployment(work.connection, deployment, work.etags.get(deployment))
    _wait(work, deployment, reply)


def delete(work: Work, step: Step) -> None:
    """Delete what nobody changed since it was read; a 404, now or later, only counts as done when the list agrees."""
    deployment = work.target(step)
    try:
        await_deployment(work.connection, deployment, _begin_deletion(work, deployment), work.watch)
    except RequestError as problem:
        if problem.status != 404 or not vanished.deployment(work.connection, deployment):
            raise


def _begin_deletion(work: Work, deployment: str) -> str | None:
    """The work request of the deletion; None when it is under way already: an answer may have been lost."""
    try:
        return deployments.delete_deployment(work.connection, deployment, work.etags.get(deployment)).work_request
    except RequestError as problem:
        if problem.status != 412 or not vanished.deployment(work.connection, deployment):
            raise
        return None


def wait(work: Work, step: Step) -> None:
    """Until what an earlier apply began is done."""
    deployment = work.target(step)
    _settled(work, deployment, await_deployment(work.connection, deployment, None, work.watch))


def test(work: Work, step: Step) -> None:
    """Ask the golden rows of the endpoint."""
    if work.smoke is None:
        return
    record = deployments.get_deployment(work.connection, work.target(step)).data
    work.watch.tell("testing the endpoint", 0, 0)
    warning = smoke_test(work.connection, str(record.get("modelDeploymentUrl", "")), work.smoke, _pause(work.watch))
    if warning:
        work.notes.append(warning)


def _pause(watch: Watch) -> Callable[[float], None]:
    """Waits between two tries, unless the user says stop meanwhile."""

    def pause(seconds: float) -> None:
        watch.sleep(seconds)
        watch.check()

    return pause


def _wait(work: Work, deployment: str, reply: Reply) -> None:
    _settled(work, deployment, await_deployment(work.connection, deployment, reply.work_request, work.watch))


def _settled(work: Work, deployment: str, found: Reply) -> None:
    if found.etag:
        work.etags[deployment] = found.etag
    work.records[deployment] = found.data
    if found.data["lifecycleState"] == "FAILED":
        details = found.data.get("lifecycleDetails") or "the service gives no reason"
        raise WorkRequestError(Diagnostic("MF720", f"deployment {deployment} is FAILED: {details}"))


def with_values(work: Work, body: Body) -> Body:
    """The body with the values of its environment variables: sensitive ones, and those that stay as they were.

    Raises `CompilerError` MF719 where one is not known.
    """
    texts = environment_variables(body)
    kept = {name: work.former.get(name) for name, text in texts.items() if text == FORMER}
    secret = {name: work.secrets.get(name) for name, text in texts.items() if PLACEHOLDER.search(text)}
    values = {name: value for name, value in {**kept, **secret}.items() if value is not None}
    missing = sorted({*kept, *secret} - set(values))
    if missing:
        unset = sorted({f"MANIFACT_VAR_{variable}" for name in missing for variable in names_in(texts[name])})
        hint = f"set {' and '.join(unset)}" if unset else "plan again: what was live is not known any more"
        raise failure("MF719", f"no value for the sensitive environment variable {', '.join(missing)}", hint=hint)
    return with_secrets(body, values)


HANDLERS: Mapping[str, Callable[[Work, Step], None]] = {
    "create_model_deployment": create,
    "update_model_deployment": update,
    "activate_model_deployment": activate,
    "deactivate_model_deployment": deactivate,
    "delete_model_deployment": delete,
    "wait_model_deployment": wait,
    "smoke_test": test,
}
