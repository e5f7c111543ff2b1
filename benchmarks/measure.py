"""Whole processes, measured by the operating system's own accounting: wall seconds, CPU seconds, peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians of several runs."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds, user and system."""
    memory: float
    """MiB resident at the peak."""

    def __str__(self) -> str:
        return f"{self.wall:7.3f} s wall  {self.cpu:7.3f} s CPU  {self.memory:7.1f} MiB"


def measure(command: Sequence[str], *, runs: int = 5, cwd: Path | None = None, warm: int = 1) -> Figures:
    """Run a command `warm` + `runs` times, one after the other. Raises CalledProcessError when it fails."""
    found = [_once(command, cwd) for _ in range(warm + runs)][warm:]
    return Figures(*(statistics.median(column) for column in zip(*found, strict=True)))


def python(program: str) -> list[str]:
    """A command that runs a program text in this interpreter."""
    return [sys.executable, "-c", program]


def ratio(name: str, ours: Figures, theirs: Figures, at_least: float) -> bool:
    """Print one comparison by CPU time (the wall is noisy on shared machines); whether it holds."""
    factor = theirs.cpu / max(ours.cpu, 1e-3)
    holds = factor >= at_least
    verdict = "ok" if holds else "MISSED"
    print(f"{name}\n  ours  {ours}\n  peer  {theirs}\n  {factor:.1f}x (budget: {at_least:g}x) {verdict}")
    return holds


def _once(command: Sequence[str], cwd: Path | None) -> tuple[float, float, float]:
    started = time.perf_counter()
    child = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
