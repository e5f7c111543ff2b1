"""Steps that bring an artifact into the catalog by way of a bucket."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from compiler.cloud.connect.errors import RequestError
from compiler.cloud.datascience import models as catalog
from compiler.cloud.datascience.waiters import await_work
from compiler.cloud.objectstorage import multipart, objects
from compiler.cloud.objectstorage.objects import Place
from compiler.cloud.steps.context import Work
from compiler.diagnostics import failure
from compiler.planning.changes.types import Step


def upload_object(work: Work, step: Step) -> None:
    """Stream the zip into the bucket."""
    if work.archive is None:
        raise failure("MF724", f"the artifact of '{work.change.name}' ({work.change.artifact}) is not built here")
    multipart.upload(work.connection, _place(work, step), work.archive, work.watch)


def export_artifact(work: Work, step: Step) -> None:
    """Out of the bucket, into the catalog; an earlier attempt may have got through."""
    model, body = work.target(step), work.body(step)
    try:
        reply = catalog.export_artifact(work.connection, model, body, work.token(body, model))
    except RequestError as problem:
        if problem.status != 409 or catalog.head_artifact(work.connection, model) is None:
            raise
        return
    if reply.work_request:
        await_work(work.connection, reply.work_request, work.watch)


def delete_object(work: Work, step: Step) -> None:
    """Remove the zip from the bucket."""
    objects.delete_object(work.connection, _place(work, step))


def _place(work: Work, step: Step) -> Place:
    body = work.body(step)
    return Place(body["namespace"], body["bucket"], body["object"])


HANDLERS: Mapping[str, Callable[[Work, Step], None]] = {
    "upload_object": upload_object,
    "export_model_artifact": export_artifact,
    "delete_object": delete_object,
}
