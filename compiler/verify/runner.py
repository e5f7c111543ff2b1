"""Runs one artifact's score.py in a process of its own. Stands alone: started by path, it imports nothing of ours.

    python -I runner.py ARTIFACT REQUESTS ANSWERS LIMITS

REQUESTS holds one JSON payload a line, ANSWERS gets one JSON reply a line: first one for loading, then one a request.
Both are files and not pipes, so that neither side ever waits for the other and the file size limit bounds the answers.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import resource
import socket
import struct
import sys
import time
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO

_SHOWN_FRAMES = 4


def main() -> int:
    """Load, answer every request, and say what went wrong; what user code prints goes where stderr goes."""
    artifact, requests, answers, limits = sys.argv[1:5]
    _raise_loopback()
    _limit(json.loads(limits))
    with Path(answers).open("w", encoding="utf-8") as out:
        os.dup2(2, 1)
        try:
            begun = time.monotonic()
            score = _load(Path(artifact))
        except (Exception, SystemExit) as problem:
            _reply(out, _failure(problem, artifact))
            return 0
        _reply(out, {"seconds": time.monotonic() - begun})
        for line in Path(requests).read_text(encoding="utf-8").splitlines():
            _reply(out, _answer(score, json.loads(line), artifact))
    return 0


def _load(artifact: Path) -> ModuleType:
    sys.path.insert(0, str(artifact))
    sys.dont_write_bytecode = True
    specification = importlib.util.spec_from_file_location("score", artifact / "score.py")
    assert specification is not None
    assert specification.loader is not None
    score = importlib.util.module_from_spec(specification)
    sys.modules["score"] = score
    specification.loader.exec_module(score)
    score.load_model()
    return score


def _answer(score: ModuleType, payload: Any, artifact: str) -> dict[str, Any]:
    try:
        answer = score.predict(payload)
    except (Exception, SystemExit) as problem:
        return _failure(problem, artifact)
    try:
        json.dumps(answer, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as problem:
        return {"unusable": f"it is not JSON: {problem}"}
    return {"answer": answer}


def _failure(problem: BaseException, artifact: str) -> dict[str, Any]:
    frames = traceback.extract_tb(problem.__traceback__)
    theirs = [frame for frame in frames if frame.filename.startswith(artifact)] or list(frames[-1:])
    shown = [
        f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}: {frame.line}" for frame in theirs[-_SHOWN_FRAMES:]
    ]
    missing = problem.name if isinstance(problem, ModuleNotFoundError) else None
    return {"error": type(problem).__name__, "message": str(problem)[:2000], "frames": shown, "missing": missing}


def _reply(out: TextIO, reply: dict[str, Any]) -> None:
    out.write(json.dumps(reply) + "\n")
    out.flush()


def _limit(limits: dict[str, int]) -> None:
    """Set hard limits by name (RLIMIT_…), never above those that hold already."""
    for name, wanted in limits.items():
        kind = getattr(resource, name)
        _, highest = resource.getrlimit(kind)
        value = wanted if highest == resource.RLIM_INFINITY else min(wanted, highest)
        resource.setrlimit(kind, (value, value))


def _raise_loopback() -> None:
    """Bring up `lo` in a fresh network namespace: Spark talks to its JVM through it. Elsewhere this is refused."""
    siocgifflags, siocsifflags, iff_up = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        try:
            request = fcntl.ioctl(handle, siocgifflags, struct.pack("16sh14x", b"lo", 0))
            flags = struct.unpack("16sh14x", request)[1]
            if not flags & iff_up:
                fcntl.ioctl(handle, siocsifflags, struct.pack("16sh14x", b"lo", flags | iff_up))
        except PermissionError:
            return


if __name__ == "__main__":
    sys.exit(main())
