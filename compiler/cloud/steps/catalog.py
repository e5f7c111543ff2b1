"""Steps on the model catalog."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from compiler.cloud.connect.errors import RequestError
from compiler.cloud.connect.responses import Response
from compiler.cloud.datascience import confirm_deleted, models, version_sets
from compiler.cloud.datascience.waiters import await_work
from compiler.cloud.objectstorage.conda_environment import with_environment_check
from compiler.cloud.steps.context import ChangeContext
from compiler.cloud.steps.create_once import create_once
from compiler.diagnostics import failure
from compiler.planning import references
from compiler.planning.changes.types import Step
from compiler.planning.live.observed import DELETED_STATES
from compiler.workspace.hashing import file_sha256


def create_version_set(context: ChangeContext, step: Step) -> None:
    """A new set; one of the same name that turned up meanwhile is as good."""
    body, connection = context.body(step), context.connection
    try:
        _, made = create_once(
            context,
            body,
            lambda token: version_sets.create_version_set(connection, body, token),
            lambda made: version_sets.get_version_set(connection, made),
        )
        context.known[references.VERSION_SET] = str(made.data["id"])
    except RequestError as error:
        if error.status != 409:
            raise
        known = version_sets.list_version_sets(connection)
        alive = (
            item["id"]
            for item in known
            if item["name"] == body["name"] and item["lifecycleState"] not in DELETED_STATES
        )
        same = next(alive, None)
        if same is None:
            raise
        context.known[references.VERSION_SET] = str(same)


def create_model(context: ChangeContext, step: Step) -> None:
    """A new record, without artifact and commit mark."""
    connection = context.connection
    body = with_environment_check(connection, context.body(step))
    _, made = create_once(
        context,
        body,
        lambda token: models.create_model(connection, body, token),
        lambda made: models.get_model(connection, made),
    )
    context.known[references.MODEL] = str(made.data["id"])


def create_provenance(context: ChangeContext, step: Step) -> None:
    """Where the model comes from; an earlier attempt may have got through."""
    model, body = context.target(step), context.body(step)
    try:
        models.create_provenance(context.connection, model, body, context.token(body, model))
    except RequestError as error:
        if error.status != 409:
            raise
        models.update_provenance(context.connection, model, body)


def update_provenance(context: ChangeContext, step: Step) -> None:
    """What of it changed."""
    models.update_provenance(context.connection, context.target(step), context.body(step))


def create_artifact(context: ChangeContext, step: Step) -> None:
    """Send the zip; an earlier attempt whose answer was lost may have got through."""
    if context.archive is None:
        raise failure("MF724", f"the artifact of '{context.change.name}' ({context.change.artifact}) is not built here")
    model, archive = context.target(step), context.archive
    stream = archive.open(lambda done: context.watch.report("uploading", done, archive.size))
    try:
        models.upload_artifact(
            context.connection, model, stream, context.token({"artifact": context.change.artifact}, model)
        )
    except RequestError as error:
        if error.status != 409 or models.head_artifact(context.connection, model) is None:
            raise


def head_artifact(context: ChangeContext, step: Step) -> None:
    """What the service holds: its size must be ours, its md5 is recorded."""
    model = context.target(step)
    head = models.head_artifact(context.connection, model)
    if head is None:
        raise failure("MF713", f"the artifact of {model} is not there after its upload")
    if context.archive and head.size != context.archive.size:
        raise failure("MF716", f"the artifact of {model} has {head.size} bytes, not {context.archive.size}")
    context.known[references.ARTIFACT_MD5] = head.md5


def update_model(context: ChangeContext, step: Step) -> None:
    """Change settings, or set the commit mark."""
    model = context.target(step)
    body = with_environment_check(context.connection, context.body(step))
    reply = models.update_model(context.connection, model, body, context.etags.get(model))
    _remember(context, model, reply)


def activate_model(context: ChangeContext, step: Step) -> None:
    """Somebody deactivated it; only an active model can be deployed."""
    model = context.target(step)
    _remember(context, model, models.activate_model(context.connection, model, context.etags.get(model)))


def attach(context: ChangeContext, step: Step) -> None:
    """Hang a file on an entry of the metadata."""
    body, model = context.body(step), context.target(step)
    file = context.files.get(body["sha256"])
    if file is None or file_sha256(file) != body["sha256"]:
        what = "is not at hand" if file is None else "changed since the manifest was compiled"
        raise failure("MF724", f"'{body['file']}', to be attached to '{body['key']}', {what}", hint="apply again")
    models.attach(context.connection, model, body["key"], file, body["file"])
    context.etags.pop(model, None)  # attaching changes the model


def detach(context: ChangeContext, step: Step) -> None:
    """Take a file away from an entry."""
    model = context.target(step)
    models.detach(context.connection, model, context.body(step)["key"])
    context.etags.pop(model, None)


def delete_model(context: ChangeContext, step: Step) -> None:
    """Delete what nobody changed since it was read; a 404 (412: is leaving) counts as done when the list agrees."""
    model = context.target(step)
    try:
        models.delete_model(context.connection, model, context.etags.get(model))
    except RequestError as error:
        if error.status not in (404, 412) or not confirm_deleted.is_model_deleted(context.connection, model):
            raise


def update_version_set(context: ChangeContext, step: Step) -> None:
    """Change its tags."""
    version_sets.update_version_set(context.connection, context.target(step), context.body(step))


def delete_version_set(context: ChangeContext, step: Step) -> None:
    """Delete the empty set."""
    version_set = context.target(step)
    try:
        reply = version_sets.delete_version_set(context.connection, version_set)
    except RequestError as error:
        if error.status != 404 or not confirm_deleted.is_version_set_deleted(context.connection, version_set):
            raise
        return
    if reply.work_request:
        await_work(context.connection, reply.work_request, context.watch)


def _remember(context: ChangeContext, model: str, reply: Response) -> None:
    if reply.etag:
        context.etags[model] = reply.etag
    else:
        context.etags.pop(model, None)


HANDLERS: Mapping[str, Callable[[ChangeContext, Step], None]] = {
    "create_model_version_set": create_version_set,
    "create_model": create_model,
    "create_model_provenance": create_provenance,
    "update_model_provenance": update_provenance,
    "create_model_artifact": create_artifact,
    "head_model_artifact": head_artifact,
    "update_model": update_model,
    "activate_model": activate_model,
    "create_model_custom_metadatum_artifact": attach,
    "delete_model_custom_metadatum_artifact": detach,
    "delete_model": delete_model,
    "update_model_version_set": update_version_set,
    "delete_model_version_set": delete_version_set,
}
