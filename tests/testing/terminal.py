"""A shell on a pseudo-terminal: what a person types, and what they read."""

from __future__ import annotations

import os
import pty
import re
import select
import shlex
import subprocess
import sys
from pathlib import Path

from testing.paths import ROOT, child_environment

_PROMPT = b"typed here> "
_QUESTION = re.compile(rb"\([^()]*\):\s*\Z")
_PATIENCE = 240.0
"""Seconds without a word after which nothing is to be expected."""


class Shell:
    """An interactive `sh` in `folder` that knows the command `manifact`; use it in a `with` block."""

    def __init__(self, folder: Path, bin_folder: Path) -> None:
        wrapper = bin_folder / "manifact"
        wrapper.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m compiler "$@"\n')
        wrapper.chmod(0o755)
        self._parent, child = pty.openpty()
        self._process = subprocess.Popen(
            ["/bin/sh", "-i"],
            cwd=folder,
            env={
                **child_environment(),
                "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
                "PYTHONPATH": str(ROOT),
                "PS1": _PROMPT.decode(),
                "TERM": "dumb",
                "TF_CPP_MIN_LOG_LEVEL": "3",
            },
            stdin=child,
            stdout=child,
            stderr=child,
            start_new_session=True,
        )
        os.close(child)
        self._read([])

    def type(self, command: str, *answers: str) -> str:
        """What a command shows, up to the next prompt; each of `answers` is typed when a question is asked."""
        self._write(command)
        return self._read(list(answers)).replace("\r\n", "\n").removeprefix(f"{command}\n")

    def _write(self, line: str) -> None:
        os.write(self._parent, f"{line}\n".encode())

    def _read(self, answers: list[str]) -> str:
        shown = b""
        asked = 0
        while not shown.endswith(_PROMPT):
            assert select.select([self._parent], [], [], _PATIENCE)[0], shown.decode()
            shown += os.read(self._parent, 65_536)
            if _QUESTION.search(shown, asked):
                asked = len(shown)
                self._write(answers.pop(0) if answers else "")
        return shown.removesuffix(_PROMPT).decode()

    def __enter__(self) -> Shell:
        return self

    def __exit__(self, *_: object) -> None:
        self._write("exit")
        self._process.wait(_PATIENCE)
        os.close(self._parent)
