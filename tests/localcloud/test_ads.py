"""Oracle ADS against the embedded OCI, by one command.

ADS needs pandas 2 and 1 GB of packages, so it is not part of the test extra:

    python -m venv ads && ads/bin/pip install "oracle-ads==2.16.1" scikit-learn uvicorn
    MANIFACT_ADS_PYTHON=ads/bin/python pytest tests/localcloud/test_ads.py
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

PYTHON = os.environ.get("MANIFACT_ADS_PYTHON")


@pytest.mark.slow
@pytest.mark.skipif(PYTHON is None, reason="MANIFACT_ADS_PYTHON names no Python with Oracle ADS")
def test_oracle_ads_lives_a_life(tmp_path: Path) -> None:
    command = [PYTHON, str(Path(__file__).with_name("ads_life.py")), str(tmp_path / "local")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert done.stdout.endswith("ADS lived a life\n")
