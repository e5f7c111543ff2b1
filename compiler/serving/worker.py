"""A worker process: loads score.py, then serves it on the socket that it inherited.

It tells its supervisor on a channel (inherited as standard input) when it is ready, or why it will never be.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from compiler.serving.application import PredictApplication
from compiler.serving.isolation.isolate import isolate
from compiler.serving.isolation.result import Isolation
from compiler.serving.isolation.view import view_of
from compiler.serving.openapi.pages import Description
from compiler.serving.sandbox import confine, die_with_parent
from compiler.serving.scoring import Score, last_lines

IDLE_SECONDS = 1.0
METRICS_SECONDS = 1.0
KEEP_ALIVE_SECONDS = 75
BACKLOG = 1024

logger = logging.getLogger("worker")


class Channel:
    """The line to the supervisor."""

    def __init__(self, descriptor: int) -> None:
        self.socket = socket.socket(fileno=descriptor)

    def send(self, message: dict[str, Any]) -> None:
        """Say something; a supervisor that is gone cannot be told."""
        try:
            self.socket.sendall(json.dumps(message).encode() + b"\n")
        except (BrokenPipeError, ConnectionResetError):
            end_group()


def main() -> int:
    """`worker <folder of the artifact> <deployment> <descriptor of the socket> <orders as a JSON object>`."""
    folder, deployment, descriptor = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    orders = json.loads(sys.argv[4])
    die_with_parent()
    channel = _private_channel()
    listener = socket.socket(fileno=descriptor)
    listener.set_inheritable(False)
    isolation = isolate_worker(folder, orders["mechanisms"], network=orders["network"])
    channel.send({"isolation": isolation})
    if orders["required"] and not isolation.complete:
        channel.send({"state": "failed", "lines": [f"The worker cannot be isolated: {', '.join(isolation.missing)}"]})
        return 1
    confine()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        description = Description(folder, deployment)
        score = Score(folder)
    except BaseException as problem:  # user code may raise anything; the supervisor reports it
        logger.exception("the model could not be loaded")
        channel.send({"state": "failed", "lines": last_lines(problem)})
        return 1
    application = PredictApplication(
        score, deployment, description, lambda: channel.send({"state": "stuck"}), max_seconds=orders["seconds"]
    )
    serve(application, listener, channel)
    return 0


def serve(application: PredictApplication, listener: socket.socket, channel: Channel) -> None:
    """Serve until SIGTERM, then drain: no call that was accepted is lost."""
    import uvicorn

    class DrainingServer(uvicorn.Server):
        """A server that closes a connection only after it has told so, or after it was idle for a moment.

        uvicorn itself closes idle connections at once, and a call that is just then on its way would fail.
        """

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            asyncio.get_running_loop().add_reader(channel.socket, end_group)
            self._reporting = asyncio.create_task(_report(application, channel))
            channel.send({"state": "ready"})

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            for server in self.servers:
                server.close()
            application.draining = True
            channel.send({"state": "closed"})
            await asyncio.sleep(IDLE_SECONDS)
            await super().shutdown(sockets)

    config = uvicorn.Config(
        application,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        backlog=BACKLOG,
    )
    DrainingServer(config).run([listener])


def isolate_worker(folder: Path, mechanisms: list[str], *, network: bool) -> Isolation:
    """Shut this process in: it writes in its home and in the artifact's folder, which is a copy."""
    view = view_of([os.environ["HOME"], str(folder)], network=network)
    return isolate(view, mechanisms, network=network)


def end_group() -> None:
    """End at once, with everything that user code has started: the supervisor is gone."""
    os.killpg(0, signal.SIGKILL)
    os._exit(128 + signal.SIGKILL)  # the first process of a namespace is spared; with it, all others there end


async def _report(application: PredictApplication, channel: Channel) -> None:
    while True:
        await asyncio.sleep(METRICS_SECONDS)
        channel.send({"metrics": application.metrics.snapshot(), "example": application.example.request})


def _private_channel() -> Channel:
    descriptor = os.dup(0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    return Channel(descriptor)
