"""A predict that raises anything at all, or never returns, costs its own call and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import threading
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from compiler.serving.control import Server
from compiler.serving.predict_thread import PredictThread
from compiler.serving.protocol import Desired
from compiler.serving.scoring import Answer
from testing.waiting import LONG, eventually

SCORE = """
import ctypes, time

class Mute(Exception):
    def __str__(self):
        raise RuntimeError("says nothing")

class MuteValue(ValueError):
    def __str__(self):
        raise SystemExit("says nothing")

def load_model():
    return None

def predict(data, model=load_model()):
    if "raise" in data:
        raise eval(data["raise"])
    if "run" in data:
        exec(data["run"])
    if "answer" in data:
        return eval(data["answer"])
    return {"prediction": data["x"]}
"""
SECONDS = 1.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hostile")
    with zipfile.ZipFile(folder / "artifact.zip", "w") as file:
        file.writestr("score.py", SCORE)
    made = Server(folder / "server")
    made.publish(Desired(1, True, "ocid1.d", [str(folder / "artifact.zip")], predict_seconds=SECONDS))
    made.launch()
    eventually(lambda: made.status() and made.status().state == "ready")
    yield made
    made.request_stop()
    eventually(lambda: not made.is_alive())


def call(server: Server, body: Any) -> tuple[int, bytes]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.status().port, timeout=LONG)) as connection:
        connection.request("POST", "/predict", json.dumps(body))
        response = connection.getresponse()
        return response.status, response.read()


@pytest.mark.parametrize(
    ("raised", "status", "message"),
    [
        ("SystemExit(3)", 500, "SystemExit: 3"),
        ("KeyboardInterrupt()", 500, "KeyboardInterrupt: "),
        ("GeneratorExit()", 500, "GeneratorExit: "),
        ("BaseException('end')", 500, "BaseException: end"),
        ("BaseExceptionGroup('many', [SystemExit()])", 500, "BaseExceptionGroup: many (1 sub-exception)"),
        ("Mute()", 500, "Mute"),
        ("MuteValue()", 500, "SystemExit: says nothing"),
        ("StopIteration()", 500, "StopIteration: "),
        ("StopAsyncIteration()", 500, "StopAsyncIteration: "),
        ("MemoryError()", 500, "MemoryError: "),
    ],
)
def test_whatever_is_raised_is_an_answer_at_once(server: Server, raised: str, status: int, message: str) -> None:
    got, body = call(server, {"raise": raised})
    assert (got, json.loads(body)["message"]) == (status, message)
    assert call(server, {"x": 1}) == (200, b'{"prediction": 1}')


@pytest.mark.parametrize("answer", ["float('nan')", "[float('inf')]", "{'prediction': [{'x': -float('inf')}]}"])
def test_what_json_cannot_express_is_not_sent(server: Server, answer: str) -> None:
    status, body = call(server, {"answer": answer})
    told = json.loads(body, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert (status, told["code"]) == (500, "InternalServerError")
    assert "cannot be written as JSON" in told["message"]


@pytest.mark.parametrize("hang", ["while True: pass", "time.sleep(3600)"])
def test_a_call_that_hangs_costs_that_call(server: Server, hang: str) -> None:
    hung: list[int] = []
    thread = threading.Thread(target=lambda: hung.append(call(server, {"run": hang})[0]))
    thread.start()
    statuses = [call(server, {"x": 1})[0] for _ in range(20)]
    thread.join()
    assert hung == [504]
    assert statuses == [200] * 20


def test_a_call_that_keeps_the_interpreter_costs_no_more_than_its_worker(server: Server) -> None:
    # sleep(3) of the C library, called without letting go of the interpreter: nothing of the worker runs.
    hang = "ctypes.PyDLL(None).sleep(3600)"
    with contextlib.suppress(http.client.HTTPException, OSError):
        call(server, {"run": hang})

    def answers() -> bool:
        with contextlib.suppress(http.client.HTTPException, OSError):
            return call(server, {"x": 1})[0] == 200
        return False

    eventually(answers)


class Scripted:
    """Answers each body with what a table says, or raises it."""

    def __init__(self) -> None:
        self.hanging = threading.Event()

    def answer(self, body: bytes, content_type: str) -> Answer:
        if body == b"hang":
            self.hanging.wait(30)
        if body == b"exit":
            raise SystemExit
        return Answer(200, body, content_type.encode())


def test_a_thread_that_comes_back_late_takes_no_call() -> None:
    scripted = Scripted()
    stuck: list[int] = []

    async def calls() -> list[Answer]:
        thread = PredictThread(scripted, lambda: stuck.append(1), max_seconds=0.2)
        first = await asyncio.gather(*(thread.ask(body, "") for body in (b"hang", b"1", b"exit", b"2")))
        scripted.hanging.set()
        return [*first, *await asyncio.gather(*(thread.ask(b"3", "") for _ in range(8)))]

    answers = asyncio.run(calls())
    assert [answer.status for answer in answers] == [504, 200, 500, 200, *[200] * 8]
    assert stuck == [1]
