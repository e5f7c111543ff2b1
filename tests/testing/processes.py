"""Processes as they are seen from outside."""

from __future__ import annotations

from pathlib import Path


def processes_below(pid: int) -> list[int]:
    """The children of a process, and theirs."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [below for child in children for below in (int(child), *processes_below(int(child)))]
