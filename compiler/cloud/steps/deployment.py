"""Steps on a deployment. Every one waits until the service is done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from compiler.cloud.connect.errors import RequestError
from compiler.cloud.connect.responses import Response
from compiler.cloud.connect.watch import WaitOptions
from compiler.cloud.datascience import confirm_deleted, deployments
from compiler.cloud.datascience.smoke_test import smoke_test
from compiler.cloud.datascience.waiters import WorkRequestError, await_deployment
from compiler.cloud.steps.concurrent_creates import yield_to_older
from compiler.cloud.steps.context import ChangeContext
from compiler.cloud.steps.create_once import create_once
from compiler.diagnostics import Diagnostic, failure
from compiler.planning import references
from compiler.planning.canonical import Body
from compiler.planning.changes.types import Step
from compiler.planning.desired.variables import FORMER, PLACEHOLDER, environment_variables, names_in, with_secrets


def create(context: ChangeContext, step: Step) -> None:
    """A new deployment."""
    body, connection = context.body(step), context.connection
    sent = with_values(context, body)
    reply, _ = create_once(
        context,
        body,
        lambda token: deployments.create_deployment(connection, sent, token),
        lambda made: deployments.get_deployment(connection, made),
    )
    deployment = str(reply.data["id"])
    context.known[references.DEPLOYMENT] = deployment
    yield_to_older(context, deployment)
    _wait(context, deployment, reply)


def update(context: ChangeContext, step: Step) -> None:
    """One option group, or everything while it is inactive."""
    deployment = context.target(step)
    body = with_values(context, context.body(step))
    _wait(
        context,
        deployment,
        deployments.update_deployment(context.connection, deployment, body, context.etags.get(deployment)),
    )


def activate(context: ChangeContext, step: Step) -> None:
    """Bring it up."""
    deployment = context.target(step)
    reply = deployments.activate_deployment(context.connection, deployment, context.etags.get(deployment))
    _wait(context, deployment, reply)


def deactivate(context: ChangeContext, step: Step) -> None:
    """Take it down, keeping it."""
    deployment = context.target(step)
    reply = deployments.deactivate_deployment(context.connection, deployment, context.etags.get(deployment))
    _wait(context, deployment, reply)


def delete(context: ChangeContext, step: Step) -> None:
    """Delete what nobody changed since it was read; a 404, now or later, only counts as done when the list agrees."""
    deployment = context.target(step)
    try:
        await_deployment(context.connection, deployment, _begin_deletion(context, deployment), context.watch)
    except RequestError as error:
        if error.status != 404 or not confirm_deleted.is_deployment_deleted(context.connection, deployment):
            raise


def _begin_deletion(context: ChangeContext, deployment: str) -> str | None:
    """The work request of the deletion; None when it is under way already: an answer may have been lost."""
    try:
        return deployments.delete_deployment(context.connection, deployment, context.etags.get(deployment)).work_request
    except RequestError as error:
        if error.status != 412 or not confirm_deleted.is_deployment_deleted(context.connection, deployment):
            raise
        return None


def wait(context: ChangeContext, step: Step) -> None:
    """Until what an earlier apply began is done."""
    deployment = context.target(step)
    _check_stable(context, deployment, await_deployment(context.connection, deployment, None, context.watch))


def test(context: ChangeContext, step: Step) -> None:
    """Ask the golden rows of the endpoint."""
    if context.smoke is None:
        return
    record = deployments.get_deployment(context.connection, context.target(step)).data
    context.watch.report("testing the endpoint", 0, 0)
    warning = smoke_test(
        context.connection, str(record.get("modelDeploymentUrl", "")), context.smoke, _pause(context.watch)
    )
    if warning:
        context.notes.append(warning)


def _pause(watch: WaitOptions) -> Callable[[float], None]:
    """Waits between two tries, unless the user says stop meanwhile."""

    def pause(seconds: float) -> None:
        watch.sleep(seconds)
        watch.check()

    return pause


def _wait(context: ChangeContext, deployment: str, reply: Response) -> None:
    _check_stable(
        context, deployment, await_deployment(context.connection, deployment, reply.work_request, context.watch)
    )


def _check_stable(context: ChangeContext, deployment: str, response: Response) -> None:
    if response.etag:
        context.etags[deployment] = response.etag
    context.records[deployment] = response.data
    if response.data["lifecycleState"] == "FAILED":
        details = response.data.get("lifecycleDetails") or "the service gives no reason"
        raise WorkRequestError(Diagnostic("MF720", f"deployment {deployment} is FAILED: {details}"))


def with_values(context: ChangeContext, body: Body) -> Body:
    """The body with the values of its environment variables: sensitive ones, and those that stay as they were.

    Raises `CompilerError` MF719 where one is not known.
    """
    texts = environment_variables(body)
    kept = {name: context.former.get(name) for name, text in texts.items() if text == FORMER}
    secret = {name: context.secrets.get(name) for name, text in texts.items() if PLACEHOLDER.search(text)}
    values = {name: value for name, value in {**kept, **secret}.items() if value is not None}
    missing = sorted({*kept, *secret} - set(values))
    if missing:
        unset = sorted({f"MANIFACT_VAR_{variable}" for name in missing for variable in names_in(texts[name])})
        hint = f"set {' and '.join(unset)}" if unset else "plan again: what was live is not known any more"
        raise failure("MF719", f"no value for the sensitive environment variable {', '.join(missing)}", hint=hint)
    return with_secrets(body, values)


HANDLERS: Mapping[str, Callable[[ChangeContext, Step], None]] = {
    "create_model_deployment": create,
    "update_model_deployment": update,
    "activate_model_deployment": activate,
    "deactivate_model_deployment": deactivate,
    "delete_model_deployment": delete,
    "wait_model_deployment": wait,
    "smoke_test": test,
}
