"""Steps on the files of a by-reference model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from compiler.cloud.connect.errors import RequestError
from compiler.cloud.connect.responses import send
from compiler.cloud.datascience import models
from compiler.cloud.datascience.waiters import await_work
from compiler.cloud.objectstorage import multipart, objects
from compiler.cloud.objectstorage.by_reference import StoredFile, UnseenError, head_of, list_files, object_of
from compiler.cloud.objectstorage.zip_body import ZipBody
from compiler.cloud.steps.context import ChangeContext
from compiler.diagnostics import failure
from compiler.planning import references, tags
from compiler.planning.canonical import Body
from compiler.planning.changes.by_reference import FileLocation, recorded_location
from compiler.planning.changes.types import Step
from compiler.planning.live.observed import DELETED_STATES


def upload_objects(context: ChangeContext, step: Step) -> None:
    """Put each file, or in a version that is resumed those that are not there with their size."""
    where, files = _place(context, step), _files(context)
    resumed = bool(context.body(step)["resumed"])
    have = list_files(context.connection, where) if resumed else {}
    total, done = sum(file.size for file in files.values()), 0
    for path, file in files.items():
        if path not in have or have[path].size != file.size:
            context.watch.check()
            _put(context, where, path, file, resumed=resumed)
        done += file.size
        context.watch.report("uploading", done, total)


def check_objects(context: ChangeContext, step: Step) -> None:
    """What lies there must be the artifact's files and nothing else; remember the service's md5."""
    where, files = _place(context, step), _files(context)
    have = list_files(context.connection, where)
    wrong = sorted(path for path in files.keys() | have.keys() if not _same(files.get(path), have.get(path)))
    if wrong:
        more = f" ({len(wrong)} such objects)" if len(wrong) > 1 else ""
        raise failure("MF756", f"{where.uri}{wrong[0]} is not what the artifact has there{more}", hint="apply again")
    context.known[references.ARTIFACT_MD5] = head_of(have).md5


def register(context: ChangeContext, step: Step) -> None:
    """Point the model to its files; an earlier attempt may have got through."""
    model, body = context.target(step), context.body(step)
    try:
        reply = models.register_reference(context.connection, model, body, context.token(body, model))
    except RequestError as error:
        known = error.status == 409 and models.get_model(context.connection, model).data.get("isModelByReference")
        if not known:
            raise
    else:
        if reply.work_request:
            await_work(context.connection, reply.work_request, context.watch)
    context.etags.pop(model, None)  # registering changes the model


def delete_objects(context: ChangeContext, step: Step) -> None:
    """Remove a version's files from the bucket, unless another version has them too, or they are to be kept."""
    model = context.target(step)
    try:
        record = models.get_model(context.connection, model).data
    except RequestError as error:
        if error.status != 404:
            raise
        return  # the next step finds out whether it is gone
    where = recorded_location(record)
    if where is None or where.keep or any(_shares(context, where, other) for other in _others(context, record)):
        return
    for path in _left(context, where, record):
        context.watch.check()
        objects.delete_object(context.connection, object_of(where, path))


def _left(context: ChangeContext, where: FileLocation, record: Body) -> Iterable[str]:
    """What lies there of a version; nothing of one that was never pointed to a bucket which cannot be seen."""
    try:
        return list_files(context.connection, where)
    except UnseenError:
        if record.get("isModelByReference"):
            raise
        return ()


def _others(context: ChangeContext, record: Body) -> Iterator[Body]:
    """The other models that manifact made in the compartment, of whatever project and target."""
    for item in models.list_models(context.connection):
        ours = tags.PROJECT in (item.get("freeformTags") or {})
        if ours and item["id"] != record["id"] and item["lifecycleState"] not in DELETED_STATES:
            yield item


def _shares(context: ChangeContext, where: FileLocation, other: Body) -> bool:
    """Whether another version points to the same files; only its record says so."""
    artifact = other["freeformTags"].get(tags.ARTIFACT)
    if artifact and not (other.get("isModelByReference") and where.holds(artifact)):
        return False
    theirs = recorded_location(models.get_model(context.connection, other["id"]).data)
    return theirs is not None and theirs.uri == where.uri


def _put(context: ChangeContext, where: FileLocation, path: str, file: ZipBody, *, resumed: bool) -> None:
    place, connection = object_of(where, path), context.connection
    if file.size > multipart.LEAST_PART:
        if not resumed:
            objects.delete_object(connection, place)
        multipart.upload(connection, place, file, context.watch)
        return
    content = b"".join(file.chunks())
    storage = connection.object_storage
    send(f"put {place}", lambda: storage.put_object(place.namespace, place.bucket, place.name, content))


def _same(file: ZipBody | None, stored: StoredFile | None) -> bool:
    return file is not None and stored is not None and stored.size == file.size


def _files(context: ChangeContext) -> Mapping[str, ZipBody]:
    if context.archive is None or not context.archive.files:
        raise failure("MF724", f"the artifact of '{context.change.name}' ({context.change.artifact}) is not built here")
    return context.archive.files


def _place(context: ChangeContext, step: Step) -> FileLocation:
    body = context.body(step)
    return FileLocation(body["namespace"], body["bucket"], body["prefix"])


HANDLERS: Mapping[str, Callable[[ChangeContext, Step], None]] = {
    "upload_objects": upload_objects,
    "register_model_artifact_reference": register,
    "check_objects": check_objects,
    "delete_model_objects": delete_objects,
}
