"""The libraries that are measured beside Manifact, each in an environment of its own.

They pin other versions of the same dependencies than we do, and of one another. An environment is made when it is not
there; where `MANIFACT_PEERS` names a folder they are kept in it for the next run.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

RELEASES = {
    "ads": ("oracle-ads==2.16.1", "scikit-learn", "pandas"),
    "mlflow": ("mlflow>=3.4,<4", "scikit-learn", "pandas"),
    "bentoml": ("bentoml>=1.4,<1.5", "scikit-learn", "pandas"),
}


@contextlib.contextmanager
def environments() -> Iterator[Path]:
    """The folder in which the environments lie."""
    if kept := os.environ.get("MANIFACT_PEERS"):
        yield Path(kept).absolute()
        return
    with tempfile.TemporaryDirectory(prefix="manifact-peers-") as folder:
        yield Path(folder)


def python_of(peer: str, folder: Path) -> str:
    """The interpreter of a peer's environment, with the scikit-learn that is installed here."""
    home = folder / peer
    if not (home / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        same = [
            f"scikit-learn=={version('scikit-learn')}" if name == "scikit-learn" else name for name in RELEASES[peer]
        ]
        subprocess.run([str(home / "bin/python"), "-m", "pip", "install", "-q", *same], check=True, stdout=sys.stderr)
        (home / "installed").touch()
    return str(home / "bin/python")
