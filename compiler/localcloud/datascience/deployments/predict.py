"""`POST /<deployment>/predict` on the port of the embedded OCI: handed on to the deployment's own server."""

from __future__ import annotations

import http.client
from contextlib import closing

from compiler.localcloud.datascience.deployments.processes import folder_of
from compiler.localcloud.http import errors
from compiler.localcloud.http.calls import Access, Backend, Call, Route
from compiler.localcloud.http.messages import Response
from compiler.localcloud.http.signatures import read_body, verify_content
from compiler.localcloud.store.records import find
from compiler.serving.control import Server

MAX_BODY_BYTES = 10 * 1024 * 1024  # OCI docs: model-dep-invoke
WAIT_SECONDS = 65.0  # a little more than the server itself takes
SERVING = ("ACTIVE", "UPDATING", "NEEDS_ATTENTION")


def predict(call: Call) -> Response:
    """Hand the request on."""
    content = read_body(call.request.body, MAX_BODY_BYTES)
    if content is None:
        raise errors.payload_too_large(f"The body must be at most {MAX_BODY_BYTES} bytes")
    if "authorization" in call.request.headers:
        verify_content(call.request, content)
    kind = call.request.headers.get("content-type", "application/json")
    return ask(call.backend, call.path["deployment"], content, kind)


def ask(backend: Backend, deployment: str, content: bytes, content_type: str) -> Response:
    """The answer of the deployment's server; raises 404 when there is none, 503 when it does not answer."""
    with backend.store.read() as tx:
        record = find(tx, "deployment", deployment)
    server = Server(folder_of(backend, deployment))
    status = server.status() if record is not None and record.state in SERVING and server.is_alive() else None
    if status is None:
        raise errors.not_found(deployment)
    connection = http.client.HTTPConnection("127.0.0.1", status.port, timeout=WAIT_SECONDS)
    with closing(connection):
        try:
            connection.request("POST", "/predict", content, {"content-type": content_type, "connection": "close"})
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            message = f"The server of the model deployment did not answer: {error}"
            raise errors.ServiceError(503, "ServiceUnavailable", message) from None
    head = {"content-type": answer.headers.get("content-type", "application/json"), "content-length": str(len(body))}
    return Response(answer.status, head, (body,))


ROUTES = (
    Route("POST", "/{deployment}/predict", predict, Access.STREAM, unsigned=True),
    Route("POST", "/{deployment}/predictWithResponseStream", predict, Access.STREAM, unsigned=True),
)
