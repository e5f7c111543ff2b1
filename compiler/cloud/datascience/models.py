"""Models of the catalog: records, provenance, artifacts, attachments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.errors import RequestError
from compiler.cloud.connect.responses import PAGE, Response, at_page, if_match, pages, record, send
from compiler.cloud.objectstorage.by_reference import head_files
from compiler.planning.canonical import Body
from compiler.planning.live.observed import ArtifactHead, LiveResource


def list_models(connection: Connection) -> Iterator[Body]:
    """Summaries of all models of the compartment, deleted ones as long as the service shows them."""
    client, compartment = connection.data_science, connection.place.compartment_id
    return pages("list models", lambda page: client.list_models(compartment, limit=PAGE, **at_page(page)), "id")


def read_model(connection: Connection, model: str) -> LiveResource:
    """Record, etag, provenance and facts of the artifact of one model."""
    reply = get_model(connection, model)
    by_reference = bool(reply.data.get("isModelByReference"))
    head = head_files(connection, reply.data) if by_reference else head_artifact(connection, model)
    return LiveResource(reply.data, reply.data, reply.etag, head, get_provenance(connection, model))


def get_model(connection: Connection, model: str) -> Response:
    """One model's record."""
    return record(f"read model {model}", lambda: connection.data_science.get_model(model), *_RECORD)


def get_provenance(connection: Connection, model: str) -> Body | None:
    """Its provenance; None when none was ever made."""
    client = connection.data_science
    reply = _or_none(connection, model, lambda: record(_PROVENANCE, lambda: client.get_model_provenance(model)))
    return reply.data if reply else None


def head_artifact(connection: Connection, model: str) -> ArtifactHead | None:
    """Size and md5 of its artifact; None when it has none."""
    client = connection.data_science
    reply = _or_none(connection, model, lambda: send(_ARTIFACT, lambda: client.head_model_artifact(model)))
    return (
        ArtifactHead(int(reply.headers.get("content-length", 0)), reply.headers.get("content-md5", ""))
        if reply
        else None
    )


_RECORD = ("id", "lifecycleState")
_PROVENANCE = "read the provenance of a model"
_ARTIFACT = "look at the artifact of a model"


def _or_none(connection: Connection, model: str, request: Callable[[], Response]) -> Response | None:
    """The answer, or None for a 404 that stands: as it may mean "no permission", the model itself must be readable."""
    try:
        return request()
    except RequestError as error:
        if error.status != 404:
            raise
    get_model(connection, model)
    try:
        return request()
    except RequestError as error:
        if error.status != 404:
            raise
        return None


def create_model(connection: Connection, body: Body, token: str) -> Response:
    """Make a model record; it has no artifact yet."""
    client = connection.data_science
    doing = f"create model {body.get('displayName')}"
    return record(doing, lambda: client.create_model(body, opc_retry_token=token), "id")


def update_model(connection: Connection, model: str, body: Body, etag: str | None) -> Response:
    """Change a model; with an etag only when nobody else did since."""
    client = connection.data_science
    return send(f"update model {model}", lambda: client.update_model(model, body, **if_match(etag)))


def activate_model(connection: Connection, model: str, etag: str | None) -> Response:
    """INACTIVE -> ACTIVE."""
    client = connection.data_science
    return send(f"activate model {model}", lambda: client.activate_model(model, **if_match(etag)))


def delete_model(connection: Connection, model: str, etag: str | None) -> Response:
    """Delete a model and its artifact; with an etag only when nobody changed it since."""
    return send(f"delete model {model}", lambda: connection.data_science.delete_model(model, **if_match(etag)))


def create_provenance(connection: Connection, model: str, body: Body, token: str) -> Response:
    """Record where a model comes from."""
    client = connection.data_science
    doing = f"record the provenance of {model}"
    return send(doing, lambda: client.create_model_provenance(model, body, opc_retry_token=token))


def update_provenance(connection: Connection, model: str, body: Body) -> Response:
    """Change where a model comes from."""
    client = connection.data_science
    return send(f"update the provenance of {model}", lambda: client.update_model_provenance(model, body))


def upload_artifact(connection: Connection, model: str, stream: Any, token: str) -> Response:
    """Send the zip; `stream` has a length and can be read again from its beginning."""
    client = connection.data_science
    disposition = _disposition(f"{model}.zip")
    return send(
        f"upload the artifact of {model}",
        lambda: client.create_model_artifact(
            model, stream, content_length=str(len(stream)), content_disposition=disposition, opc_retry_token=token
        ),
    )


def attach(connection: Connection, model: str, key: str, file: Path, name: str) -> None:
    """Hang a file, called `name` there, on an entry of the custom metadata, in place of the one that is there."""
    client, disposition = connection.data_science, _disposition(name)
    size = str(file.stat().st_size)
    doing = f"attach {name} to '{key}' of {model}"

    def put(operation: Callable[..., Any]) -> None:
        with file.open("rb") as content:
            send(doing, lambda: operation(model, key, content, content_length=size, content_disposition=disposition))

    try:
        put(client.create_model_custom_metadatum_artifact)
    except RequestError as error:
        if error.status != 409:
            raise
        put(client.update_model_custom_metadatum_artifact)


def detach(connection: Connection, model: str, key: str) -> None:
    """Take the file of an entry away; one that is gone already is as good."""
    client = connection.data_science
    try:
        send(f"detach '{key}' of {model}", lambda: client.delete_model_custom_metadatum_artifact(model, key))
    except RequestError as error:
        if error.status != 404:
            raise


def register_reference(connection: Connection, model: str, body: Body, token: str) -> Response:
    """Point a model to its files in a bucket; a work request carries it out."""
    client = connection.data_science
    doing = f"point {model} to its files"
    return send(doing, lambda: client.register_model_artifact_reference(body, model, opc_retry_token=token))


def export_artifact(connection: Connection, model: str, body: Body, token: str) -> Response:
    """Bucket -> catalog (the API's name is the wrong way round); a work request carries it out."""
    client = connection.data_science
    doing = f"bring the artifact from the bucket to {model}"
    return send(doing, lambda: client.export_model_artifact(model, body, opc_retry_token=token))


def import_artifact(connection: Connection, model: str, body: Body) -> Response:
    """Catalog -> bucket."""
    client = connection.data_science
    return send(f"bring the artifact of {model} to a bucket", lambda: client.import_model_artifact(model, body))


def _disposition(name: str) -> str:
    """The header that gives a body its name: headers are ASCII, so a plain one and the whole (RFC 6266, RFC 5987)."""
    ascii_only = "".join(char if " " <= char <= "~" else "_" for char in name)
    quoted = ascii_only.replace("\\", "\\\\").replace('"', '\\"')
    whole = "" if ascii_only == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'attachment; filename="{quoted}"{whole}'
