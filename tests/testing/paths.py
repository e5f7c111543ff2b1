"""Folders of the checkout that the tests stand in."""

from __future__ import annotations

import os
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
ROOT = TESTS.parent
MANIFESTS = ROOT / "manifests"
GOLDENS = TESTS / "data" / "goldens"
OLD_MODELS = TESTS / "data" / "models"
"""Model files written by releases that are not installed any more."""


def child_environment() -> dict[str, str]:
    """The environment of a Python process that imports this checkout's `compiler` and `testing`."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(TESTS)])}
