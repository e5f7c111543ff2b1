"""Requests whose end, or whose host, readers of HTTP see differently: refused, and the connection ends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from compiler.localcloud import open_cloud
from compiler.localcloud.server import LocalServer

HOST = b"Host: 127.0.0.1\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
REQUESTS = {
    "no number of bytes in a chunk": HOST + CHUNKED + b"\r\nzz\r\nabc\r\n0\r\n\r\n",
    "an empty size": HOST + CHUNKED + b"\r\n\r\nabc\r\n0\r\n\r\n",
    "a signed size": HOST + CHUNKED + b"\r\n+3\r\nabc\r\n0\r\n\r\n",
    "a size in another notation": HOST + CHUNKED + b"\r\n0x3\r\nabc\r\n0\r\n\r\n",
    "space before a size": HOST + CHUNKED + b"\r\n 3\r\nabc\r\n0\r\n\r\n",
    "a chunk that is longer": HOST + CHUNKED + b"\r\n3\r\nabcdef\r\n0\r\n\r\n",
    "a size beyond all bounds": HOST + CHUNKED + b"\r\n" + b"f" * 100 + b"\r\nabc",
    "two hosts": HOST + b"Host: evil.example\r\nContent-Length: 0\r\n\r\n",
    "the same host twice": HOST + HOST + b"Content-Length: 0\r\n\r\n",
    "no host": b"Content-Length: 0\r\n\r\n",
    "both lengths": HOST + CHUNKED + b"Content-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "two codings": HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunked twice": HOST + CHUNKED + CHUNKED + b"\r\n0\r\n\r\n",
    "a coding that nobody knows": HOST + b"Transfer-Encoding: xchunked\r\n\r\n",
    "a signed length": HOST + b"Content-Length: +5\r\n\r\nabcde",
    "a negative length": HOST + b"Content-Length: -5\r\n\r\nabcde",
    "a length with an underscore": HOST + b"Content-Length: 1_0\r\n\r\nabcdeabcde",
    "a length in other digits": HOST + "Content-Length: \u0665\r\n\r\nabcde".encode(),
    "a length that is none": HOST + b"Content-Length: five\r\n\r\nabcde",
    "two lengths": HOST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    folder = tmp_path_factory.mktemp("cloud") / "local"
    with open_cloud(folder, run_processes=False) as cloud, LocalServer(cloud, cloud.handle, 0) as served:
        thread = threading.Thread(target=served.serve_forever, args=(0.02,))
        thread.start()
        yield served
        served.shutdown()
        thread.join()


def answers(server: LocalServer, sent: bytes) -> bytes:
    """All that comes back until the server closes the connection."""
    with closing(socket.create_connection(server.server_address[:2], timeout=10)) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_a_request_without_a_certain_end_is_refused_and_nothing_after_it_is_read(server, capfd, request_) -> None:
    smuggled = b"GET /smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"
    # Both a path that no operation has, and one that reads its body.
    for path in (b"/nowhere", b"/ocid1.x/predict"):
        got = answers(server, b"POST " + path + b" HTTP/1.1\r\n" + request_ + smuggled)
        assert got.startswith(b"HTTP/1.1 400 "), got
        assert (got.count(b"HTTP/1.1 "), b"smuggled" in got) == (1, False)
    assert "Traceback" not in "".join(capfd.readouterr())


def test_honest_requests_share_a_connection(server) -> None:
    chunked = (
        b"POST /nowhere HTTP/1.1\r\n" + HOST + CHUNKED + b"\r\n3;ext=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nx: y\r\n\r\n"
    )
    sized = b"POST /nowhere HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n\r\nabc"
    got = answers(server, chunked + sized + chunked)
    assert got.count(b"HTTP/1.1 404 ") + got.count(b"HTTP/1.1 401 ") == 3, got


@pytest.mark.parametrize("name", [".", "..", "", "a/b", "é"])
def test_a_bucket_has_a_name(tmp_path: Path, name: str) -> None:
    import oci

    from testing.sdk import make_client

    with open_cloud(tmp_path / "local", run_processes=False) as cloud:
        storage = make_client(cloud, oci.object_storage.ObjectStorageClient)
        details = oci.object_storage.models.CreateBucketDetails(name=name, compartment_id=cloud.compartment_id)
        with pytest.raises(oci.exceptions.ServiceError) as caught:
            storage.create_bucket(storage.get_namespace().data, details)
    assert caught.value.status == 400
