"""The ASGI application of a worker, driven without a server."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from compiler.serving.application import PredictThread
from compiler.serving.scoring import Answer


class Stuck:
    """Answers only when it is let go."""

    def __init__(self) -> None:
        self.released = threading.Event()

    def answer(self, body: bytes, content_type: str) -> Answer:
        self.released.wait(30)
        return Answer(200, body, content_type.encode())


def test_a_call_that_takes_too_long_is_given_up() -> None:
    stuck = Stuck()

    async def calls() -> list[Any]:
        thread = PredictThread(stuck, lambda: None, max_seconds=0.2)
        late = await asyncio.gather(*(thread.ask(b"1", "") for _ in range(3)))
        stuck.released.set()
        return [*late, await thread.ask(b"2", "")]

    answers = asyncio.run(calls())
    assert [answer.status for answer in answers] == [504, 504, 504, 200]
    assert b"did not answer within" in answers[0].body


def test_a_call_that_never_returns_is_reported() -> None:
    stuck, reported = Stuck(), threading.Event()

    async def calls() -> None:
        thread = PredictThread(stuck, reported.set, max_seconds=0.1)
        while not reported.is_set():
            assert (await thread.ask(b"", "")).status == 504
        stuck.released.set()
        assert (await thread.ask(b"", "")).status == 200

    asyncio.run(calls())
