"""The embedded OCI over HTTP: what clients in other processes rely on."""

from __future__ import annotations

import http.client
import io
import json
import socket
from contextlib import closing

import oci
import pytest

from compiler.localcloud import Settings, open_cloud
from compiler.localcloud.http.faults import ConnectionDroppedError, Faults, parse_rule
from compiler.localcloud.server import ChunkedBody
from testing.waiting import LONG

SCORE = {
    "score.py": "def load_model(): return 2\ndef predict(d, model=load_model()): return {'prediction': d['x'] * model}"
}


@pytest.fixture
def cloud(served):
    return served.cloud


@pytest.fixture
def over_http(served):
    """Makes clients of the SDK that talk to the port."""
    made = []

    def make(kind):
        client = kind(
            served.cloud.sdk_config(), service_endpoint=served.url, retry_strategy=oci.retry.NoneRetryStrategy()
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.base_client.session.close()


def exchange(served, text: bytes) -> bytes:
    """Send bytes and say that there are no more; what came back until the server closed the connection."""
    with socket.create_connection(served.server_address, timeout=LONG) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        return received


def test_the_sdk_over_http(over_http, cloud) -> None:
    storage = over_http(oci.object_storage.ObjectStorageClient)
    details = oci.object_storage.models.CreateBucketDetails(name="wines", compartment_id=cloud.compartment_id)
    storage.create_bucket("local", details)
    content = b"x" * (3 << 20)
    storage.put_object("local", "wines", "a/b", io.BytesIO(content))
    assert storage.get_object("local", "wines", "a/b").data.content == content
    assert storage.head_object("local", "wines", "a/b").headers["content-length"] == str(len(content))


def test_a_connection_is_kept_and_an_unread_body_does_not_disturb_it(served) -> None:
    with closing(http.client.HTTPConnection(*served.server_address, timeout=LONG)) as connection:
        for _ in range(3):
            connection.request("POST", "/20190101/models", b"x" * 100_000)  # unsigned: refused without being read
            response = connection.getresponse()
            assert (response.status, json.loads(response.read())["code"]) == (401, "NotAuthenticated")


def test_expect_100_is_answered_before_the_body(served) -> None:
    head = b"PUT /n/local/b/w/o/x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
    assert exchange(served, head).startswith(b"HTTP/1.1 100 Continue\r\n\r\n")


@pytest.mark.parametrize(
    "head",
    [b"Host: evil.example", b"Host: 127.0.0.1:1\r\nOrigin: http://evil.example", b"Host: 127.0.0.1\r\nOrigin: null"],
)
def test_web_pages_from_elsewhere_are_refused(served, head: bytes) -> None:
    answer = exchange(
        served, b"POST /x/predict HTTP/1.1\r\n" + head + b"\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
    )
    assert answer.startswith(b"HTTP/1.1 403 ")


def test_chunked_bodies() -> None:
    wire = io.BufferedReader(io.BytesIO(b"3\r\nabc\r\n5;x=y\r\ndefgh\r\n0\r\nTrailer: 1\r\n\r\nnext"))
    assert io.BufferedReader(ChunkedBody(wire)).read() == b"abcdefgh"
    assert wire.read() == b"next"


def test_predict_through_the_port(served, science, new_model, deployment_details, settled) -> None:
    created = science.create_model_deployment(deployment_details(new_model(SCORE).id)).data
    settled(created.id, "ACTIVE")
    with closing(http.client.HTTPConnection(*served.server_address, timeout=LONG)) as connection:
        for body, expected in ((b'{"x": 4}', (200, {"prediction": 8})), (b"{}", (500, None))):
            connection.request("POST", f"/{created.id}/predict", body)
            response = connection.getresponse()
            answer = json.loads(response.read())
            assert (response.status, expected[1] or answer) == (expected[0], answer)
        connection.request("POST", "/ocid1.unknown/predict", b"{}")
        assert connection.getresponse().status == 404


def test_the_sdk_predicts(client, science, new_model, deployment_details, settled) -> None:
    created = science.create_model_deployment(deployment_details(new_model(SCORE).id)).data
    settled(created.id, "ACTIVE")
    caller = client(oci.model_deployment.ModelDeploymentClient)
    assert json.loads(caller.predict(created.id, {"x": 4}).data) == {"prediction": 8}
    streamed = caller.predict_with_response_stream(created.id, {"x": 5}).data
    assert json.loads(streamed.content) == {"prediction": 10}


def test_strict_predict_must_be_signed(tmp_path) -> None:
    from compiler.localcloud.http.messages import Request

    with open_cloud(tmp_path, settings=Settings(run_processes=False, strict=True)) as cloud:
        assert cloud.handle(Request("POST", "/ocid1.unknown/predict", {"host": "127.0.0.1"})).status == 401


def with_rules(tmp_path, *rules: str):
    faults = Faults(parse_rule(rule) for rule in rules)
    return open_cloud(tmp_path / "f", settings=Settings(run_processes=False, faults=faults))


def test_faults_as_often_as_asked_for(tmp_path, make_client, refused) -> None:
    with with_rules(tmp_path, "GET /projects:429x2", "GET /models:503", "* /n:409x1") as cloud:
        science = make_client(cloud, oci.data_science.DataScienceClient)
        for _ in range(2):
            with refused(429, "TooManyRequests"):
                science.list_projects(cloud.compartment_id)
            with refused(503, "ServiceUnavailable"):
                science.list_models(cloud.compartment_id)
        assert len(science.list_projects(cloud.compartment_id).data) == 1
        storage = make_client(cloud, oci.object_storage.ObjectStorageClient)
        with refused(409, "IncorrectState"):
            storage.get_namespace()


def test_dropped_connections_before_and_after_the_act(tmp_path, make_client) -> None:
    with with_rules(tmp_path, "POST /projects:dropx1", "POST /projects:drop-afterx1") as cloud:
        science = make_client(cloud, oci.data_science.DataScienceClient)
        details = oci.data_science.models.CreateProjectDetails(compartment_id=cloud.compartment_id, display_name="p")
        for expected in (0, 1):
            with pytest.raises((ConnectionDroppedError, oci.exceptions.RequestException)):
                science.create_project(details, opc_retry_token="t")
            assert len(science.list_projects(cloud.compartment_id, display_name="p").data) == expected
        science.create_project(details, opc_retry_token="t")
        assert len(science.list_projects(cloud.compartment_id, display_name="p").data) == 1


@pytest.mark.parametrize(("effect", "status"), [("fail", "FAILED"), ("slow=3600", "IN_PROGRESS")])
def test_slow_and_failing_work(tmp_path, make_client, effect: str, status: str) -> None:
    with with_rules(tmp_path, f"EXPORT_MODEL_ARTIFACT:{effect}") as cloud:
        science = make_client(cloud, oci.data_science.DataScienceClient)
        model = science.create_model(
            oci.data_science.models.CreateModelDetails(compartment_id=cloud.compartment_id, project_id=cloud.project_id)
        ).data
        source = oci.data_science.models.ArtifactExportDetailsObjectStorage(
            namespace="local", source_bucket="b", source_object_name="o", source_region="local"
        )
        details = oci.data_science.models.ExportModelArtifactDetails(artifact_export_details=source)
        response = science.export_model_artifact(model.id, details)
        work = science.get_work_request(response.headers["opc-work-request-id"]).data
        assert work.status == status
        errors = [problem.message for problem in science.list_work_request_errors(work.id).data]
        assert errors == (["A fault as requested: EXPORT_MODEL_ARTIFACT:fail"] if status == "FAILED" else [])


@pytest.mark.parametrize(
    "rule", ["", "/models", "POST /models:", "POST /models:999", "POST /models:slow=1", "X:429", "X:slow"]
)
def test_wrong_rules(rule: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_rule(rule)
