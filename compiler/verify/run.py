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
from compiler.verify.sandbox import copy_artifact, environment, hidden, limits, namespaces

_RUNNER = Path(__file__).with_name("runner.py")
_LOG_LINES = 5
_MAX_ANSWERS = 256 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Replies:
    """What the process said: one reply for loading, then one a request, fewer when loading failed."""

    load: dict[str, Any]
    answers: tuple[dict[str, Any], ...]
    isolated: bool
    """Whether it ran without a network and in namespaces of its own."""


def run_artifact(artifact: Path, payloads: Sequence[Json], *, timeout: float) -> Replies:
    """Load the artifact and send it the payloads; `timeout` in seconds covers both.

    Raises `CompilerError`: MF606 when it takes longer, MF607 when the process dies without an answer.
    """
    with tempfile.TemporaryDirectory(prefix="manifact-verify-") as folder:
        scratch = Path(folder).resolve()
        size = copy_artifact(artifact, scratch / "artifact")
        (scratch / "requests").write_text("".join(json.dumps(payload) + "\n" for payload in payloads))
        ended = _run(scratch, json.dumps(limits(size, timeout)), timeout)
        replies = _read(scratch / "answers")
        if ended is None:
            raise failure("MF606", f"score.py did not answer within {timeout:g} seconds", hint="raise the time-out")
        if len(replies) <= len(payloads) and not (replies and "error" in replies[0]):
            raise _died(ended, scratch / "log", len(replies))
        return Replies(replies[0], tuple(replies[1:]), isolated=bool(namespaces()))


def _run(scratch: Path, wanted: str, timeout: float) -> int | None:
    """Run it to its end; the exit status, or None when it had to be stopped."""
    names = ("artifact", "requests", "answers")
    command = [*namespaces(), sys.executable, "-I", str(_RUNNER), *(str(scratch / name) for name in names), wanted]
    with (scratch / "log").open("wb") as log, hidden():
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=scratch,
            env=environment(scratch),
            start_new_session=True,
        )
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        finally:
            _kill(process)


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
