"""The embedded OCI of a project: a port for other clients, what runs on its store, and its end."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.diagnostics import failure
from compiler.engine.checkout import Checkout
from compiler.engine.consent import Consent, Question, ask
from compiler.engine.result import Result
from compiler.events import Event, Listener, Phase, ignore
from compiler.render.lines import Line
from compiler.system import require_linux

if TYPE_CHECKING:
    from compiler.localcloud import LocalCloud
    from compiler.localcloud.http.faults import Faults
    from compiler.localcloud.server import LocalServer
    from compiler.render.documents.tools import (
        LocalResetDocument,
        LocalServeDocument,
        LocalStatusDocument,
        LocalStopDocument,
    )


@dataclass(frozen=True, slots=True)
class LocalServeRequest:
    """How to serve the store."""

    port: int = 8600
    """Loopback port; 0 for any."""
    strict: bool = False
    """Refuse unsigned calls of predict."""
    work_seconds: float = 0.0
    """Least duration of a work request."""
    faults: tuple[str, ...] = ()
    """Rules that calls are answered by: `POST /models:429x3`."""


@dataclass(frozen=True, slots=True)
class RunningServer:
    """The server of a deployment."""

    port: int
    """Its loopback port."""
    pid: int
    state: str


@dataclass(frozen=True, slots=True)
class LocalStatus(Result):
    """What the store of a project is, and what runs on it."""

    store: Path
    exists: bool
    url: str | None
    """Where the store is served; None when no port is open."""
    pid: int | None
    """Process that serves it."""
    servers: tuple[RunningServer, ...]

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - paths are not cut
        """The store, the port, and a line for each server."""
        serving = f"{self.url} (pid {self.pid})" if self.url else "no port is open"
        servers = [f"http://127.0.0.1:{s.port}  {s.state} (pid {s.pid})" for s in self.servers]
        return [
            Line(f"  store    {self.store}" + ("" if self.exists else "  (not made yet)")),
            Line(f"  serving  {serving}"),
            *(Line(f"  server   {text}") for text in servers or ["no model is being served"]),
        ]

    def to_json(self) -> LocalStatusDocument:
        """What `local status --json` prints."""
        return {
            "formatVersion": 1,
            "store": str(self.store),
            "url": self.url,
            "servers": [{"port": s.port, "pid": s.pid, "state": s.state} for s in self.servers],
        }


@dataclass(frozen=True, slots=True)
class LocalStopResult(Result):
    """What was ended."""

    ended: int
    """Number of servers of deployments."""
    url: str | None
    """Where the store is still served by `local serve`; None when no port is open."""
    pid: int | None
    """Process that serves it."""

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - never long
        """How many servers there were, and what is left."""
        ended = Line(f"  {self.ended} ended" if self.ended else "  no model was being served")
        left = f"  `local serve` goes on at {self.url}: end it with Ctrl-C where it runs, or by its pid, {self.pid}"
        return [ended, *([Line(left)] if self.url else [])]

    def to_json(self) -> LocalStopDocument:
        """What `local stop --json` prints."""
        return {"formatVersion": 1, "ended": self.ended, "url": self.url}


@dataclass(frozen=True, slots=True)
class LocalResetResult(Result):
    """What was deleted."""

    store: Path

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - paths are not cut
        """The folder that is gone."""
        return [Line(f"  deleted {self.store}")]

    def to_json(self) -> LocalResetDocument:
        """What `local reset --json` prints."""
        return {"formatVersion": 1, "deleted": str(self.store)}


def store_of(checkout: Checkout) -> Path:
    """The folder of the store of the project around the checkout's folder; it may not be there yet."""
    from compiler.workspace.targets import LOCAL

    return checkout.workspace().state / LOCAL


def serve_until_stopped(checkout: Checkout, request: LocalServeRequest, listener: Listener = ignore) -> None:
    """Serve the store on a port until this process is interrupted; the listener hears where. Raises as `open_port`."""
    with open_port(checkout, request) as (cloud, server), contextlib.suppress(KeyboardInterrupt):
        _announce(cloud, server.url, listener)
        server.serve_forever()


@contextlib.contextmanager
def open_port(checkout: Checkout, request: LocalServeRequest) -> Iterator[tuple[LocalCloud, LocalServer]]:
    """The store, and a server for it that has its port and is yet to serve.

    Raises `CompilerError` MF801 for a wrong rule, MF802 when the port is taken or the store is served already.
    """
    require_linux("the target local")
    from compiler.localcloud import Settings, open_cloud
    from compiler.workspace.root import private_folder

    faults, store = _faults(request.faults), store_of(checkout)
    private_folder(store.parent)
    settings = Settings(strict=request.strict, work_seconds=request.work_seconds, faults=faults)
    with (
        open_cloud(store, settings=settings) as cloud,
        _server(cloud, request.port) as server,
        _claimed(store, server.url),
    ):
        yield cloud, server


def local_status(checkout: Checkout) -> LocalStatus:
    """What the store is, and what runs on it."""
    require_linux("the target local")
    from compiler.localcloud.processes import running_servers, served

    store = store_of(checkout)
    process = served(store)
    found = [status for server in running_servers(store) if (status := server.status()) is not None]
    servers = tuple(RunningServer(status.port, status.pid, status.state) for status in found)
    url, pid = (process.url, process.pid) if process else (None, None)
    return LocalStatus(store, store.exists(), url, pid, servers)


def stop_local(checkout: Checkout) -> LocalStopResult:
    """End the servers of all deployments, waiting until they are gone; data stay, and so does a port that is open."""
    require_linux("the target local")
    from compiler.localcloud.processes import served, stop_servers

    store = store_of(checkout)
    ended, process = stop_servers(store), served(store)
    return LocalStopResult(ended, process.url if process else None, process.pid if process else None)


def reset_local(checkout: Checkout, consent: Consent) -> LocalResetResult:
    """End every process and delete the store. Raises `CompilerError` MF903 without consent."""
    require_linux("the target local")
    from compiler.localcloud.processes import reset

    store = store_of(checkout)
    text = f"Delete {store} with every model and deployment in it?"
    ask(Question(text, "the store would be deleted"), consent)
    reset(store)
    return LocalResetResult(store)


def deployment_log(root: Path, deployment: str) -> Path:
    """The log of a deployment's model server, in the store of a project root; it may not be there yet."""
    from compiler.cloud.connect.connection import local_store
    from compiler.localcloud.processes import log_path

    return log_path(local_store(root), deployment)


def _faults(rules: tuple[str, ...]) -> Faults:
    from compiler.localcloud.http.faults import Faults, parse_rule

    try:
        return Faults([parse_rule(text) for text in rules])
    except ValueError as problem:
        raise failure("MF801", str(problem)) from None


def _server(cloud: LocalCloud, port: int) -> LocalServer:
    from compiler.localcloud.console.pages import application
    from compiler.localcloud.server import LocalServer

    try:
        return LocalServer(cloud, application(cloud), port)
    except OSError as problem:
        message = f"port {port} cannot be served: {problem}"
        raise failure("MF802", message, hint="choose another one with --port, or 0 for any") from None


@contextlib.contextmanager
def _claimed(store: Path, url: str) -> Iterator[None]:
    from compiler.localcloud.processes import serving

    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(serving(store, url))
        except BlockingIOError:
            raise failure("MF802", "this store is being served already", hint="see `manifact local status`") from None
        yield


def _announce(cloud: LocalCloud, url: str, listener: Listener) -> None:
    from compiler.localcloud.processes import client_environment

    environment = client_environment(cloud.sdk_config(), cloud.compartment_id, cloud.project_id, url)
    first = f"  the embedded OCI is at {url} until Ctrl-C, its console at {url}/console; for other clients:"
    exports = [f"export {name}={shlex.quote(value)}" for name, value in environment.items()]
    document: LocalServeDocument = {"formatVersion": 1, "url": url, "environment": environment}
    listener(Event(Phase.READY, url, "\n".join([first, "", *exports]), value=document))
