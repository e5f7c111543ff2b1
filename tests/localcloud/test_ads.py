"""Oracle ADS against the embedded OCI, by one command.

ADS needs pandas 2 and 1 GB of packages, so it is not part of the test extra:

    python -m venv ads && ads/bin/pip install -e . "oracle-ads==2.16.1" scikit-learn torch tensorflow-cpu "pyspark<5"
    MANIFACT_ADS_PYTHON=ads/bin/python pytest tests/localcloud/test_ads.py
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from testing.paths import child_environment

PYTHON = os.environ.get("MANIFACT_ADS_PYTHON")


@pytest.mark.slow
@pytest.mark.skipif(PYTHON is None, reason="MANIFACT_ADS_PYTHON names no Python with Oracle ADS")
def test_oracle_ads_lives_a_life(tmp_path: Path) -> None:
    command = [PYTHON, str(Path(__file__).with_name("ads_life.py")), str(tmp_path / "local")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert done.stdout.endswith("ADS lived a life\n")


@pytest.mark.slow
@pytest.mark.skipif(PYTHON is None, reason="MANIFACT_ADS_PYTHON names no Python with Oracle ADS")
@pytest.mark.parametrize(("framework", "module"), [("pytorch", "torch"), ("tensorflow",) * 2, ("spark", "pyspark")])
def test_an_artifact_of_ads_lives_through_spec_artifact(framework: str, module: str, tmp_path: Path) -> None:
    """Compiled, verified, applied, asked: each score.py in the form that it takes."""
    if _python("-c", f"import {module}").returncode:
        pytest.skip(f"the Python with Oracle ADS has no {module}")
    made = _python(str(Path(__file__).with_name("ads_artifacts.py")), framework, str(tmp_path))
    assert made.returncode == 0, made.stderr[-4000:]
    for command in ("compile", "verify"):
        _command(tmp_path, command, ".")
    try:
        _command(tmp_path, "apply", ".")
        answer = json.loads(_command(tmp_path, "predict", "made-by-ads", "--data", "input.csv"))["prediction"]
        expected = json.loads((tmp_path / "output.json").read_text())
        assert [pytest.approx(row, abs=1e-4) for row in expected] == answer
    finally:
        _command(tmp_path, "destroy", "made-by-ads", "--yes")


def _python(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    environment = child_environment() | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run(
        [str(PYTHON), *words], capture_output=True, text=True, timeout=600, check=False, env=environment, **options
    )


def _command(folder: Path, *words: str) -> str:
    done = _python("-m", "compiler", *words, cwd=folder)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout
