"""The command line: what a command printed, and commands as processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from testing.paths import child_environment


@dataclass(frozen=True)
class Result:
    """What one command printed, and its exit code."""

    code: int
    out: str
    err: str


Manifact = Callable[..., Result]
"""Runs a command within this process, with its words as arguments."""


def start(*words: object, environment: dict[str, str] | None = None, **options: Any) -> subprocess.Popen[Any]:
    """A command as a process of its own; `options` are those of `Popen`."""
    command = [sys.executable, "-m", "compiler", *map(str, words)]
    return subprocess.Popen(command, env=child_environment() | (environment or {}), **options)


def run(*words: object, environment: dict[str, str] | None = None, **options: Any) -> subprocess.CompletedProcess[Any]:
    """A command as a process of its own, once it has ended; `options` are those of `subprocess.run`."""
    command = [sys.executable, "-m", "compiler", *map(str, words)]
    return subprocess.run(command, env=child_environment() | (environment or {}), check=False, **options)


def first_document(process: subprocess.Popen[str]) -> Any:
    """The JSON document that a command prints before it goes on."""
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or lines[-1] != "}\n":
        lines.append(process.stdout.readline())
        assert lines[-1], f"the process ended: {lines}"
    return json.loads("".join(lines))
