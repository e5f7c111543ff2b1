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


TAKERS = {
    "rows": """
def rows_of(data):
    return [[row["x"], row["y"]] for row in data]
""",
    "tensor float32": """
def rows_of(data):
    tensor = data["data"]
    assert data["data_type"] == "<class 'torch.Tensor'>" and tensor["__ads_torch_tensor__"]
    assert (tensor["dtype"], tensor["shape"]) == ("torch.float32", [len(tensor["data"]), 2])
    return tensor["data"]
""",
    "array float64": """
import base64, io, numpy
def rows_of(data):
    assert "numpy.ndarray" in data["data_type"]
    found = numpy.load(io.BytesIO(base64.b64decode(data["data"])), allow_pickle=False)
    assert found.dtype == "float64" and found.ndim == 2
    return found.tolist()
""",
    "json": """
import json
def rows_of(data):
    assert data["data_type"] == "<class 'list'>"
    return [[row["x"], row["y"]] for row in map(json.loads, data["data"])]
""",
}
"""What a score.py takes, and nothing else; it answers two numbers a row, and rounds to no dtype."""
ANSWERS = """
def load_model():
    return None


def predict(data, model=load_model()):
    return {"prediction": [x * 2 + y for x, y in rows_of(data)]}
"""


@pytest.mark.slow
@pytest.mark.parametrize("form", TAKERS)
def test_the_form_that_a_score_py_takes_is_found_once(
    manifact: Any, tmp_path: Path, monkeypatch: Any, form: str
) -> None:
    folder = tmp_path / "prebuilt"
    folder.mkdir()
    (folder / "score.py").write_text(TAKERS[form] + ANSWERS)
    (folder / "runtime.yaml").write_text(RUNTIME)
    (tmp_path / "input.csv").write_text("x,y\n1.5,2\n3.25,4\n0.5,1\n")
    (tmp_path / "output.csv").write_text("z\n5\n10.5\n2\n")
    (tmp_path / "notes.txt").write_text("by somebody else")
    _write(tmp_path, "elsewhere", "prebuilt/")
    monkeypatch.chdir(tmp_path)
    compiled = manifact("compile", ".")
    assert compiled.code == 0, compiled.err
    verified = json.loads(manifact("verify", ".", "--json").out)["verification"]
    assert verified["compared"] is True
    applied = manifact("apply", ".")
    try:
        assert applied.code == 0, applied.err  # the smoke test sends the same form
        asked = manifact("predict", "elsewhere", "--data", "input.csv")
        assert json.loads(asked.out) == {"prediction": [5.0, 10.5, 2.0]}
        other = manifact("predict", "elsewhere", "--data", "input.csv", "--by-column")
        assert "MF744" in other.err
        for remembered in (tmp_path / ".manifact" / "receipts").glob("form-*"):
            remembered.unlink()
        unknown = manifact("predict", "elsewhere", "--data", "input.csv")
        assert (unknown.code == 0) is (form == "rows")
        assert ("--by-column" in unknown.err) is (form != "rows")
    finally:
        assert manifact("destroy", "elsewhere", "--yes").code == 0


@pytest.mark.slow
def test_where_no_form_is_answered_the_forms_are_named(manifact: Any, project: Path) -> None:
    with zipfile.ZipFile(project / "prebuilt.zip", "w") as archive:
        archive.writestr("score.py", "def rows_of(data):\n    raise ValueError(data)\n" + ANSWERS)
        archive.writestr("runtime.yaml", RUNTIME)
    refused = manifact("verify", ".")
    assert (refused.code, "MF602" in refused.err) == (4, True)
    assert "its rows were sent as columns, rows, lists, tensor float32" in refused.err


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
