"""A deployment's own server against a bare uvicorn app around the same `score.predict`: at least 0.9 times as fast.

    python -m compiler compile manifests/sklearn-wine && python benchmarks/model_server.py

Both run on one loopback connection and are measured in turns, so that whatever else the machine does hits both.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from compiler.serving.control import Server  # noqa: E402 - the repository is on the path only now
from compiler.serving.protocol import Desired  # noqa: E402

BUDGET = 0.9
ROUNDS = 20
CALLS = 100
BARE = """
import json, sys, uvicorn
sys.path.insert(0, sys.argv[1])
import score

async def application(scope, receive, send):
    if scope["type"] != "http":
        return
    body = (await receive())["body"]
    answer = json.dumps(score.predict(json.loads(body))).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})

uvicorn.run(application, port=int(sys.argv[2]), access_log=False, log_level="warning")
"""


def main() -> None:
    """Print calls a second of both, and end with 1 when the budget is missed."""
    build = next((ROOT / "build").glob("wine*/artifact"))
    body = json.dumps({"data": smoke_request(build)[:1]}).encode()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        ours = serve(Path(folder), build, stack)
        bare = 8997
        process = stack.enter_context(subprocess.Popen([sys.executable, "-c", BARE, str(build), str(bare)]))
        stack.callback(process.kill)
        rates = {port: [] for port in (ours, bare)}
        for port in rates:
            connected(port).close()
            rate(port, body)
        for _ in range(ROUNDS):
            for port, found in rates.items():
                found.append(rate(port, body))
        ratio = statistics.median(a / b for a, b in zip(rates[ours], rates[bare], strict=True))
        mine, theirs = (statistics.median(rates[port]) for port in (ours, bare))
        print(f"deployment {mine:.0f}/s, bare {theirs:.0f}/s, {ratio:.2f}x")
        sys.exit(ratio < BUDGET)


def smoke_request(build: Path) -> list[object]:
    """The golden rows of the build."""
    plan = json.loads((build.parent / "plan.json").read_text())
    return plan["desired"]["deployment"]["smoke"]["request"]


def serve(folder: Path, build: Path, stack: contextlib.ExitStack) -> int:
    """Start the server on the artifact; answers its port."""
    archive = folder / "artifact.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in build.rglob("*"):
            file.write(path, path.relative_to(build))
    server = Server(folder / "server")
    server.publish(Desired(1, running=True, deployment="d", archive=[str(archive)]))
    server.launch()
    stack.callback(stop, server)
    while (status := server.status()) is None or status.state != "ready":
        assert status is None or status.state != "failed", status
        time.sleep(0.1)
    return status.port


def stop(server: Server) -> None:
    """End the server and wait for it."""
    server.request_stop()
    while server.is_alive():
        time.sleep(0.05)


def connected(port: int) -> http.client.HTTPConnection:
    """A connection, as soon as somebody listens."""
    deadline = time.monotonic() + 60
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.connect()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return connection


def rate(port: int, body: bytes) -> float:
    """Calls a second on one connection."""
    with contextlib.closing(connected(port)) as connection:
        began = time.perf_counter()
        for _ in range(CALLS):
            connection.request("POST", "/predict", body, {"content-type": "application/json"})
            response = connection.getresponse()
            assert response.status == 200, response.read()
            response.read()
        return CALLS / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
