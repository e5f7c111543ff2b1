"""Steps on the files of a by-reference model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from compiler.cloud.connect.errors import RequestError
from compiler.cloud.connect.responses import ask
from compiler.cloud.datascience import models as catalog
from compiler.cloud.datascience.waiters import await_work
from compiler.cloud.objectstorage import multipart, objects
from compiler.cloud.objectstorage.by_reference import Stored, UnseenError, head_of, list_files, object_of
from compiler.cloud.objectstorage.zip_body import Archive
from compiler.cloud.steps.context import Work
from compiler.diagnostics import failure
from compiler.planning import references, tags
from compiler.planning.canonical import Body
from compiler.planning.changes.by_reference import FilesPlace, recorded_place
from compiler.planning.changes.types import Step
from compiler.planning.live.observed import GONE


def upload_objects(work: Work, step: Step) -> None:
    """Put each file, or in a version that is resumed those that are not there with their size."""
    where, files = _place(work, step), _files(work)
    resumed = bool(work.body(step)["resumed"])
    have = list_files(work.connection, where) if resumed else {}
    total, done = sum(file.size for file in files.values()), 0
    for path, file in files.items():
        if path not in have or have[path].size != file.size:
            work.watch.check()
            _put(work, where, path, file, resumed=resumed)
        done += file.size
        work.watch.tell("uploading", done, total)


def check_objects(work: Work, step: Step) -> None:
    """What lies there must be the artifact's files and nothing else; remember the service's md5."""
    where, files = _place(work, step), _files(work)
    have = list_files(work.connection, where)
    wrong = sorted(path for path in files.keys() | have.keys() if not _same(files.get(path), have.get(path)))
    if wrong:
        more = f" ({len(wrong)} such objects)" if len(wrong) > 1 else ""
        raise failure("MF756", f"{where.uri}{wrong[0]} is not what the artifact has there{more}", hint="apply again")
    work.known[references.ARTIFACT_MD5] = head_of(have).md5


def register(work: Work, step: Step) -> None:
    """Point the model to its files; an earlier attempt may have got through."""
    model, body = work.target(step), work.body(step)
    try:
        reply = catalog.register_reference(work.connection, model, body, work.token(body, model))
    except RequestError as problem:
        known = problem.status == 409 and catalog.get_model(work.connection, model).data.get("isModelByReference")
        if not known:
            raise
    else:
        if reply.work_request:
            await_work(work.connection, reply.work_request, work.watch)
    work.etags.pop(model, None)  # registering changes the model


def delete_objects(work: Work, step: Step) -> None:
    """Remove a version's files from the bucket, unless another version has them too, or they are to be kept."""
    model = work.target(step)
    try:
        record = catalog.get_model(work.connection, model).data
    except RequestError as problem:
        if problem.status != 404:
            raise
        return  # the next step finds out whether it is gone
    where = recorded_place(record)
    if where is None or where.keep or any(_shares(work, where, other) for other in _others(work, record)):
        return
    for path in _left(work, where, record):
        work.watch.check()
        objects.delete_object(work.connection, object_of(where, path))


def _left(work: Work, where: FilesPlace, record: Body) -> Iterable[str]:
    """What lies there of a version; nothing of one that was never pointed to a bucket which cannot be seen."""
    try:
        return list_files(work.connection, where)
    except UnseenError:
        if record.get("isModelByReference"):
            raise
        return ()


def _others(work: Work, record: Body) -> Iterator[Body]:
    """The other models that manifact made in the compartment, of whatever project and target."""
    for item in catalog.list_models(work.connection):
        ours = tags.PROJECT in (item.get("freeformTags") or {})
        if ours and item["id"] != record["id"] and item["lifecycleState"] not in GONE:
            yield item


def _shares(work: Work, where: FilesPlace, other: Body) -> bool:
    """Whether another version points to the same files; only its record says so."""
    artifact = other["freeformTags"].get(tags.ARTIFACT)
    if artifact and not (other.get("isModelByReference") and where.holds(artifact)):
        return False
    theirs = recorded_place(catalog.get_model(work.connection, other["id"]).data)
    return theirs is not None and theirs.uri == where.uri


def _put(work: Work, where: FilesPlace, path: str, file: Archive, *, resumed: bool) -> None:
    place, connection = object_of(where, path), work.connection
    if file.size > multipart.LEAST_PART:
        if not resumed:
            objects.delete_object(connection, place)
        multipart.upload(connection, place, file, work.watch)
        return
    content = b"".join(file.chunks())
    storage = connection.object_storage
    ask(f"put {place}", lambda: storage.put_object(place.namespace, place.bucket, place.name, content))


def _same(file: Archive | None, stored: Stored | None) -> bool:
    return file is not None and stored is not None and stored.size == file.size


def _files(work: Work) -> Mapping[str, Archive]:
    if work.archive is None or not work.archive.files:
        raise failure("MF724", f"the artifact of '{work.change.name}' ({work.change.artifact}) is not built here")
    return work.archive.files


def _place(work: Work, step: Step) -> FilesPlace:
    body = work.body(step)
    return FilesPlace(body["namespace"], body["bucket"], body["prefix"])


HANDLERS: Mapping[str, Callable[[Work, Step], None]] = {
    "upload_objects": upload_objects,
    "register_model_artifact_reference": register,
    "check_objects": check_objects,
    "delete_model_objects": delete_objects,
}
