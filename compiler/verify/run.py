"""One artifact, one process, one set of requests: replies, or what became of the process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compiler.diagnostics import CompilerError, failure
from compiler.ir import Json
from compiler.serving.isolation.result import NONE, Isolation, from_json
from compiler.system import require_linux

_RUNNER = Path(__file__).with_name("runner.py")
_LOG_LINES = 5
_PROBE_SECONDS = 60.0
_MAX_ANSWERS = 256 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Replies:
    """What the process said: one reply for loading, then one a request, fewer when loading failed."""

    load: dict[str, Any]
    answers: tuple[dict[str, Any], ...]
    isolation: Isolation
    """How far it was shut in."""


def run_artifact(
    artifact: Path,
    payloads: Sequence[Json],
    *,
    timeout: float,
    require_isolation: bool = False,
    mechanisms: Sequence[str] | None = None,
) -> Replies:
    """Load the artifact and send it the payloads; `timeout` in seconds covers both.

    `mechanisms` of isolation (all of them, where none are named) are used as far as this machine offers them. With
    `require_isolation` nothing is loaded unless all of it holds.
    Raises `CompilerError`: MF612 where only Linux could run it, MF606 when it takes longer, MF607 when the process dies
    without an answer, MF611 when the isolation that is required is not to be had.
    """
    require_linux("running a model here")
    from compiler.serving.isolation.isolate import MECHANISMS
    from compiler.verify.sandbox import copy_artifact, limits

    names = MECHANISMS if mechanisms is None else mechanisms
    with tempfile.TemporaryDirectory(prefix="manifact-verify-") as folder:
        scratch = Path(folder).resolve()
        size = copy_artifact(artifact, scratch / "artifact")
        (scratch / "requests").write_text("".join(json.dumps(payload) + "\n" for payload in payloads))
        orders = {"limits": limits(size, timeout), "required": require_isolation, "mechanisms": list(names)}
        ended, isolation = _run(scratch, orders, timeout)
        if require_isolation and not isolation.complete:
            raise not_isolated(isolation)
        replies = _read(scratch / "answers")
        if ended is None:
            raise failure("MF606", f"score.py did not answer within {timeout:g} seconds", hint="raise the time-out")
        if len(replies) <= len(payloads) and not (replies and "error" in replies[0]):
            raise _died(ended, scratch / "log", len(replies))
        return Replies(replies[0], tuple(replies[1:]), isolation)


def require_isolation() -> None:
    """Raise `CompilerError` (MF611) unless this machine can isolate a model's process completely."""
    with tempfile.TemporaryDirectory(prefix="manifact-verify-") as folder:
        (Path(folder) / "score.py").write_text("def load_model(): ...\n")
        run_artifact(Path(folder), (), timeout=_PROBE_SECONDS, require_isolation=True)


def not_isolated(isolation: Isolation) -> CompilerError:
    """Why user code is not run where isolation is required."""
    missing = ", ".join(isolation.missing)
    hint = "run it on Linux where user namespaces are allowed, or leave out --require-isolation"
    return failure("MF611", f"this machine cannot isolate a model's process: {missing}", hint=hint)


def _run(scratch: Path, orders: dict[str, Any], timeout: float) -> tuple[int | None, Isolation]:
    """Run it to its end; the exit status, or None when it had to be stopped, and what it was shut in by."""
    from compiler.verify.sandbox import environment, hidden

    names = ("artifact", "requests", "answers")
    reading, writing = os.pipe()
    command = [sys.executable, "-I", str(_RUNNER), *(str(scratch / name) for name in names)]
    with os.fdopen(reading) as report, (scratch / "log").open("wb") as log, hidden():
        try:
            process = subprocess.Popen(
                [*command, json.dumps({**orders, "report": writing})],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=scratch,
                env=environment(scratch),
                pass_fds=(writing,),
                start_new_session=True,
            )
        finally:
            os.close(writing)
        status = _wait(process, timeout)
        return status, _isolation(report.read())


def _wait(process: subprocess.Popen[bytes], timeout: float) -> int | None:
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        return None
    finally:
        _kill(process)


def _isolation(report: str) -> Isolation:
    """What the process told before it loaded anything; nothing holds when it did not come that far."""
    return from_json(json.loads(report)) if report else NONE


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and whatever it started."""
    with contextlib.suppress(ProcessLookupError):  # nothing of it is left
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    with path.open("rb") as file:
        lines = file.read(_MAX_ANSWERS).split(b"\n")[:-1]  # after the last newline stands nothing, or half a reply
    try:
        return [json.loads(line) for line in lines]
    except ValueError:  # written over by what it ran
        return []


def _died(status: int, log: Path, replies: int) -> CompilerError:
    how = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with exit status {status}"
    when = "while the model was loaded" if not replies else f"at request {replies}"
    said = log.read_text(errors="replace").splitlines()[-_LOG_LINES:]
    more = "; its last words: " + " | ".join(said) if said else ""
    return failure("MF607", f"the process {how} {when}{more}", hint="a limit of memory or time may be too low for it")
