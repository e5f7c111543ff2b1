"""From asked to done: starting, changing and stopping the server process of a model deployment.

Nothing here waits: each function looks at what there is, takes the next step, and is called again with a later request.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from compiler.localcloud.datascience.deployments.configuration import (
    CONFIGURATION,
    environment_variables,
    instance_count,
    is_container,
    model_of,
)
from compiler.localcloud.datascience.jobs import Advance, Job, take
from compiler.localcloud.datascience.models.artifacts import artifact_id
from compiler.localcloud.datascience.models.references import archive_of, is_by_reference
from compiler.localcloud.datascience.work_requests import finish, progress
from compiler.localcloud.http.calls import Backend
from compiler.localcloud.http.resources import mark_deleted
from compiler.localcloud.store.blobs import release_blobs, use_blob
from compiler.localcloud.store.database import Transaction
from compiler.localcloud.store.records import JsonObject, Record, find, save
from compiler.serving.control import Server
from compiler.serving.protocol import Desired

MAX_LAUNCHES = 3
STOP_SECONDS = 15.0
MAX_WORKERS = 16
NO_PROCESS = "No process is running: the store was opened without processes."
NO_PROCESS_URL = "http://127.0.0.1:9"
NO_CONTAINER = "The embedded OCI runs no containers: deploy this model to a cloud target."


def folder_of(backend: Backend, deployment: str) -> Path:
    """Where the server of a deployment has its files."""
    return backend.root / "deployments" / deployment.rpartition(".")[2]


def start(backend: Backend, job: Job) -> None:
    """Have the server process serve the generation that the job asks for; ends when it does, or when it cannot."""
    with backend.store.read() as tx:
        record = find(tx, "deployment", job.resource)
    if record is None or record.hidden.get("pending") is None:
        return
    if "fault" in job.arguments:
        _conclude(backend, job, record, problems=[job.arguments["fault"]])
        return
    if not backend.settings.run_processes:
        _conclude(backend, job, record, url=f"{NO_PROCESS_URL}/{record.id}", details=NO_PROCESS)
        return
    if is_container(record.hidden["pending"][CONFIGURATION]):
        _conclude(backend, job, record, problems=[NO_CONTAINER])
        return
    try:
        _advance(backend, job, record)
    except OSError as error:
        _conclude(backend, job, record, problems=[f"The server process could not be started: {error}"])


def stop(backend: Backend, job: Job) -> None:
    """End the server process; after STOP_SECONDS without success it is killed."""
    server = Server(folder_of(backend, job.resource))
    if server.is_alive():
        server.request_stop()
        if time.time() > job.due + STOP_SECONDS:
            server.kill()
        return
    deleting = job.arguments["verb"] == "DELETE"
    if deleting:
        shutil.rmtree(server.folder, ignore_errors=True)
    with backend.store.write() as tx:
        record = find(tx, "deployment", job.resource)
        if record is None or not take(tx, job):
            return
        idle = replace(record, hidden={**record.hidden, "pending": None, "processes": 0})
        if deleting:
            mark_deleted(tx, idle)
            release_blobs(tx, backend.blobs, record.id)
        else:
            save(tx, idle.with_body(lifecycleState="INACTIVE", lifecycleDetails=""))
        finish(tx, job.arguments["work"])


def apply_settings(backend: Backend, job: Job) -> None:
    """Take over what needs no new process."""
    with backend.store.write() as tx:
        record = find(tx, "deployment", job.resource)
        if record is None or not take(tx, job):
            return
        body = {**record.hidden["pending"], "lifecycleState": record.hidden["before"]}
        save(tx, replace(record, body=_with_count(body), hidden={**record.hidden, "pending": None}))
        finish(tx, job.arguments["work"])


def check_health(backend: Backend) -> None:
    """Let the death of a server process, and its recovery, show in the state of its deployment."""
    with backend.store.read() as tx:
        rows = tx.execute(
            "SELECT id, state, json_extract(hidden, '$.attention') FROM resources "
            "WHERE kind = 'deployment' AND json_extract(hidden, '$.processes') = 1"
        ).fetchall()
    for identifier, state, attention in rows:
        if state not in ("ACTIVE", "NEEDS_ATTENTION"):
            continue
        problem = _problem(Server(folder_of(backend, identifier))) or attention or None
        if (problem is not None) != (state == "NEEDS_ATTENTION"):
            with backend.store.write() as tx:
                _show_health(tx, identifier, problem)


ACTIONS: dict[str, Advance] = {
    "deployment.start": start,
    "deployment.stop": stop,
    "deployment.settings": apply_settings,
}


def _advance(backend: Backend, job: Job, record: Record) -> None:
    server, generation = Server(folder_of(backend, record.id)), job.arguments["generation"]
    status = server.status()
    if status is None or status.generation != generation or status.state not in ("ready", "failed"):
        _drive(backend, job, record, server)
    elif status.state == "failed":
        _conclude(backend, job, record, problems=status.errors)
    elif server.is_alive():
        _conclude(backend, job, record, url=f"http://127.0.0.1:{status.port}/{record.id}", details="")
    else:
        _drive(backend, job, record, server)


def _drive(backend: Backend, job: Job, record: Record, server: Server) -> None:
    generation = int(job.arguments["generation"])
    if server.published_generation() < generation:
        desired = _desired(backend, record, generation)
        if desired is None:
            _conclude(backend, job, record, problems=["The model or its artifact is gone."])
            return
        server.publish(desired)
    if server.is_alive():
        with backend.store.write() as tx:
            progress(tx, job.arguments["work"], 50.0, "The model is being loaded.")
        return
    launches = int(job.arguments.get("launches", 0)) + 1
    if launches > MAX_LAUNCHES:
        _conclude(backend, job, record, problems=["The server process ended before it was ready.", *server.log_tail()])
        return
    with backend.store.write() as tx:
        arguments = json.dumps({**job.arguments, "launches": launches})
        tx.execute("UPDATE jobs SET arguments = ? WHERE id = ?", arguments, job.id)
        progress(tx, job.arguments["work"], 10.0, "A server process is being started.")
    server.launch()


def _desired(backend: Backend, record: Record, generation: int) -> Desired | None:
    configuration = record.hidden["pending"][CONFIGURATION]
    variables = environment_variables(configuration)
    made = _from_bucket(backend, model_of(configuration))
    with backend.store.write() as tx:
        artifact = find(tx, "artifact", artifact_id(model_of(configuration)))
        names = [name for name, _ in artifact.body["segments"]] if artifact else made
        for name in names:
            use_blob(tx, name, record.id)  # stays on disk until the server has unpacked it
    if not names:
        return None
    workers = variables.get("WEB_CONCURRENCY", "1")
    return Desired(
        generation=generation,
        running=True,
        deployment=record.id,
        archive=[str(backend.blobs.path(name)) for name in names],
        environment=variables,
        workers=min(int(workers), MAX_WORKERS) if workers.isdecimal() and int(workers) else 1,
    )


def _from_bucket(backend: Backend, identifier: str) -> list[str]:
    """The blob of the zip that is made of a by-reference model's files."""
    with backend.store.read() as tx:
        model = find(tx, "model", identifier)
    blob = archive_of(backend, model) if model is not None and is_by_reference(model) else None
    return [blob.name] if blob else []


def _conclude(
    backend: Backend, job: Job, seen: Record, *, url: str = "", details: str = "", problems: Sequence[str] = ()
) -> None:
    with backend.store.write() as tx:
        record = find(tx, "deployment", seen.id)
        if record is None or not take(tx, job):
            return
        if problems:
            _fail(tx, record, problems)
        else:
            shown = {**_with_count(record.hidden["pending"]), "lifecycleState": "ACTIVE", "lifecycleDetails": details}
            processes = int(details != NO_PROCESS)
            hidden = {**record.hidden, "pending": None, "processes": processes, "attention": ""}
            save(tx, replace(record, body={**shown, "modelDeploymentUrl": url}, hidden=hidden))
        release_blobs(tx, backend.blobs, record.id)
        finish(tx, job.arguments["work"], problems=problems)
    if problems and job.arguments["verb"] != "UPDATE":
        Server(folder_of(backend, seen.id)).request_stop()


def _fail(tx: Transaction, record: Record, problems: Sequence[str]) -> None:
    updating = record.hidden["before"] in ("ACTIVE", "NEEDS_ATTENTION")
    hidden = {**record.hidden, "pending": None, "attention": problems[0] if updating else ""}
    if updating:
        state, text = "NEEDS_ATTENTION", f"The update failed, the former model still serves: {problems[-1]}"
    else:
        state = "INACTIVE" if record.hidden["before"] == "INACTIVE" else "FAILED"
        text = f"Errors occurred while bootstrapping the Model Deployment: {problems[-1]}"
    save(tx, replace(record.with_body(lifecycleState=state, lifecycleDetails=text), hidden=hidden))


def _problem(server: Server) -> str | None:
    if not server.is_alive():
        return "The server process is gone; deactivate and activate the deployment to start it again."
    status = server.status()
    if status is not None and status.state == "degraded":
        return "Worker processes end again and again: " + (status.errors[-1] if status.errors else "see the logs")
    return None


def _show_health(tx: Transaction, identifier: str, problem: str | None) -> None:
    record = find(tx, "deployment", identifier)
    if record is None or record.state not in ("ACTIVE", "NEEDS_ATTENTION"):
        return
    state = "NEEDS_ATTENTION" if problem else "ACTIVE"
    if record.state != state:
        save(tx, record.with_body(lifecycleState=state, lifecycleDetails=problem or ""))


def _with_count(body: JsonObject) -> JsonObject:
    system = {**body.get("modelDeploymentSystemData", {}), "currentInstanceCount": instance_count(body[CONFIGURATION])}
    return {**body, "modelDeploymentSystemData": system}
