"""Every example in `manifests/`: compiled where no framework can be imported, deployed, called over HTTP, compared.

The output samples are what each library itself answered when the example's train.py was run.
"""

import json
import shutil
import subprocess
import sys

import pytest

from compiler.passes.samples.golden import golden_rows
from compiler.readers.samples import read_table
from testing.paths import ROOT

EXAMPLES = sorted(path.parent for path in ROOT.glob("manifests/*/model.yaml"))
NAMES = [example.name for example in EXAMPLES]

BLOCKED = """
import importlib.abc, sys
FRAMEWORKS = {"sklearn", "numpy", "pandas", "joblib", "scipy", "xgboost", "lightgbm", "torch", "tensorflow", "keras",
              "catboost", "pyspark", "onnx", "onnxruntime", "skops", "h5py", "safetensors", "oci"}
class Blocker(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in FRAMEWORKS:
            raise ImportError(f"{name} is blocked in this test")
sys.meta_path.insert(0, Blocker())
from compiler.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def example(request, tmp_path, monkeypatch):
    """A copy of one example as a project of its own, and the working directory."""
    folder = tmp_path / request.param.name
    shutil.copytree(request.param, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES, indirect=True)
def test_an_example_compiles_where_no_framework_can_be_imported(example):
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED, "compile", "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (built,) = json.loads(done.stdout)["builds"]
    assert built["diagnostics"] == []
    assert {"score.py", "runtime.yaml", "input_schema.json", "output_schema.json"} <= {
        f["path"] for f in built["files"]
    }


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES, indirect=True)
def test_an_example_is_deployed_and_answers_as_its_library_does(example, manifact):
    if example.name.startswith("spark") and shutil.which("java") is None:
        pytest.skip("Spark needs Java, and there is none on this machine")
    applied = manifact("apply")
    try:
        assert applied.code == 0, applied.err
        (inputs,) = (example / "samples").glob("input.*")
        (outputs,) = (example / "samples").glob("output.*")
        answered = manifact("predict", "model.yaml", "--data", inputs)
        assert answered.code == 0, answered.err
        expected = golden_rows(read_table(inputs), read_table(outputs), 1000, 0).outputs
        answers = json.loads(answered.out)["prediction"]
        assert len(answers) == len(expected)
        for answer, wanted in zip(answers, expected, strict=True):
            assert answer == (wanted if isinstance(wanted, str) else pytest.approx(wanted, rel=1e-5, abs=1e-5))
        assert manifact("plan", "--exit-code").code == 0
    finally:
        assert manifact("destroy", "model.yaml", "--yes").code == 0
