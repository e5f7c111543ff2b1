"""Models that wait for a test before they load. They see no file of the test: the gate lies in their own home."""

from __future__ import annotations

from pathlib import Path

from compiler.cloud.connect.connection import local_store
from testing.waiting import eventually

WAITING = """\
import os, time
while not os.path.exists(os.path.join(os.environ["HOME"], "gate")):
    time.sleep(0.01)
"""
"""What such a model's score.py begins with."""


def open_gates(root: Path) -> None:
    """Let the models of the deployments that were begun in the store of this project root load."""
    folders = local_store(root) / "deployments"
    eventually(lambda: folders.is_dir() and any(folders.iterdir()))
    for folder in folders.iterdir():
        (folder / "home").mkdir(exist_ok=True, mode=0o700)
        (folder / "home" / "gate").touch()
