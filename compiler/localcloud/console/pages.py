"""The console: pages for people on the port of the embedded OCI. No script, nothing from elsewhere.

Only this machine's loopback address reaches it, and only pages of its own may submit its form (`server.check_origin`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from compiler.localcloud.application import LocalCloud
from compiler.localcloud.console.data import deployment_page, model_page, overview_page
from compiler.localcloud.datascience.deployments.predict import MAX_BODY_BYTES, ask
from compiler.localcloud.http.errors import ServiceError
from compiler.localcloud.http.messages import Request, Response
from compiler.localcloud.http.signatures import read_body

_TEMPLATES = Path(__file__).parent / "templates"
_HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    # With "no-referrer" browsers send `Origin: null` with a form, which is then refused as foreign.
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


def application(cloud: LocalCloud) -> Callable[[Request], Response]:
    """The embedded OCI with its console under `/console`."""

    def answer(request: Request) -> Response:
        path = request.target.partition("?")[0]
        if path == "/" and request.method == "GET":
            return Response(303, {"location": "/console", "content-length": "0"})
        if path == "/console" or path.startswith("/console/"):
            cloud.settle()
            return _page(cloud, request, [unquote(part) for part in path.split("/")[2:] if part])
        return cloud.handle(request)

    return answer


def _page(cloud: LocalCloud, request: Request, parts: list[str]) -> Response:
    backend = cloud.backend
    if request.method not in ("GET", "HEAD", "POST"):
        raise ServiceError(405, "MethodNotAllowed", f"{request.method} is not allowed on the console")
    try:
        with backend.store.read() as tx:
            match parts:
                case []:
                    return _rendered("overview", overview_page(tx))
                case ["models", identifier]:
                    return _rendered("model", model_page(backend, tx, identifier))
                case ["deployments", identifier]:
                    page = deployment_page(backend, tx, identifier)
                case _:
                    return _rendered("base", {"title": "There is no such page"}, status=404)
    except ServiceError as error:
        return _rendered("base", {"title": error.message}, status=error.status)
    return _rendered("deployment", {**page, **_prediction(cloud, request, page["deployment"]["id"])})


def _prediction(cloud: LocalCloud, request: Request, deployment: str) -> Mapping[str, Any]:
    if request.method != "POST":
        return {"answer": None}
    form = parse_qs((read_body(request.body, 3 * MAX_BODY_BYTES) or b"").decode("utf-8", "replace"))
    body = form.get("body", [""])[0].replace("\r\n", "\n")
    try:
        answer = ask(cloud.backend, deployment, body.encode(), "application/json")
    except ServiceError as error:
        return {"body": body, "status": error.status, "answer": error.message, "refresh": False}
    text = b"".join(answer.body).decode("utf-8", "replace")
    return {"body": body, "status": answer.status, "answer": text, "refresh": False}


def _rendered(template: str, context: Mapping[str, Any], *, status: int = 200) -> Response:
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True)
    content = environment.get_template(f"{template}.html.j2").render(context).encode()
    return Response(status, {**_HEADERS, "content-length": str(len(content))}, (content,))
