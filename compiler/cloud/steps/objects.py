"""Steps that bring an artifact into the catalog by way of a bucket."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from compiler.cloud.connect.errors import RequestError
from compiler.cloud.datascience import models
from compiler.cloud.datascience.waiters import await_work
from compiler.cloud.objectstorage import multipart, objects
from compiler.cloud.objectstorage.objects import Place
from compiler.cloud.steps.context import ChangeContext
from compiler.diagnostics import failure
from compiler.planning.changes.types import Step


def upload_object(context: ChangeContext, step: Step) -> None:
    """Stream the zip into the bucket."""
    if context.archive is None:
        raise failure("MF724", f"the artifact of '{context.change.name}' ({context.change.artifact}) is not built here")
    multipart.upload(context.connection, _place(context, step), context.archive, context.watch)


def export_artifact(context: ChangeContext, step: Step) -> None:
    """Out of the bucket, into the catalog; an earlier attempt may have got through."""
    model, body = context.target(step), context.body(step)
    try:
        reply = models.export_artifact(context.connection, model, body, context.token(body, model))
    except RequestError as error:
        if error.status != 409 or models.head_artifact(context.connection, model) is None:
            raise
        return
    if reply.work_request:
        await_work(context.connection, reply.work_request, context.watch)


def delete_object(context: ChangeContext, step: Step) -> None:
    """Remove the zip from the bucket."""
    objects.delete_object(context.connection, _place(context, step))


def _place(context: ChangeContext, step: Step) -> Place:
    body = context.body(step)
    return Place(body["namespace"], body["bucket"], body["object"])


HANDLERS: Mapping[str, Callable[[ChangeContext, Step], None]] = {
    "upload_object": upload_object,
    "export_model_artifact": export_artifact,
    "delete_object": delete_object,
}
