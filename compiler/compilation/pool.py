"""Compile many manifests in several processes: one import each, batches of manifests, results in order."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from compiler.diagnostics import Diagnostic

BATCH = 8
"""Manifests that a process is given at a time."""
_PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from compiler.compilation.worker import main; main()"

Job: TypeAlias = tuple[Path, Path]
"""A manifest and its project root."""


@dataclass(frozen=True, slots=True)
class JobResult:
    """What became of one manifest; without problems it is built and remembered."""

    problems: tuple[Diagnostic, ...]
    seconds: float


def processes() -> int:
    """How many processes are worth it here: the processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


@contextmanager
def pool(jobs: Sequence[Job]) -> Iterator[Iterator[JobResult | None]]:
    """The results of the jobs, in their order; None for one whose process ended before it answered.

    Processes that are still at work when the `with` block ends are ended.
    """
    batches = [jobs[start : start + BATCH] for start in range(0, len(jobs), BATCH)]
    workers = [_start() for _ in range(min(processes(), len(batches)))]
    idle: queue.SimpleQueue[subprocess.Popen[str]] = queue.SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def run(batch: Sequence[Job]) -> list[JobResult | None]:
        worker = idle.get()
        try:
            return _ask(worker, batch)
        finally:
            idle.put(worker)

    threads = ThreadPoolExecutor(len(workers))
    try:
        yield (result for results in threads.map(run, batches) for result in results)
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.kill()
        threads.shutdown()
        for worker in workers:
            _close(worker)


def _start() -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _PROGRAM, *sys.path]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")


def _close(worker: subprocess.Popen[str]) -> None:
    worker.wait()
    for stream in (worker.stdin, worker.stdout):
        assert stream is not None
        with contextlib.suppress(BrokenPipeError):
            stream.close()


def _ask(worker: subprocess.Popen[str], batch: Sequence[Job]) -> list[JobResult | None]:
    assert worker.stdin is not None
    assert worker.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        worker.stdin.write(json.dumps([[str(path), str(root)] for path, root in batch]) + "\n")
        worker.stdin.flush()
    answer = worker.stdout.readline()
    if not answer.endswith("\n"):
        return [None] * len(batch)
    return [_result(item) for item in json.loads(answer)]


def _result(item: dict[str, object]) -> JobResult:
    problems, seconds = item["problems"], item["seconds"]
    assert isinstance(problems, list)
    assert isinstance(seconds, float)
    return JobResult(tuple(Diagnostic.from_json(problem) for problem in problems), seconds)
