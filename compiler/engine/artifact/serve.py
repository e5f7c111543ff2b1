"""Serve: run an artifact on this machine, as OCI's own containers would."""

from __future__ import annotations

import contextlib
import re
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.diagnostics import CompilerError, Diagnostic, Severity, failure
from compiler.engine.artifact.reload import Reloader
from compiler.engine.artifact.resolve import Form, compile_artifact, resolve_artifact
from compiler.engine.checkout import Checkout
from compiler.events import Event, Listener, Phase, ignore
from compiler.system import require_linux

if TYPE_CHECKING:
    from compiler.introspection import Check
    from compiler.render.documents.tools import ServeDocument
    from compiler.serving.foreground import Foreground
    from compiler.serving.isolation.result import Isolation

DEFAULT_PORT = 8080
"""What OCI's own containers listen on (OCI docs: serverPort)."""
_MISSING = re.compile(r"ModuleNotFoundError: No module named '([^']+)'")
_PAUSE = 0.1
"""Seconds between two looks at the server."""


@dataclass(frozen=True, slots=True)
class ServeRequest:
    """What to serve, and how."""

    path: Path = Path()
    """Artifact directory, zip archive of one, manifest file, or folder with `model.yaml`."""
    port: int | None = None
    """Loopback port, 0 for any; None: `DEFAULT_PORT`, or any when that is taken."""
    workers: int = 1
    """Processes that answer."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Environment variables for score.py."""
    force: bool = False
    """Serve although a check of the artifact fails."""
    network: bool = False
    """Let score.py use the network of this machine."""
    require_isolation: bool = False
    """Load the model only in processes that are isolated completely."""
    reload: bool = False
    """Serve the new files as soon as they change on disk."""


@dataclass(frozen=True, slots=True)
class ServableArtifact:
    """An artifact that passed its checks."""

    path: Path
    """A directory or a zip archive."""
    name: str


def serve_until_stopped(checkout: Checkout, request: ServeRequest, listener: Listener = ignore) -> None:
    """Serve until this process is interrupted; the listener hears where, and all that the workers write.

    Raises as `servable_artifact` and `serving` do, and `CompilerError` MF814 when the server ends by itself.
    """
    artifact = servable_artifact(checkout, request, listener)
    path = checkout.path(request.path)
    reloader = Reloader(path, lambda: servable_artifact(checkout, request, listener), listener)
    with contextlib.suppress(KeyboardInterrupt), serving(artifact, request, listener) as server:
        _follow(server, listener, reloader if request.reload else None)


def servable_artifact(checkout: Checkout, request: ServeRequest, listener: Listener = ignore) -> ServableArtifact:
    """The artifact that the path means; a manifest is compiled first.

    Raises `CompilerError` MF811 where there is none that can be served, MF810 when a library of the model is missing,
    and MF521 for checks that fail.
    """
    require_linux("serving a model here")
    artifact = _find_artifact(checkout, request.path)
    _check(artifact.path, listener, force=request.force)
    return artifact


@contextlib.contextmanager
def serving(artifact: ServableArtifact, request: ServeRequest, listener: Listener = ignore) -> Iterator[Foreground]:
    """A server that answers as long as the block runs; the listener hears where.

    Raises `CompilerError` MF802 when the port is taken, MF812 when the model cannot be loaded, MF810 when a library is
    missing, MF611 without the isolation that is required, and MF814 when the server ends before it answers.
    """
    from compiler.serving.foreground import running
    from compiler.serving.protocol import Desired

    sock = _listen(request.port, listener)
    desired = Desired(
        1,
        True,
        artifact.name,
        [str(artifact.path)],
        dict(request.environment),
        request.workers,
        network=request.network,
        require_isolation=request.require_isolation,
    )
    with running(desired, sock) as server:
        port = sock.getsockname()[1]
        sock.close()  # the server has it now, and alone: nobody is kept waiting by a server that is gone
        isolation = _wait_until_ready(server, listener, required=request.require_isolation)
        _announce(artifact.name, port, request.workers, isolation, listener)
        yield server


def _find_artifact(checkout: Checkout, given: Path) -> ServableArtifact:
    found = resolve_artifact(checkout, given)
    if found is None:
        raise failure("MF811", f"there is nothing at {given}")
    if found.form in (Form.ARTIFACT, Form.ARCHIVE):
        return ServableArtifact(found.path.resolve(), found.name)
    if found.manifest is not None:
        return _compile(checkout, found.manifest)
    hint = f"serve {given / 'artifact'}" if (found.path / "artifact").is_dir() else None
    raise failure("MF811", f"{given} holds neither score.py and runtime.yaml nor model.yaml", hint=hint)


def _compile(checkout: Checkout, manifest: Path) -> ServableArtifact:
    from compiler.verify.libraries import missing_libraries

    build = compile_artifact(checkout, manifest)
    if build.record is None:
        hint = f"manifact pull {build.desired.model_id} DIRECTORY, then manifact serve DIRECTORY"
        raise failure("MF811", f"'{build.name}' deploys a model of the catalog and has no artifact here", hint=hint)
    if build.container:
        raise failure("MF811", f"only a container can run the artifact of '{build.name}'")
    if missing := missing_libraries(build.facts.requires):
        raise _library_missing(missing)
    return ServableArtifact(build.artifact, build.name)


def _check(artifact: Path, listener: Listener, *, force: bool) -> None:
    """Refuse, or with `force` warn of, what fails introspection. The conda environment is none of ours here."""
    from compiler.introspection import Status, introspect
    from compiler.introspection.files import artifact_files

    failed = [check for check in introspect(artifact_files(artifact), conda=False) if check.status is Status.FAILED]
    severity = Severity.WARNING if force else Severity.ERROR
    hint = None if force else "`manifact introspect` shows every check; --force serves it all the same"
    problems = [Diagnostic("MF521", _message(check), hint=hint, severity=severity) for check in failed]
    if problems and not force:
        raise CompilerError(*problems)
    for problem in problems:
        listener(Event(Phase.DIAGNOSTIC, str(artifact), value=problem))


def _message(check: Check) -> str:
    return f"{check.error.rstrip('.')}: {check.note}" if check.note else check.error


def _listen(port: int | None, listener: Listener) -> socket.socket:
    from compiler.serving.foreground import listen

    try:
        return listen(DEFAULT_PORT if port is None else port)
    except OSError as problem:
        if port is None:
            listener(Event(Phase.WARNING, text=f"port {DEFAULT_PORT} is taken; any other one is used"))
            return listen(0)
        message = f"port {port} cannot be served: {problem}"
        raise failure("MF802", message, hint="choose another one with --port, or 0 for any") from None


def _wait_until_ready(server: Foreground, listener: Listener, *, required: bool) -> Isolation:
    """Until it serves; returns how far its workers are isolated.

    Raises `CompilerError` when it never will. What score.py writes meanwhile is reported.
    """
    from compiler.verify.run import not_isolated

    while not ((status := server.status()) and status.state in ("ready", "failed")):
        ended = server.has_ended()
        _report_output(server, listener)
        if ended:
            raise _ended(server)
        time.sleep(_PAUSE)
    _report_output(server, listener)
    if required and not status.isolation.complete:
        raise not_isolated(status.isolation)
    if status.state == "failed":
        raise _failed(status.errors)
    return status.isolation


def _announce(name: str, port: int, workers: int, isolation: Isolation, listener: Listener) -> None:
    from compiler.render.isolation import isolation_document, isolation_text

    phase = Phase.VERIFIED if isolation.complete else Phase.WARNING
    listener(Event(phase, name, isolation_text(isolation)))
    url = f"http://127.0.0.1:{port}/predict"
    document: ServeDocument = {
        "formatVersion": 1,
        "name": name,
        "url": url,
        "port": port,
        "workers": workers,
        "isolated": isolation.complete,
        "isolation": isolation_document(isolation),
    }
    listener(
        Event(
            Phase.READY,
            name,
            f"  {name} answers at {url} until Ctrl-C; try it at http://127.0.0.1:{port}/",
            value=document,
        )
    )


def _follow(server: Foreground, listener: Listener, reloader: Reloader[ServableArtifact] | None) -> None:
    """Report what the workers write, and when they end again and again, until the server ends."""
    state = "ready"
    while not server.has_ended():
        _report_output(server, listener)
        if reloader is not None and (artifact := reloader.changed()) is not None:
            listener(Event(Phase.WRITTEN, artifact.name, f"reloading {artifact.name}: its files changed"))
            server.reload(artifact.path)
        status = server.status()
        if status is not None and status.state != state:
            state = status.state
            listener(Event(Phase.WARNING, text=": ".join(["the workers are " + state, *status.errors[-1:]])))
        time.sleep(_PAUSE)
    _report_output(server, listener)
    raise _ended(server)


def _report_output(server: Foreground, listener: Listener) -> None:
    """Workers' output goes through as it is."""
    if text := server.new_output():
        listener(Event(Phase.OUTPUT, text=text))


def _failed(errors: tuple[str, ...]) -> CompilerError:
    from compiler.verify.libraries import distribution_of

    last = errors[-1] if errors else "no reason was given"
    missing = _MISSING.search(last)
    library = distribution_of(missing.group(1)) if missing else None
    if library is not None:
        return _library_missing((library,))
    return failure("MF812", f"the model cannot be served: {last}")


def _library_missing(names: tuple[str, ...]) -> CompilerError:
    line = f"pip install {' '.join(names)}"
    return failure("MF810", f"the model needs {', '.join(names)}, which this Python does not have", hint=line)


def _ended(server: Foreground) -> CompilerError:
    return failure("MF814", "; its last words: ".join(["the server process ended", *server.log_tail()[-1:]]))
