"""An artifact made elsewhere through every command: verified, saved, deployed, tested, brought back, saved again."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

SCORE = """
def load_model():
    return 2.0


def predict(data, model=load_model()):
    return {"prediction": [value * model for value in data["x"]]}
"""
RUNTIME = """
MODEL_ARTIFACT_VERSION: '3.0'
MODEL_DEPLOYMENT:
  INFERENCE_CONDA_ENV:
    INFERENCE_ENV_PATH: oci://packs@cellar/wine
    INFERENCE_PYTHON_VERSION: '3.11'
"""
MANIFEST = """\
apiVersion: manifact/v1
kind: Model
metadata: {name: NAME}
spec:
  artifact: {path: PATH}
  samples: {input: input.csv, output: output.csv}
  catalog: {custom: [{key: notes, artifact: notes.txt}]}
  deployment: {shape: VM.Standard.E4.Flex}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with zipfile.ZipFile(tmp_path / "prebuilt.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("score.py", SCORE)
        archive.writestr("runtime.yaml", RUNTIME)
        archive.writestr("data/table.txt", "kept as it is\n")
    (tmp_path / "input.csv").write_text("x\n1\n2\n")
    (tmp_path / "output.csv").write_text("y\n2\n4\n")
    (tmp_path / "notes.txt").write_text("by somebody else")
    _write(tmp_path, "elsewhere", "prebuilt.zip")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _write(folder: Path, name: str, path: str) -> None:
    (folder / "model.yaml").write_text(MANIFEST.replace("NAME", name).replace("PATH", path))


@pytest.mark.slow
def test_from_zip_to_endpoint_and_back(manifact: Any, project: Path) -> None:
    assert manifact("introspect", "prebuilt.zip").code == 0
    assert "verified 2 golden rows" in manifact("verify", ".").out
    saved = manifact("plan", ".", "-o", "plan.json")
    assert saved.code == 0, saved.err
    done = manifact("apply", "--plan", "plan.json", "--yes")
    assert done.code == 0, done.err
    assert "ACTIVE" in done.out
    assert "No changes." in manifact("apply", ".", "--yes").out
    assert "No changes." in manifact("plan", ".", "--deep").out
    assert json.loads(manifact("predict", "elsewhere", "--data", "input.csv", "--by-column").out) == {
        "prediction": [2.0, 4.0]
    }
    pulled = manifact("pull", "elsewhere", "pulled", "--json")
    assert json.loads(pulled.out)["checked"] is True
    _write(project, "again", "pulled")
    built = json.loads(manifact("compile", ".", "--json").out)["builds"][0]
    assert built["digest"] == json.loads(pulled.out)["digest"]
    assert manifact("destroy", "elsewhere", "--yes").code == 0


@pytest.mark.slow
def test_a_wrong_answer_is_found_before_anything_is_saved(manifact: Any, project: Path) -> None:
    (project / "output.csv").write_text("y\n2\n5\n")
    refused = manifact("apply", ".", "--yes")
    assert refused.code == 4
    assert "MF603" in refused.err
    assert "elsewhere" not in manifact("status").out
