"""The thread that `predict` runs in: one call at a time, as score.py was never promised more.

A call is given up after 60 seconds, as OCI's gateway does. Python cannot end a thread: a call that does not return
keeps the one it has, and another thread goes on with the calls behind it.
"""

from __future__ import annotations

import asyncio
import collections
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from compiler.serving.scoring import Answer, error, explained

MAX_SECONDS = 60.0  # OCI docs: model-dep-invoke, HTTP timeout
_STUCK = 0.9
"""The part of that after which a call blocks those behind it: before they, who came a moment later, are given up."""


class Answers(Protocol):
    """What can answer a request body."""

    def answer(self, body: bytes, content_type: str) -> Answer:
        """The answer to a body of that content type."""
        ...


@dataclass(slots=True, eq=False)
class _Call:
    body: bytes
    content_type: str
    future: asyncio.Future[Answer]
    deadline: float
    began: float = field(default=0.0)
    """When the thread took it, 0 until then."""


class PredictThread:
    """Calls `score.answer` in a thread; results come back to the event loop that asked.

    `on_stuck` is called when a call was given up while it ran: its thread is lost. Deadlines are kept in one queue that
    is looked at now and then: a timer for each call costs more than the call's way to the thread and back.
    """

    def __init__(self, score: Answers, on_stuck: Callable[[], None], *, max_seconds: float = MAX_SECONDS) -> None:
        self._score = score
        self._on_stuck = on_stuck
        self._max_seconds = max_seconds
        self._calls: queue.SimpleQueue[_Call] = queue.SimpleQueue()
        self._waiting: collections.deque[_Call] = collections.deque()
        self._running: _Call | None = None
        self._watching = False
        self._start()

    def ask(self, body: bytes, content_type: str) -> asyncio.Future[Answer]:
        """The answer, later; an error after the longest time that a call may take."""
        loop = asyncio.get_running_loop()
        while self._waiting and self._waiting[0].future.done():
            self._waiting.popleft()
        if not self._watching:
            self._watching = True
            loop.call_later(self._max_seconds, self._expire)
        call = _Call(body, content_type, loop.create_future(), time.monotonic() + self._max_seconds)
        self._waiting.append(call)
        self._calls.put(call)
        return call.future

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, daemon=True, name="predict")
        self._thread.start()

    def _expire(self) -> None:
        """Give up what takes too long, and look again when the next call may."""
        now = time.monotonic()
        running = self._running
        if running is not None and now - running.began >= _STUCK * self._max_seconds:
            self._abandon(running, now)
            running = None
        while self._waiting and (self._waiting[0].deadline <= now or self._waiting[0].future.done()):
            self._give_up(self._waiting.popleft())
        times = [call.deadline for call in [*self._waiting][:1]]
        times += [running.began + _STUCK * self._max_seconds] if running is not None else []
        self._watching = bool(times)
        if times:
            asyncio.get_running_loop().call_later(max(min(times) - now, 0), self._expire)

    def _abandon(self, running: _Call, now: float) -> None:
        """Leave the thread to its call. The calls behind it are not to blame: their time begins anew."""
        self._give_up(running)
        self._running = None
        self._start()
        for call in self._waiting:
            call.deadline = now + self._max_seconds
        self._on_stuck()

    def _give_up(self, call: _Call) -> None:
        message = f"The model did not answer within {self._max_seconds:g} seconds"
        _resolve(call.future, error(504, "GatewayTimeout", message))

    def _run(self) -> None:
        me = threading.current_thread()
        while True:
            call = self._calls.get()
            if call.future.done():
                continue
            call.began = time.monotonic()
            self._running = call
            answer = self._answer(call)
            if self._thread is not me:  # it was given up, and another thread has taken over
                return
            self._running = None
            call.future.get_loop().call_soon_threadsafe(_resolve, call.future, answer)

    def _answer(self, call: _Call) -> Answer:
        try:
            return self._score.answer(call.body, call.content_type)
        except BaseException as problem:
            return error(500, "InternalServerError", explained(problem))


def _resolve(future: asyncio.Future[Answer], answer: Answer) -> None:
    if not future.done():
        future.set_result(answer)
