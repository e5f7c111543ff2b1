"""What the smoke test makes of connections: not reached is "not tested", reached and not answered is a failure."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from compiler.cloud.datascience import invoke
from compiler.cloud.datascience.smoke_test import PAUSES_LOCAL, SmokeTestError, smoke_test
from compiler.diagnostics import Severity, exit_code
from compiler.planning.desired.types import SmokeTest
from testing.lab import Lab, Manifest

ROWS = SmokeTest([{"x": 3}], (6,))
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 19\r\nconnection: close\r\n\r\n"
RIGHT = HEAD + b'{"prediction": [6]}'


def close(client: socket.socket) -> None:
    """What a worker that is killed does."""
    client.close()


def reset(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def cut_short(client: socket.socket) -> None:
    client.sendall(RIGHT[:-5])
    client.close()


def not_chunked_to_the_end(client: socket.socket) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n13\r\n")
    client.close()


def silent(client: socket.socket) -> None:
    client.recv(1)  # until the other side has had enough
    client.close()


def halfway(client: socket.socket) -> None:
    client.sendall(HEAD)
    client.recv(1)
    client.close()


def right(client: socket.socket) -> None:
    client.sendall(RIGHT)
    client.close()


def answering(content: bytes) -> Callable[[socket.socket], None]:
    def way(client: socket.socket) -> None:
        client.sendall(content)
        client.close()

    return way


Way = Callable[[socket.socket], None]


@pytest.fixture
def serve() -> Iterator[Callable[..., tuple[str, list[int]]]]:
    """Starts a server that meets each request in the next way, the last one again and again."""
    opened: list[socket.socket] = []

    def start(*ways: Way) -> tuple[str, list[int]]:
        listener = socket.create_server(("127.0.0.1", 0))
        opened.append(listener)
        met: list[int] = []

        def answer() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                read_request(client)
                met.append(len(met))
                ways[min(len(met), len(ways)) - 1](client)

        threading.Thread(target=answer, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/d", met

    yield start
    for listener in opened:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def read_request(client: socket.socket) -> None:
    """All of it, or the beginning of what is none."""
    text = more = client.recv(65_536)
    while more and text.startswith(b"POST") and not text.endswith(b'{"x": 3}]'):
        more = client.recv(65_536)
        text += more


@pytest.mark.parametrize("way", [close, reset, cut_short, not_chunked_to_the_end, silent, halfway])
def test_a_request_that_is_taken_and_not_answered_fails_the_test(
    way: Way, lab: Lab, serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invoke, "TIMEOUT", (5.0, 0.3 if way in (silent, halfway) else 5.0))
    url, met = serve(way)
    with pytest.raises(SmokeTestError) as problem:
        smoke_test(lab.connection, url, ROWS)
    assert [found.code for found in problem.value.diagnostics] == ["MF722"]
    assert exit_code(problem.value.diagnostics) == 4
    assert len(met) == 1 + len(PAUSES_LOCAL)


@pytest.mark.parametrize("way", [close, reset])
def test_a_worker_that_comes_back_is_asked_again(way: Way, lab: Lab, serve: Any) -> None:
    url, met = serve(way, right)
    assert smoke_test(lab.connection, url, ROWS) is None
    assert len(met) == 2


def test_a_slow_model_is_asked_fewer_rows_one_by_one(lab: Lab, serve: Any) -> None:
    """Each look at the clock finds it ten seconds on: reversed, then rows one by one until half a minute is over."""
    smoke = SmokeTest([{"x": 3}] * 8, (6,) * 8)
    alone = HEAD + b'{"prediction": [6]}'
    together = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + b'{"prediction": [6, 6, 6, 6, 6, 6, 6, 6]}'
    ways = [answering(together), answering(together), answering(alone)]
    url, met = serve(*ways)
    seconds = iter(range(0, 1000, 10))
    assert smoke_test(lab.connection, url, smoke, now=lambda: next(seconds)) is None
    assert len(met) == 1 + 3  # at 10, 20 and 30 s; at 40 s no more
    url, met = serve(*ways)
    assert smoke_test(lab.connection, url, smoke, now=lambda: 0) is None
    assert len(met) == 1 + 1 + 8


def test_where_nobody_listens_nothing_is_tested(lab: Lab) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    warning = smoke_test(lab.connection, f"http://127.0.0.1:{port}/d", ROWS)
    assert (warning.code, warning.severity) == ("MF723", Severity.WARNING)


@pytest.mark.parametrize("address", ["https://{}", "http://no-such-host.invalid/d", "nonsense"])
def test_an_address_that_cannot_be_reached_is_not_tested(address: str, lab: Lab, serve: Any) -> None:
    url, _ = serve(right)
    warning = smoke_test(lab.connection, address.format(url.removeprefix("http://")), ROWS)
    assert (warning.code, warning.severity) == ("MF723", Severity.WARNING)


@pytest.mark.slow
def test_a_model_that_ends_its_process_is_put_back(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab(processes=True)
    lab.settled(Manifest(factor=2))
    dying = "def load_model(name='factor.txt'):\n    return 1\n\ndef predict(data, model=None):\n"
    outcome = lab.apply(Manifest(factor=7, score=dying + "    import os\n    os._exit(9)\n"))
    assert exit_code(outcome.diagnostics) == 4
    assert outcome.results[-1].detail == "the former settings serve again"
    assert invoke.call_endpoint(lab.connection, lab.deployments()[0].body["modelDeploymentUrl"], [{"x": 4}]).json() == {
        "prediction": [8]
    }
