"""What is sent again, how often, and what is never sent twice; against a real HTTP server that misbehaves."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from compiler.cloud.connect.connection import Access, Connection, connect
from compiler.cloud.connect.errors import RequestError
from compiler.cloud.connect.retries import RetryPolicy
from compiler.cloud.datascience import deployments, models
from compiler.spec.project import Target

MODEL = "ocid1.datasciencemodel.oc1..m"
RECORD = {"id": MODEL, "lifecycleState": "ACTIVE"}
DEPLOYMENT = "ocid1.datasciencemodeldeployment.oc1..d"


@dataclass
class Service:
    """Answers with the statuses it is given, then with 200 and an empty record; keeps what it was sent."""

    answers: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    port: int = 0

    def will(self, *statuses: int, code: str = "Injected", **headers: str) -> None:
        self.answers += [(status, code, headers) for status in statuses]


@pytest.fixture
def service() -> Iterator[Service]:
    kept = Service()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            kept.seen.append((self.command, self.path, headers))
            status, code, more = kept.answers.pop(0) if kept.answers else (200, "", {})
            body = json.dumps({"code": code, "message": "said so"} if code else RECORD).encode()
            self.send_response(status)
            own = {"content_type": "application/json", "content_length": str(len(body))}
            for name, value in {**own, **more}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Not on standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    kept.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield kept
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def private_key() -> str:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def connection(
    service: Service, private_key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Connection]:
    values = {"USER": "ocid1.user.oc1..u", "TENANCY": "ocid1.tenancy.oc1..t", "FINGERPRINT": ":".join(["ab"] * 16)}
    for name, value in {**values, "KEY_CONTENT": private_key, "REGION": "eu-zurich-1"}.items():
        monkeypatch.setenv(f"OCI_CLI_{name}", value)
    monkeypatch.delenv("OCI_RESOURCE_PRINCIPAL_VERSION", raising=False)
    target = Target.model_validate(
        {
            "compartmentId": "ocid1.compartment.oc1..c",
            "projectId": "ocid1.datascienceproject.oc1..p",
            "serviceEndpoint": f"http://127.0.0.1:{service.port}",
        }
    )
    access = Access(auth="api_key", retry_policy=RetryPolicy(attempts=4, total=5.0, first_pause=0.01))
    with connect("prod", target, root=tmp_path, project="cellar", access=access) as opened:
        yield opened
        for client in (opened.data_science, opened.object_storage):
            client.base_client.session.close()


def test_reading_gets_over_everything_that_passes(service: Service, connection: Connection) -> None:
    service.will(503, 429, 500)
    assert models.get_model(connection, MODEL).data == RECORD
    assert len(service.seen) == 4


def test_patience_ends(service: Service, connection: Connection) -> None:
    service.will(*[503] * 9)
    with pytest.raises(RequestError) as problem:
        models.get_model(connection, MODEL)
    assert problem.value.diagnostics[0].code == "MF715"
    assert len(service.seen) == 4


@pytest.mark.parametrize(
    ("status", "name", "code"),
    [
        (400, "InvalidParameter", "MF717"),
        (400, "LimitExceeded", "MF718"),
        (400, "QuotaExceeded", "MF718"),
        (400, "RelatedResourceNotAuthorizedOrNotFound", "MF713"),
        (401, "NotAuthenticated", "MF712"),
        (403, "NotAllowed", "MF713"),
        (404, "NotAuthorizedOrNotFound", "MF713"),
        (409, "Conflict", "MF716"),
        (409, "InvalidatedRetryToken", "MF716"),
        (412, "NoEtagMatch", "MF716"),
        (413, "PayloadTooLarge", "MF717"),
        (501, "MethodNotImplemented", "MF715"),
    ],
)
def test_what_does_not_pass_is_not_tried_again(
    status: int, name: str, code: str, service: Service, connection: Connection
) -> None:
    service.will(status, code=name)
    with pytest.raises(RequestError) as problem:
        models.get_model(connection, MODEL)
    assert problem.value.diagnostics[0].code == code
    assert "said so" in problem.value.diagnostics[0].message
    assert len(service.seen) == 1


def test_a_creation_keeps_its_retry_token(service: Service, connection: Connection) -> None:
    service.will(500, 503)
    models.create_model(connection, {"displayName": "x"}, "t" * 40)
    assert {headers["opc-retry-token"] for _, _, headers in service.seen} == {"t" * 40}
    assert len(service.seen) == 3


def test_an_action_without_token_is_not_sent_twice_when_it_may_have_been_done(
    service: Service, connection: Connection
) -> None:
    service.will(500)
    with pytest.raises(RequestError):
        deployments.deactivate_deployment(connection, DEPLOYMENT, None)
    assert len(service.seen) == 1
    service.will(429)
    deployments.deactivate_deployment(connection, DEPLOYMENT, None)
    assert len(service.seen) == 3


def test_a_busy_resource_is_waited_for(service: Service, connection: Connection) -> None:
    service.will(409, code="IncorrectState")
    deployments.update_deployment(connection, DEPLOYMENT, {}, "etag")
    assert [headers.get("if-match") for _, _, headers in service.seen] == ["etag", "etag"]


def test_retry_after_is_kept_to(service: Service, connection: Connection) -> None:
    service.will(429, retry_after="30")  # longer than our patience of five seconds
    with pytest.raises(RequestError):
        models.get_model(connection, MODEL)
    assert len(service.seen) == 1


def test_the_circuit_breaker_of_the_sdk_stays_out(service: Service, connection: Connection) -> None:
    for _ in range(15):
        service.will(400)
        with pytest.raises(RequestError):
            models.get_model(connection, MODEL)
    assert models.get_model(connection, MODEL).data == RECORD


def test_nobody_answers(service: Service, connection: Connection) -> None:
    client = connection.data_science.base_client
    client.endpoint = "http://127.0.0.1:9"
    with pytest.raises(RequestError) as problem:
        models.get_model(connection, MODEL)
    assert problem.value.diagnostics[0].code == "MF714"
    assert problem.value.status == 0


def test_a_page_of_somebody_else_is_told_as_such(service: Service, connection: Connection) -> None:
    for answer in ("text/html; charset=utf-8", "application/json"):  # a sign-in page, and an object for a list
        service.will(200, code="", content_type=answer)
        with pytest.raises(RequestError, match="something other than OCI answered") as caught:
            list(models.list_models(connection))
        assert caught.value.diagnostics[0].code == "MF714"
