"""The five calls of docs/from-ads.md, as they stand there: as a script, and as a notebook for each framework."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from testing import unmanaged
from testing.estimators import DATA, FIT
from testing.paths import ROOT, child_environment

FAMILIES = ("sklearn", "xgboost", "lightgbm", "pytorch", "keras", "onnx", "spark")
NAMED = "estimator, X = model, data\n"
SHOWN = "print(type(_answer).__name__, len(_answer['prediction']), _state.next, sep='|')\n"
UNDO = "model.destroy()\n"


def page() -> str:
    """The calls, with the import before them."""
    text = (ROOT / "docs" / "from-ads.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return next(block for block in blocks if block.startswith("import compiler"))


def calls() -> list[str]:
    """One line for each call."""
    return [line for line in page().splitlines() if line and not line.startswith("import")]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder to work in; what was deployed is ended afterwards."""
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    unmanaged.remove(tmp_path)


def test_there_are_five():
    assert [line.partition("(")[0].rpartition(".")[2] for line in calls()] == [
        "capture",
        "verify",
        "apply",
        "predict",
        "status",
    ]


@pytest.mark.slow
def test_as_a_script(folder):
    program = folder / "work.py"
    lines = page().replace("model.predict", "_answer = model.predict").replace("model.status", "_state = model.status")
    program.write_text("".join([DATA, FIT["sklearn"], NAMED, lines, SHOWN, UNDO]))
    ran = subprocess.run(
        [sys.executable, program], cwd=folder, env=child_environment(), capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert ran.stdout.splitlines()[-1].startswith("dict|60|manifact predict")


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_as_a_notebook(family, folder, monkeypatch):
    shown = run_notebook(folder, [DATA, FIT[family], NAMED, *page().splitlines(), UNDO])
    assert len(shown) == 4, "every call shows what it did, and the first is an assignment"
    for text, expected in zip(shown, ("verified", "ACTIVE", "prediction", "next: manifact predict iris"), strict=True):
        assert expected in text


def run_notebook(folder: Path, cells: list[str]) -> list[str]:
    """What the cells of the calls show, in a kernel of its own."""
    pytest.importorskip("ipykernel", reason="part of the extra `test`")
    program = folder / "run_notebook.py"
    program.write_text(RUN)
    import json

    (folder / "cells.json").write_text(json.dumps(cells))
    ran = subprocess.run(
        [sys.executable, program],
        cwd=folder,
        env={**child_environment(), "IPYTHONDIR": str(folder / "ipython"), "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert (folder / "iris" / "model.yaml").is_file()
    return json.loads(ran.stdout.splitlines()[-1])


RUN = """
import json, pathlib
import nbformat, nbclient
cells = json.loads(pathlib.Path("cells.json").read_text())
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
shown = [output["data"].get("text/html") or output["data"]["text/plain"]
         for cell in notebook.cells[:-1] for output in cell.outputs if output.output_type == "execute_result"]
import html
print(json.dumps([html.unescape(text) for text in shown]))
"""
