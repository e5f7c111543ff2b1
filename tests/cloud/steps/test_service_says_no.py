"""What the service refuses, one request at a time: the exact code, and the state that follows."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from oci._vendor.requests import Response
from oci._vendor.requests.exceptions import ConnectionError as NoConnection

from compiler.cloud.connect.watch import WaitOptions
from compiler.cloud.datascience.smoke_test import PAUSES_LOCAL, SmokeTestError, smoke_test
from compiler.cloud.export import export_model
from compiler.cloud.objectstorage.objects import Place
from compiler.diagnostics import CompilerError
from compiler.planning.desired.types import SmokeTest
from compiler.planning.live.observed import Kind
from compiler.planning.plan.destroy import destroy
from compiler.planning.plan.outcome import Status
from testing.lab import Lab, Manifest
from testing.transports import mount, refusal, unmount

ALONE = Manifest(deployment=None)
KINDS = {"/modelDeployments/": Kind.DEPLOYMENT, "/models/": Kind.MODEL, "/modelVersionSets/": Kind.VERSION_SET}


@dataclass
class Answering:
    """A transport on which one kind of request gets another answer than the service's."""

    method: str
    path: str
    answer: Callable[[Any, Callable[[], Any]], Any]
    """Of the request, and what asks the service."""
    inner: Any = None
    seen: list[str] = field(default_factory=list)

    def send(self, request: Any, **options: Any) -> Any:
        self.seen.append(f"{request.method} {request.path_url}")
        path = request.path_url.partition("?")[0]
        if request.method == self.method and self.path in path:
            return self.answer(request, lambda: self.inner.send(request, **options))
        return self.inner.send(request, **options)

    def close(self) -> None:
        self.inner.close()


def answering(lab: Lab, method: str, path: str, answer: Callable[[Any, Callable[[], Any]], Any]) -> Answering:
    transport = Answering(method, path, answer)
    mount(lab, transport)
    return transport


def edited(request: Any, answer: Any, **changes: Any) -> Any:
    """The service's answer with some fields changed."""
    told = Response()
    told.status_code, told.headers = answer.status_code, answer.headers
    told.raw = io.BytesIO(json.dumps({**json.loads(answer.content), **changes}).encode())
    told.url, told.request = request.url, request
    return told


@pytest.mark.parametrize(
    ("path", "code", "left"),
    [
        ("/modelDeployments/", "404 NotAuthorizedOrNotFound", (1, 1)),
        ("/modelDeployments/", "412 NoEtagMatch", (1, 1)),
        ("/models/", "404 NotAuthorizedOrNotFound", (0, 1)),
        ("/models/", "412 NoEtagMatch", (0, 1)),
        ("/modelVersionSets/", "404 NotAuthorizedOrNotFound", (0, 0)),
    ],
)
def test_a_deletion_that_is_refused_while_the_list_still_has_it(
    path: str, code: str, left: tuple[int, int], lab: Lab
) -> None:
    """404 also means "no permission": only what the list has lost as well is gone."""
    lab.settled(Manifest())
    made = destroy(["wine"], lab.observe(), lab.connection.place)
    refusing = answering(lab, "DELETE", path, lambda request, _: refusal(request, *code.split()))
    outcome = lab.carry_out(made)
    assert [problem.code for problem in outcome.diagnostics] == ["MF713" if code.startswith("404") else "MF716"]
    failed = [result.change.kind for result in outcome.results if result.status is Status.FAILED]
    assert failed == [KINDS[path]]
    assert (len(lab.deployments()), len(lab.models())) == left
    unmount(lab, refusing)
    assert lab.connection.data_science.list_model_version_sets(lab.connection.place.compartment_id).data
    lab.destroy("wine")
    assert (lab.deployments(), lab.models()) == ([], [])


@pytest.mark.parametrize("path", ["/modelDeployments/", "/models/", "/modelVersionSets/"])
def test_a_deletion_whose_answer_is_lost_is_done_when_the_list_says_so(path: str, lab: Lab) -> None:
    lab.settled(Manifest())
    made = destroy(["wine"], lab.observe(), lab.connection.place)

    lost: list[Any] = []

    def lose_the_first(request: Any, ask: Callable[[], Any]) -> Any:
        answer = ask()
        if lost:
            return answer
        lost.append(request)
        raise NoConnection("the answer was lost")

    answering(lab, "DELETE", path, lose_the_first)
    outcome = lab.carry_out(made)
    assert outcome.complete, outcome.diagnostics
    assert len(lost) == 1
    assert (lab.deployments(), lab.models()) == ([], [])


def test_a_deployment_that_is_failed_though_its_work_request_succeeded(lab: Lab) -> None:
    def failed(request: Any, ask: Callable[[], Any]) -> Any:
        return edited(request, ask(), lifecycleState="FAILED", lifecycleDetails="no capacity left")

    failing = answering(lab, "GET", "/modelDeployments/", failed)
    outcome = lab.apply(Manifest())
    (problem,) = outcome.diagnostics
    assert (problem.code, "is FAILED: no capacity left" in problem.message) == ("MF720", True)
    assert not outcome.complete
    unmount(lab, failing)


@pytest.mark.parametrize("git", [{"gitCommit": "0" * 40}, {}])
def test_the_provenance_of_a_lost_answer_is_written_again(git: dict[str, str], lab: Lab) -> None:
    def lost(request: Any, ask: Callable[[], Any]) -> Any:
        ask()
        return refusal(request, "409", "Conflict")

    wanted = Manifest(deployment=None, catalog={"provenance": {"trainingScript": "train.py"}})
    transport = answering(lab, "POST", "/provenance", lost)
    assert lab.apply(wanted).complete
    assert [line for line in transport.seen if line.startswith("PUT") and "/provenance" in line]
    unmount(lab, transport)
    (live,) = lab.models()
    told = lab.connection.data_science.get_model_provenance(live.id).data
    assert told["trainingScript"] == "train.py"
    assert lab.plan(wanted, deep=True).empty


@pytest.mark.parametrize(
    ("status", "code"), [("400 InvalidParameter", "MF717"), ("403 NotAllowed", "MF713"), ("500 InternalError", "MF715")]
)
def test_a_provenance_that_is_refused_for_good(status: str, code: str, lab: Lab) -> None:
    refusing = answering(lab, "POST", "/provenance", lambda request, _: refusal(request, *status.split()))
    outcome = lab.apply(ALONE)
    assert [problem.code for problem in outcome.diagnostics] == [code]
    unmount(lab, refusing)
    lab.settled(ALONE)
    assert len(lab.models()) == 1


@pytest.mark.parametrize(("size", "code"), [(1, "MF716"), (None, "MF713")])
def test_an_artifact_that_did_not_arrive_as_it_was_sent(size: int | None, code: str, lab: Lab) -> None:
    def shorter(request: Any, ask: Callable[[], Any]) -> Any:
        if size is None:
            return refusal(request, "404", "NotAuthorizedOrNotFound")
        answer = ask()
        answer.headers["content-length"] = str(size)
        return answer

    transport = answering(lab, "HEAD", "/artifact/content", shorter)
    outcome = lab.apply(ALONE)
    assert [problem.code for problem in outcome.diagnostics] == [code]
    unmount(lab, transport)
    lab.settled(ALONE)


def test_an_export_that_arrives_shorter_than_the_artifact(lab: Lab) -> None:
    lab.make_bucket()
    lab.settled(ALONE)
    (live,) = lab.models()
    place = Place("local", "staging", "a.zip")
    size = export_model(lab.connection, live.id, place, WaitOptions())
    lab.connection.object_storage.delete_object("local", "staging", "a.zip")

    def shorter(_: Any, ask: Callable[[], Any]) -> Any:
        answer = ask()
        if answer.status_code == 200:
            answer.headers["content-length"] = str(size - 1)
        return answer

    answering(lab, "HEAD", "/o/a.zip", shorter)
    with pytest.raises(CompilerError) as problem:
        export_model(lab.connection, live.id, place, WaitOptions())
    assert [found.code for found in problem.value.diagnostics] == ["MF750"]
    assert f"{size - 1} bytes after the export" in str(problem.value)


@pytest.fixture
def endpoint() -> Iterator[tuple[str, list[int]]]:
    """An endpoint that answers with the statuses of the list in turn, the last one again and again."""
    statuses: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
            self.server.asked.append(status)  # type: ignore[attr-defined]
            self.send_response(status)
            body = b'{"prediction": [6]}'
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/d", statuses
        server.shutdown()
        thread.join()


EXPECTATIONS = {"with expected answers": (6,), "without": ()}


@pytest.mark.parametrize("expected", EXPECTATIONS)
@pytest.mark.parametrize("status", [400, 422, 500, 502, 503])
def test_an_endpoint_that_fails(status: int, expected: str, lab: Lab, endpoint: tuple[str, list[int]]) -> None:
    url, statuses = endpoint
    statuses.append(status)
    pauses: list[float] = []
    with pytest.raises(SmokeTestError) as problem:
        smoke_test(lab.connection, url, SmokeTest([{"x": 3}], EXPECTATIONS[expected]), pauses.append)
    assert [found.code for found in problem.value.diagnostics] == ["MF722"]
    assert f"the endpoint answers {status}" in str(problem.value)
    assert pauses == (list(PAUSES_LOCAL) if status >= 500 else [])


@pytest.mark.parametrize("status", [401, 403, 404, 429])
def test_an_endpoint_that_this_user_may_not_ask(status: int, lab: Lab, endpoint: tuple[str, list[int]]) -> None:
    url, statuses = endpoint
    statuses.append(status)
    warning = smoke_test(lab.connection, url, SmokeTest([{"x": 3}], (6,)), lambda _: None)
    assert warning is not None
    assert (warning.code, f"it answers {status}" in warning.message) == ("MF723", True)


def test_an_endpoint_that_comes_up_late(lab: Lab, endpoint: tuple[str, list[int]]) -> None:
    url, statuses = endpoint
    statuses += [503, 502, 200]
    assert smoke_test(lab.connection, url, SmokeTest([{"x": 3}], (6,)), lambda _: None) is None
