"""Clients that nobody here wrote, each in an environment of its own: ocifs, and the SDK for TypeScript.

python -m venv ocifs && ocifs/bin/pip install ocifs
npm install --prefix typescript oci-common oci-datascience oci-objectstorage
MANIFACT_OCIFS_PYTHON=ocifs/bin/python MANIFACT_TYPESCRIPT=typescript pytest tests/localcloud/test_clients.py
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from testing.archives import zipped

HERE = Path(__file__).parent
OCIFS = os.environ.get("MANIFACT_OCIFS_PYTHON")
TYPESCRIPT = os.environ.get("MANIFACT_TYPESCRIPT")
NODE = shutil.which("node")

pytestmark = pytest.mark.slow


@pytest.fixture
def config(served: Any, tmp_path: Path) -> Path:
    """The configuration file that clients sign with."""
    path = tmp_path / "config"
    lines = [f"{name}={value}" for name, value in served.cloud.sdk_config().items()]
    path.write_text("\n".join(["[DEFAULT]", *lines, ""]))
    path.chmod(0o600)
    return path


def _run(*command: object, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={"PATH": os.environ["PATH"], **(environment or {})},
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


@pytest.mark.skipif(OCIFS is None, reason="MANIFACT_OCIFS_PYTHON names no Python with ocifs")
def test_ocifs_lives_a_life(served: Any, config: Path, tmp_path: Path) -> None:
    said = _run(OCIFS, HERE / "ocifs_life.py", served.url, config, environment={"HOME": str(tmp_path)})
    assert said.endswith("ocifs lived a life\n")


@pytest.mark.skipif(TYPESCRIPT is None or NODE is None, reason="MANIFACT_TYPESCRIPT names no folder with the SDK")
def test_the_sdk_for_typescript_lives_a_life(served: Any, config: Path, tmp_path: Path) -> None:
    (tmp_path / "wine.zip").write_bytes(zipped({"score.py": "def load_model(): ..."}))
    place = (served.cloud.compartment_id, served.cloud.project_id, tmp_path / "wine.zip")
    modules = {"NODE_PATH": str(Path(str(TYPESCRIPT)).resolve() / "node_modules"), "HOME": str(tmp_path)}
    said = _run(NODE, HERE / "typescript_life.cjs", served.url, config, *place, environment=modules)
    assert said.endswith("TypeScript lived a life\n")
