"""A process that scores: isolates itself, loads score.py once, then answers batches on the socket it inherited.

The socket is its standard input. It hears Arrow batches and says `isolation`, `ready` or `failed`, then `scored` for
each batch. User code has the socket too: what comes back is checked by the command, and nothing else goes there.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

from compiler.scoring.local.frames import ClosedError, batch_bytes, batch_from, receive, send
from compiler.serving.sandbox import confine, die_with_parent
from compiler.serving.worker import isolate_worker


def main() -> int:
    """`worker <folder of the artifact> <orders as a JSON object>`."""
    folder, orders = Path(sys.argv[1]), json.loads(sys.argv[2])
    die_with_parent()
    connection = _private_socket()
    isolation = isolate_worker(folder, orders["mechanisms"], network=False)
    send(connection, {"isolation": isolation})
    if orders["required"] and not isolation.complete:
        return 1
    confine()
    try:
        scorer = _load(folder, orders["spec"])
    except BaseException as problem:  # user code may raise anything; the command reports it
        send(connection, _failure(problem))
        return 1
    send(connection, {"state": "ready"})
    return _answer(connection, scorer)


def _load(folder: Path, spec: str) -> Any:
    from compiler.scoring.rows.scorer import Scorer
    from compiler.scoring.rows.spec import ScoringSpec
    from compiler.serving.scoring import Score

    return Scorer(Score(folder), ScoringSpec.from_json(spec))


def _failure(problem: BaseException) -> dict[str, Any]:
    from compiler.serving.scoring import last_lines

    missing = problem.name if isinstance(problem, ModuleNotFoundError) else None
    return {"state": "failed", "lines": last_lines(problem), "missing": missing}


def _answer(connection: socket.socket, scorer: Any) -> int:
    from compiler.scoring.rows.answers import AnswerError

    while True:
        try:
            _, body = receive(connection)
        except ClosedError:
            return 0
        try:
            scored = scorer.score(batch_from(body))
        except AnswerError as problem:
            send(connection, {"state": "wrong", "reason": str(problem)})
            continue
        refused = [[row, reason] for row, reason in scored.refused.items()]
        send(connection, {"state": "scored", "refused": refused}, batch_bytes(scored.answers))


def _private_socket() -> socket.socket:
    """The inherited socket, out of reach of programs that user code starts."""
    descriptor = os.dup(0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    return socket.socket(fileno=descriptor)
