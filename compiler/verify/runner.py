"""Runs one artifact's score.py in a process of its own. Started by path: of ours it imports what shuts it in, no more.

    python -I runner.py ARTIFACT REQUESTS ANSWERS ORDERS

REQUESTS holds one JSON payload a line, ANSWERS gets one JSON reply a line: first one for loading, then one a request.
Both are files and not pipes, so that neither side ever waits for the other and the file size limit bounds the answers.
ORDERS is a JSON object: `limits` by name, `mechanisms` of isolation that may be used, whether isolation is `required`,
and the descriptor of the pipe that takes the `report` of what holds. The pipe is closed before user code is loaded,
which therefore has no say in it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import sys
import time
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO

_SHOWN_FRAMES = 4


def main() -> int:
    """Load, answer every request, and say what went wrong; what user code prints goes where stderr goes."""
    artifact, requests, answers = sys.argv[1:4]
    orders = json.loads(sys.argv[4])
    if not _isolate(str(Path.cwd()), orders) and orders["required"]:
        return 0
    _limit(orders["limits"])
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


def _isolate(scratch: str, orders: dict[str, Any]) -> bool:
    """Shut this process in; whether everything holds. What this took of ours is forgotten again."""
    ours = str(Path(__file__).resolve().parent.parent.parent)
    sys.path.append(ours)
    from compiler.serving.isolation.isolate import isolate
    from compiler.serving.isolation.view import view_of

    sys.path.remove(ours)
    isolation = isolate(view_of([scratch]), orders["mechanisms"])
    with os.fdopen(orders["report"], "w") as report:
        json.dump(isolation._asdict(), report)
    for name in [name for name in sys.modules if name.partition(".")[0] == "compiler"]:
        del sys.modules[name]
    return isolation.complete


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


if __name__ == "__main__":
    sys.exit(main())
