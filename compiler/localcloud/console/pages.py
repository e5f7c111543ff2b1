"""The console: pages for people on the port of the embedded OCI. Nothing comes from elsewhere.

Only this machine's loopback address reaches it, and only pages of its own may submit its form (`server.check_origin`).
One script makes copy buttons, live search and logs that follow; pages work without it. The policy names style and
script by their digests, so that nothing else runs, whatever a model's metadata hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from compiler.localcloud.application import LocalCloud
from compiler.localcloud.console.comparison import comparison_page
from compiler.localcloud.console.data import found
from compiler.localcloud.console.deployment import deployment_log, deployment_page
from compiler.localcloud.console.model import model_page
from compiler.localcloud.console.overview import overview_page
from compiler.localcloud.console.words import moment, tone
from compiler.localcloud.datascience.deployments.predict import MAX_BODY_BYTES, ask
from compiler.localcloud.http.errors import ServiceError
from compiler.localcloud.http.messages import Request, Response, json_response
from compiler.localcloud.http.signatures import read_body
from compiler.localcloud.store.database import Transaction
from compiler.pages.document import csp_source, style, template, trusted

_TEMPLATES = Path(__file__).parent / "templates"
_SCRIPT = Path(__file__).parent / "console.js"


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
    if request.method not in ("GET", "HEAD", "POST"):
        raise ServiceError(405, "MethodNotAllowed", f"{request.method} is not allowed on the console")
    query = {name: values[0] for name, values in parse_qs(request.target.partition("?")[2]).items()}
    try:
        if parts[:1] == ["deployments"] and parts[2:] == ["log"]:
            return _log(cloud, parts[1], query.get("from", ""))
        with cloud.backend.store.read() as tx:
            name, page = _content(cloud, tx, parts, query)
    except ServiceError as error:
        return _rendered("base", {"title": error.message, "refresh": False}, status=error.status)
    if name == "deployment":
        page = {**page, **_prediction(cloud, request, page["deployment"]["id"])}
    return _rendered(name, page)


def _content(
    cloud: LocalCloud, tx: Transaction, parts: list[str], query: Mapping[str, str]
) -> tuple[str, Mapping[str, Any]]:
    """The template of a path and what it shows; raises `ServiceError` 404."""
    match parts:
        case []:
            return "overview", overview_page(cloud.backend, tx, query.get("q", ""))
        case ["models", identifier]:
            return "model", model_page(cloud.backend, tx, identifier)
        case ["compare"]:
            return "compare", comparison_page(cloud.backend, tx, query.get("left", ""), query.get("right", ""))
        case ["deployments", identifier]:
            return "deployment", deployment_page(cloud.backend, tx, identifier)
        case _:
            raise ServiceError(404, "NotAuthorizedOrNotFound", "There is no such page")


def _log(cloud: LocalCloud, deployment: str, start: str) -> Response:
    with cloud.backend.store.read() as tx:
        record = found(tx, "deployment", deployment)
    text, end = deployment_log(cloud.backend, record.id, int(start) if start.isdecimal() else None)
    return json_response({"text": text, "end": end}, headers=_headers())


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


def _headers() -> dict[str, str]:
    return {
        "content-security-policy": f"default-src 'none'; img-src data:; style-src {csp_source(style())}; "
        f"script-src {csp_source(trusted(_SCRIPT))}; connect-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'",
        # With "no-referrer" browsers send `Origin: null` with a form, which is then refused as foreign.
        "referrer-policy": "same-origin",
        "cache-control": "no-store",
    }


def _rendered(name: str, context: Mapping[str, Any], *, status: int = 200) -> Response:
    own = {"style": style(), "script": trusted(_SCRIPT), "moment": moment, "tone": tone}
    content = template(_TEMPLATES / f"{name}.html.j2", strict=False).render({**own, **context}).encode()
    head = {"content-type": "text/html; charset=utf-8", **_headers(), "content-length": str(len(content))}
    return Response(status, head, (content,))
