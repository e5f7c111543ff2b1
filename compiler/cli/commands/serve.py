"""`manifact serve PATH`: run any artifact on this machine, in the foreground."""

from __future__ import annotations

import argparse
import contextlib
import re
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.cli.arguments import add_json, add_root, port
from compiler.cli.console import Console, render
from compiler.codes import ExitCode
from compiler.diagnostics import CompilerError, Diagnostic, Severity, failure

if TYPE_CHECKING:
    from compiler.introspection import Check
    from compiler.render.documents.tools import ServeDocument
    from compiler.serving.foreground import Foreground

SUMMARY = "run an artifact on this machine: a directory, a zip, or what a manifest compiles to"
DEFAULT_PORT = 8080  # what OCI's own containers listen on (OCI docs: serverPort)
MAX_WORKERS = 64
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MISSING = re.compile(r"ModuleNotFoundError: No module named '([^']+)'")
_PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Artifact:
    """What is to be served."""

    path: Path
    """A directory or a zip archive."""
    name: str


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "path",
        nargs="?",
        type=Path,
        default=Path(),
        help="artifact directory, zip archive of one, manifest file, or folder with model.yaml (default: .)",
    )
    parser.add_argument(
        "--port",
        type=port,
        help=f"loopback port, 0 for any (default: {DEFAULT_PORT}, or any when that is taken)",
    )
    parser.add_argument("--workers", type=_workers, default=1, help="processes that answer (default: 1)")
    parser.add_argument(
        "--env", action="append", default=[], metavar="KEY=VALUE", help="environment variable for score.py (repeat)"
    )
    parser.add_argument("--force", action="store_true", help="serve although a check of the artifact fails")
    add_root(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Serve until Ctrl-C or SIGTERM."""
    from compiler.serving.foreground import running
    from compiler.serving.protocol import Desired

    environment = dict(_variable(text) for text in arguments.env)
    artifact = _artifact(arguments, console)
    listener = _listener(arguments.port, console)
    desired = Desired(1, True, artifact.name, [str(artifact.path)], environment, arguments.workers)
    with contextlib.suppress(KeyboardInterrupt), running(desired, listener) as server:
        port = listener.getsockname()[1]
        listener.close()  # the server has it now, and alone: nobody is kept waiting by a server that is gone
        _wait(server)
        _announce(artifact.name, port, arguments.workers, console)
        _follow(server, console)
    return ExitCode.OK


def _workers(text: str) -> int:
    count = int(text)
    if not 1 <= count <= MAX_WORKERS:
        raise argparse.ArgumentTypeError(f"must be 1 to {MAX_WORKERS}")
    return count


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not _NAME.fullmatch(name) or "\0" in value:
        raise failure("MF813", f"'{name}' is not of the form KEY=VALUE", hint="--env LOG_LEVEL=debug")
    return name, value


def _artifact(arguments: argparse.Namespace, console: Console) -> Artifact:
    """The artifact that the path means, checked; a manifest is compiled first."""
    path: Path = arguments.path
    if not path.exists():
        raise failure("MF811", f"there is nothing at {path}")
    if path.is_dir() and _is_artifact(path):
        found = Artifact(path.resolve(), path.resolve().name)
    elif path.suffix == ".zip":
        found = Artifact(path.resolve(), path.stem)
    elif path.is_dir() and not (path / "model.yaml").is_file():
        hint = f"serve {path / 'artifact'}" if (path / "artifact").is_dir() else None
        raise failure("MF811", f"{path} holds neither score.py and runtime.yaml nor model.yaml", hint=hint)
    else:
        found = _compiled(path, arguments.root)
    _check(found.path, console, force=arguments.force)
    return found


def _is_artifact(folder: Path) -> bool:
    """Whether a folder is one: a project with a score.py of its own has its model.yaml beside it, an artifact none."""
    names = ("score.py", "runtime.yaml")
    found = [name for name in names if (folder / name).is_file()]
    return len(found) == len(names) or (bool(found) and not (folder / "model.yaml").is_file())


def _compiled(manifest: Path, root: Path | None) -> Artifact:
    from compiler.compilation.compile import compile_manifest
    from compiler.verify.libraries import missing_libraries
    from compiler.workspace.root import manifest_path

    build = compile_manifest(manifest_path(manifest), root=root)
    if build.record is None:
        hint = f"manifact pull {build.desired.model_id} DIRECTORY, then manifact serve DIRECTORY"
        raise failure("MF811", f"'{build.name}' deploys a model of the catalog and has no artifact here", hint=hint)
    if build.container:
        raise failure("MF811", f"only a container can run the artifact of '{build.name}'")
    if missing := missing_libraries(build.facts.requires):
        raise _library_missing(missing)
    return Artifact(build.artifact, build.name)


def _library_missing(names: tuple[str, ...]) -> CompilerError:
    line = f"pip install {' '.join(names)}"
    return failure("MF810", f"the model needs {', '.join(names)}, which this Python does not have", hint=line)


def _check(artifact: Path, console: Console, *, force: bool) -> None:
    """Refuse, or with `force` warn of, what fails introspection. The conda environment is none of ours here."""
    from compiler.introspection import Status, introspect
    from compiler.introspection.files import artifact_files

    failed = [check for check in introspect(artifact_files(artifact), conda=False) if check.status is Status.FAILED]
    severity = Severity.WARNING if force else Severity.ERROR
    hint = None if force else "`manifact introspect` shows every check; --force serves it all the same"
    problems = [Diagnostic("MF521", _told(check), hint=hint, severity=severity) for check in failed]
    if problems and not force:
        raise CompilerError(*problems)
    for problem in problems:
        console.note(render(problem))


def _told(check: Check) -> str:
    return f"{check.error.rstrip('.')}: {check.note}" if check.note else check.error


def _listener(port: int | None, console: Console) -> socket.socket:
    from compiler.serving.foreground import listen

    try:
        return listen(DEFAULT_PORT if port is None else port)
    except OSError as problem:
        if port is None:
            console.note(f"  port {DEFAULT_PORT} is taken; any other one is used")
            return listen(0)
        message = f"port {port} cannot be served: {problem}"
        raise failure("MF802", message, hint="choose another one with --port, or 0 for any") from None


def _wait(server: Foreground) -> None:
    """Until it serves; raises `CompilerError` when it never will. What score.py writes meanwhile is shown."""
    while not ((status := server.status()) and status.state in ("ready", "failed")):
        ended = server.has_ended()
        _show(server)
        if ended:
            raise _ended(server)
        time.sleep(_PAUSE)
    _show(server)
    if status.state == "failed":
        raise _failed(status.errors)


def _failed(errors: tuple[str, ...]) -> CompilerError:
    from compiler.verify.libraries import distribution_of

    last = errors[-1] if errors else "no reason was given"
    missing = _MISSING.search(last)
    library = distribution_of(missing.group(1)) if missing else None
    if library is not None:
        return _library_missing((library,))
    return failure("MF812", f"the model cannot be served: {last}")


def _ended(server: Foreground) -> CompilerError:
    return failure("MF814", "; its last words: ".join(["the server process ended", *server.log_tail()[-1:]]))


def _announce(name: str, port: int, workers: int, console: Console) -> None:
    url = f"http://127.0.0.1:{port}/predict"
    console.line(f"  {name} answers at {url} until Ctrl-C")
    document: ServeDocument = {"formatVersion": 1, "name": name, "url": url, "port": port, "workers": workers}
    console.document(document)
    console.flush()


def _follow(server: Foreground, console: Console) -> None:
    """Show what the workers write, and when they end again and again, until the server ends."""
    state = "ready"
    while not server.has_ended():
        _show(server)
        status = server.status()
        if status is not None and status.state != state:
            state = status.state
            console.note("  " + ": ".join(["the workers are " + state, *status.errors[-1:]]))
        time.sleep(_PAUSE)
    _show(server)
    raise _ended(server)


def _show(server: Foreground) -> None:
    """Workers' output goes through as it is."""
    sys.stderr.write(server.new_output())
    sys.stderr.flush()
