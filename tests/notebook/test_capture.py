"""From an estimator in memory to a verified model, for each framework, as scripts that somebody would write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from testing.estimators import DATA, FIT
from testing.paths import child_environment

VERIFY = """
captured = compiler.capture(model, data, directory="captured", name="quality")
result = captured.verify()
print(result.verification.compared, result.verification.rows)
"""
LIFE = """
plan = captured.plan()
applied = captured.apply()
answer = captured.predict(data[:3])
print(plan.plan.empty, applied.complete, answer, sep="|")
print(captured.status().next)
back = compiler.load("quality")
assert back.predict(data[:3]) == back.endpoint.predict(data[:3]) == answer
assert captured.destroy().complete
"""


def script(folder: Path, *parts: str) -> list[str]:
    """The lines that a script prints which is run in the folder."""
    path = folder / "work.py"
    path.write_text("".join(parts))
    ran = subprocess.run(
        [sys.executable, path], cwd=folder, env=child_environment(), capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    return ran.stdout.splitlines()


def spec(folder: Path) -> dict:
    return YAML(typ="safe").load(folder / "captured" / "model.yaml")["spec"]


@pytest.mark.slow
@pytest.mark.parametrize("framework", FIT)
def test_what_is_captured_answers_as_the_estimator_did(framework, tmp_path):
    printed = script(tmp_path, DATA, FIT[framework], VERIFY)
    assert printed[-1] == "True 20"


@pytest.mark.slow
def test_a_model_lives_and_comes_back(tmp_path):
    printed = script(tmp_path, DATA, FIT["sklearn"], VERIFY, LIFE)
    assert printed[-2].startswith("False|True|{'prediction': ['")
    assert printed[-1].startswith("manifact ")
    declared = {name: column["dtype"].partition("[")[0] for name, column in spec(tmp_path)["columns"]["input"].items()}
    assert declared == {"b": "float32", "city": "category", "since": "datetime64", "zip": "str"}


OWN = """
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
import compiler, numpy as np
"""
TWICE = """
class Twice(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X * FACTOR
"""
CAPTURE = """
X = np.arange(8.0).reshape(4, 2)
model = make_pipeline(Twice(), LinearRegression()).fit(X, [1, 2, 3, 4])
try:
    print(compiler.capture(model, X, directory="captured").verify())
except compiler.CompilerError as error:
    print(error.diagnostics[0].code, error.diagnostics[0].hint)
"""


@pytest.mark.slow
def test_modules_of_ones_own_are_brought(tmp_path):
    (tmp_path / "factors.py").write_text("FACTOR = 2\n")
    (tmp_path / "features.py").write_text(
        f"from sklearn.base import BaseEstimator, TransformerMixin\nfrom factors import FACTOR\n{TWICE}"
    )
    printed = script(tmp_path, OWN, "from features import Twice\n", CAPTURE)
    assert "verified 4 golden rows" in printed[-1]
    assert spec(tmp_path)["include"] == ["factors.py", "features.py"]


@pytest.mark.slow
def test_a_class_of_the_session_is_to_be_moved_into_a_module(tmp_path):
    without = "import sys\nsys.modules.pop('cloudpickle', None)\n"  # newer releases of joblib import it
    printed = script(tmp_path, OWN, f"{without}FACTOR = 2\n{TWICE}", CAPTURE)
    assert printed[-1].startswith("MF207 move it into a module")
    assert not (tmp_path / "captured" / "model.yaml").exists()


def test_capturing_again_keeps_the_manifest(tmp_path, monkeypatch):
    import numpy as np
    from sklearn.linear_model import LinearRegression

    from compiler import CompilerError, capture

    monkeypatch.chdir(tmp_path)
    data = np.arange(8.0).reshape(4, 2)
    model = capture(LinearRegression().fit(data, [1, 2, 3, 4]), data, name="captured")
    first = model.compile().builds[0].record.digest
    text = (tmp_path / "captured" / "model.yaml").read_text() + "# mine\n"
    (tmp_path / "captured" / "model.yaml").write_text(text)
    again = capture(LinearRegression().fit(data, [4, 2, 3, 1]), data, name="captured")
    assert (tmp_path / "captured" / "model.yaml").read_text() == text
    assert again.compile().builds[0].record.digest != first
    with pytest.raises(CompilerError, match="MF902"):
        capture(LinearRegression().fit(data, [4, 2, 3, 1]), data, directory="captured", name="another")


def test_a_session_of_oci_is_recorded(tmp_path, monkeypatch):
    import numpy as np
    from sklearn.linear_model import LinearRegression

    from compiler import capture

    monkeypatch.chdir(tmp_path)
    session = "ocid1.datasciencenotebooksession.oc1.iad.abc"
    monkeypatch.setenv("NB_SESSION_OCID", session)
    data = np.arange(8.0).reshape(4, 2)
    capture(LinearRegression().fit(data, [1, 2, 3, 4]), data, directory="captured")
    assert spec(tmp_path)["catalog"]["provenance"]["trainingId"] == session


@pytest.mark.slow
def test_a_class_of_the_session_is_kept_by_cloudpickle(tmp_path):
    printed = script(tmp_path, OWN, f"import cloudpickle\nFACTOR = 2\n{TWICE}", CAPTURE)
    assert "verified 4 golden rows" in printed[-1]
    assert spec(tmp_path)["model"]["allow"]


NETWORK = """
import torch


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(3, 2)

    def forward(self, x):
        return self.layer(x) if float(self.layer.weight.sum()) < 1e9 else -self.layer(x)
"""
KEPT = """
import torch, compiler
from net import Net
torch.manual_seed(0)
model = compiler.capture(Net(), torch.rand(6, 3), directory="captured")
print(model.verify())
"""


@pytest.mark.slow
def test_a_network_that_cannot_be_exported_is_kept_as_weights_with_its_class(tmp_path):
    (tmp_path / "net.py").write_text(NETWORK)
    printed = script(tmp_path, KEPT)
    assert "verified 6 golden rows" in printed[-1]
    assert spec(tmp_path)["model"]["architecture"] == {"file": "net.py", "class": "Net"}


def test_the_conda_pack_that_runs_is_named_by_its_path(tmp_path, monkeypatch):
    from compiler.engine.artifact.proposal import proposed_environment
    from compiler.lock import Lock

    place = "oci://packs@ns/conda_environments/cpu/own/1.0/own_v1"
    (tmp_path / "own_manifest.yaml").write_text(f"manifest:\n  name: own\n  python: '3.11'\n  pack_path: {place}\n")
    assert proposed_environment(Lock(), str(tmp_path)) == place
    (tmp_path / "own_manifest.yaml").write_text("manifest: {\n")
    assert proposed_environment(Lock(), str(tmp_path)) is None
