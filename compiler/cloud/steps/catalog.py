"""Steps on the model catalog."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from compiler.cloud.connect.errors import RequestError
from compiler.cloud.connect.responses import Reply
from compiler.cloud.datascience import confirm_deleted as vanished
from compiler.cloud.datascience import models as catalog
from compiler.cloud.datascience.waiters import await_work
from compiler.cloud.objectstorage.conda_environment import with_answer
from compiler.cloud.steps.context import Work
from compiler.cloud.steps.create_once import create_once
from compiler.diagnostics import failure
from compiler.planning import references
from compiler.planning.changes.types import Step
from compiler.planning.live.observed import GONE
from compiler.workspace.hashing import file_sha256


def create_version_set(work: Work, step: Step) -> None:
    """A new set; one of the same name that turned up meanwhile is as good."""
    body, connection = work.body(step), work.connection
    try:
        _, found = create_once(
            work,
            body,
            lambda token: catalog.create_version_set(connection, body, token),
            lambda made: catalog.get_version_set(connection, made),
        )
        work.known[references.VERSION_SET] = str(found.data["id"])
    except RequestError as problem:
        if problem.status != 409:
            raise
        sets = catalog.list_version_sets(connection)
        alive = (item["id"] for item in sets if item["name"] == body["name"] and item["lifecycleState"] not in GONE)
        same = next(alive, None)
        if same is None:
            raise
        work.known[references.VERSION_SET] = str(same)


def create_model(work: Work, step: Step) -> None:
    """A new record, without artifact and commit mark."""
    connection = work.connection
    body = with_answer(connection, work.body(step))
    _, found = create_once(
        work,
        body,
        lambda token: catalog.create_model(connection, body, token),
        lambda made: catalog.get_model(connection, made),
    )
    work.known[references.MODEL] = str(found.data["id"])


def create_provenance(work: Work, step: Step) -> None:
    """Where the model comes from; an earlier attempt may have got through."""
    model, body = work.target(step), work.body(step)
    try:
        catalog.create_provenance(work.connection, model, body, work.token(body, model))
    except RequestError as problem:
        if problem.status != 409:
            raise
        catalog.update_provenance(work.connection, model, body)


def update_provenance(work: Work, step: Step) -> None:
    """What of it changed."""
    catalog.update_provenance(work.connection, work.target(step), work.body(step))


def create_artifact(work: Work, step: Step) -> None:
    """Send the zip; an earlier attempt whose answer was lost may have got through."""
    if work.archive is None:
        raise failure("MF724", f"the artifact of '{work.change.name}' ({work.change.artifact}) is not built here")
    model, archive = work.target(step), work.archive
    stream = archive.open(lambda done: work.watch.tell("uploading", done, archive.size))
    try:
        catalog.upload_artifact(work.connection, model, stream, work.token({"artifact": work.change.artifact}, model))
    except RequestError as problem:
        if problem.status != 409 or catalog.head_artifact(work.connection, model) is None:
            raise


def head_artifact(work: Work, step: Step) -> None:
    """What the service holds: its size must be ours, its md5 is recorded."""
    model = work.target(step)
    head = catalog.head_artifact(work.connection, model)
    if head is None:
        raise failure("MF713", f"the artifact of {model} is not there after its upload")
    if work.archive and head.size != work.archive.size:
        raise failure("MF716", f"the artifact of {model} has {head.size} bytes, not {work.archive.size}")
    work.known[references.ARTIFACT_MD5] = head.md5


def update_model(work: Work, step: Step) -> None:
    """Change settings, or set the commit mark."""
    model = work.target(step)
    body = with_answer(work.connection, work.body(step))
    reply = catalog.update_model(work.connection, model, body, work.etags.get(model))
    _remember(work, model, reply)


def activate_model(work: Work, step: Step) -> None:
    """Somebody deactivated it; only an active model can be deployed."""
    model = work.target(step)
    _remember(work, model, catalog.activate_model(work.connection, model, work.etags.get(model)))


def attach(work: Work, step: Step) -> None:
    """Hang a file on an entry of the metadata."""
    body, model = work.body(step), work.target(step)
    file = work.files.get(body["sha256"])
    if file is None or file_sha256(file) != body["sha256"]:
        what = "is not at hand" if file is None else "changed since the manifest was compiled"
        raise failure("MF724", f"'{body['file']}', to be attached to '{body['key']}', {what}", hint="apply again")
    catalog.attach(work.connection, model, body["key"], file, body["file"])
    work.etags.pop(model, None)  # attaching changes the model


def detach(work: Work, step: Step) -> None:
    """Take a file away from an entry."""
    model = work.target(step)
    catalog.detach(work.connection, model, work.body(step)["key"])
    work.etags.pop(model, None)


def delete_model(work: Work, step: Step) -> None:
    """Delete what nobody changed since it was read; a 404 (412: is leaving) counts as done when the list agrees."""
    model = work.target(step)
    try:
        catalog.delete_model(work.connection, model, work.etags.get(model))
    except RequestError as problem:
        if problem.status not in (404, 412) or not vanished.model(work.connection, model):
            raise


def delete_version_set(work: Work, step: Step) -> None:
    """Delete the empty set."""
    version_set = work.target(step)
    try:
        reply = catalog.delete_version_set(work.connection, version_set)
    except RequestError as problem:
        if problem.status != 404 or not vanished.version_set(work.connection, version_set):
            raise
        return
    if reply.work_request:
        await_work(work.connection, reply.work_request, work.watch)


def _remember(work: Work, model: str, reply: Reply) -> None:
    if reply.etag:
        work.etags[model] = reply.etag
    else:
        work.etags.pop(model, None)


HANDLERS: Mapping[str, Callable[[Work, Step], None]] = {
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
    "delete_model_version_set": delete_version_set,
}
