"""The embedded OCI as an application: a request in, a response out, no daemon and no thread of its own."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from compiler.localcloud import log_search
from compiler.localcloud.cleanup import purge
from compiler.localcloud.datascience import projects, work_requests
from compiler.localcloud.datascience.deployments import deployments, predict, processes, shapes
from compiler.localcloud.datascience.jobs import settle
from compiler.localcloud.datascience.models import (
    artifacts,
    metadata_artifacts,
    models,
    provenance,
    references,
    transfers,
    version_sets,
)
from compiler.localcloud.http.calls import Access, Backend, Call, Route, Settings
from compiler.localcloud.http.errors import ServiceError, payload_too_large
from compiler.localcloud.http.messages import Request, Response, json_response
from compiler.localcloud.http.retry_tokens import once
from compiler.localcloud.http.routing import Router
from compiler.localcloud.http.signatures import read_body, verify_content, verify_signature
from compiler.localcloud.identity import identity, resource_search
from compiler.localcloud.objectstorage import buckets, copies, multipart, objects, preauthenticated
from compiler.localcloud.store.blobs import Blobs
from compiler.localcloud.store.database import Store
from compiler.localcloud.store.disk_errors import translate_errors
from compiler.localcloud.store.owner import REGION, Owner, load_owner

MAX_JSON_BYTES = 10 << 20
_MODULES = (
    projects,
    models,
    provenance,
    resource_search,
    artifacts,
    version_sets,
    deployments,
    shapes,
    work_requests,
    transfers,
    references,
    buckets,
    objects,
    multipart,
    copies,
    preauthenticated,
    predict,
    metadata_artifacts,
    identity,
    log_search,
)
_ACTIONS = {**processes.ACTIONS, **transfers.ACTIONS, **references.ACTIONS}
_ROUTES = tuple(route for room in _MODULES for route in room.ROUTES)


class LocalCloud:
    """An opened store. May be used by several threads at once; several processes may open the same store."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._router = Router(_ROUTES)
        self.compartment_id = backend.owner.compartment
        self.project_id = backend.owner.project

    def sdk_config(self) -> dict[str, str]:
        """The configuration that an OCI client signs its requests with, as `~/.oci/config` would give it."""
        owner: Owner = self.backend.owner
        return {
            "tenancy": owner.tenancy,
            "user": owner.user,
            "fingerprint": owner.fingerprint,
            "key_file": str(owner.key_file),
            "region": REGION,
        }

    def handle(self, request: Request) -> Response:
        """Answer one request; every problem of the request is an error response.

        Raises ConnectionDroppedError when a fault rule wants the connection closed.
        """
        identifier = _request_id(request)
        self.settle()
        try:
            response = self.backend.settings.faults.around(request, lambda: self._dispatch(request))
        except ServiceError as error:
            response = json_response({"code": error.code, "message": error.message}, status=error.status)
        if request.method == "HEAD":
            response = replace(response, body=())
        elif request.method != "GET":
            self.settle()
        response.headers.setdefault("opc-request-id", identifier)
        response.headers.setdefault("opc-client-request-id", request.headers.get("opc-client-request-id", identifier))
        return response

    def settle(self) -> None:
        """Carry on what is due, without waiting for anything."""
        settle(self.backend, _ACTIONS)
        processes.check_health(self.backend)

    def close(self) -> None:
        """Give back the database; deployments keep serving."""
        self.backend.store.close()

    def __enter__(self) -> LocalCloud:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _dispatch(self, request: Request) -> Response:
        strict = self.backend.settings.strict
        if "authorization" in request.headers or not self._router.may_be_unsigned(request, strict=strict):
            verify_signature(request, self.backend.owner)
        route, path, query = self._router.match(request.method, request.target)
        if route.access is Access.STREAM:
            return route.handler(Call(self.backend, request, path, query))
        content = read_body(request.body, MAX_JSON_BYTES)
        if content is None:
            raise payload_too_large(f"The body is longer than {MAX_JSON_BYTES} bytes")
        verify_content(request, content)
        opened = self.backend.store.write() if route.access is Access.WRITE else self.backend.store.read()
        with opened as tx:
            return _run(route, Call(self.backend, request, path, query, content, tx))


def open_cloud(root: Path, *, run_processes: bool = True, settings: Settings | None = None) -> LocalCloud:
    """Open the store in the folder `root`, made when there is none.

    Raises OSError when the folder cannot be used and `CompilerError` MF900 when the disk is full or the store damaged.
    """
    root = root.resolve()
    with translate_errors(root):
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        store = Store(root / "oci.sqlite3")
        blobs = Blobs(root)
        chosen = settings or Settings(run_processes=run_processes)
        backend = Backend(root, store, blobs, load_owner(store, root), chosen)
        purge(backend)
    cloud = LocalCloud(backend)
    cloud.settle()
    return cloud


def _run(route: Route, call: Call) -> Response:
    if not route.retry_token:
        return route.handler(call)
    return once(call.tx, call.request, hashlib.sha256(call.content).digest(), lambda: route.handler(call))


def _request_id(request: Request) -> str:
    ours = secrets.token_hex(16).upper()
    theirs = request.headers.get("opc-request-id")
    return f"{theirs}/{ours}/{secrets.token_hex(16).upper()}" if theirs else ours
