"""`init` does the work: what follows from model and sample is in the manifest, checked as compile checks it."""

import json
import os
import pty
import select
import shutil
import subprocess
import sys

import pytest
from ruamel.yaml import YAML

from testing.paths import GOLDENS, child_environment

MODULES = {
    "features.py": "from sklearn.base import BaseEstimator, TransformerMixin\nfrom factors import FACTOR\n\n\n"
    "class Twice(BaseEstimator, TransformerMixin):\n    def fit(self, X, y=None):\n        return self\n\n"
    "    def transform(self, X):\n        return X * FACTOR\n",
    "factors.py": "FACTOR = 2\n",
    "unrelated.py": "raise SystemExit\n",
}
TRAIN = """
import joblib, pandas
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from features import Twice
X = pandas.DataFrame({"a": [1.0, 2, 3], "b": [3.0, 1, 2]})
joblib.dump(make_pipeline(Twice(), LinearRegression()).fit(X, [1, 2, 3]), "model.joblib")
X.to_csv("data.csv", index=False)
"""


def _spec(folder):
    return YAML(typ="safe").load(folder / "model.yaml")["spec"]


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A pipeline with a transformer of the user's own module (the working directory)."""
    for name, text in MODULES.items():
        (tmp_path / name).write_text(text)
    subprocess.run([sys.executable, "-c", TRAIN], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_modules_beside_the_model_are_found_with_what_they_import(own, manifact):
    made = manifact("init", "model.joblib", "--input", "data.csv")
    assert (made.code, "next: manifact compile ." in made.out) == (0, True)
    assert _spec(own)["model"]["allow"] == ["features.Twice"]
    assert _spec(own)["include"] == ["factors.py", "features.py"]
    verified = manifact("verify")
    assert verified.code == 0, verified.err


def test_what_compile_would_refuse_is_told_instead_of_next(own, manifact):
    (own / "features.py").rename(own / "elsewhere.py")
    made = manifact("init", "model.joblib", "--json")
    assert made.code == 1
    assert [problem["code"] for problem in json.loads(made.out)["diagnostics"]]
    told = manifact("init", "model.joblib", "--force")
    assert "next:" not in told.out
    assert "features.Twice" in told.err
    (own / "elsewhere.py").rename(own / "features.py")
    assert manifact("init", "model.joblib", "--force").code == 0


def test_the_use_case_follows_from_the_model(wine, manifact):
    (wine / "model.yaml").unlink()
    assert manifact("init", "model.joblib", "--labels", "samples/output.csv").code == 64
    made = manifact("init", "model.joblib", "--input", "samples/input.csv", "--labels", "samples/output.csv")
    assert made.code == 0, made.err
    assert _spec(wine)["useCase"] == "multinomial_classification"
    assert _spec(wine)["samples"]["labels"] == "samples/output.csv"
    refused = manifact("init", "model.joblib", "--force", "--use-case", "regresion")
    assert (refused.code, "did you mean 'regression'?" in refused.err) == (64, True)


def test_dates_and_categories_are_declared(tmp_path, monkeypatch, manifact):
    import lightgbm
    import pandas as pd

    frame = pd.DataFrame({"city": pd.Categorical(["Cork", "Graz"] * 30), "rooms": range(60)})
    model = lightgbm.LGBMRegressor(n_estimators=2, verbose=-1).fit(frame, list(range(60)))
    model.booster_.save_model(str(tmp_path / "model.txt"))
    frame.head(6).assign(since="2026-01-31").to_csv(tmp_path / "data.csv", index=False)
    monkeypatch.chdir(tmp_path)
    made = manifact("init", "model.txt", "--input", "data.csv")
    assert "city is category, since is datetime64[ns]" in made.out
    assert _spec(tmp_path)["columns"]["input"] == {"city": {"dtype": "category"}, "since": {"dtype": "datetime64[ns]"}}


PACKS = {"one_v1": {"path": "oci://service-conda-packs@ns/service_pack/one_v1", "python": "3.11", "libraries": {}}}
PACKS["two_v1"] = PACKS["one_v1"] | {"path": "oci://service-conda-packs@ns/service_pack/two_v1"}


@pytest.mark.parametrize(
    ("packs", "running", "flags", "expected"),
    [
        ((), "", (), None),
        (("one_v1",), "", (), {"inference": "one_v1"}),
        (("one_v1", "two_v1"), "", (), None),
        (("one_v1", "two_v1"), "/home/datascience/conda/two_v1", (), {"inference": "two_v1"}),
        (("one_v1",), "", ("--env", "oci://packs@ns/own_v1"), {"inference": {"path": "oci://packs@ns/own_v1"}}),
    ],
)
def test_the_environment(packs, running, flags, expected, wine, manifact, monkeypatch):
    (wine / "model.yaml").unlink()
    monkeypatch.setenv("CONDA_PREFIX", running)
    lock = {"lockVersion": 1, "artifactFormat": 1, "condaPacks": {slug: PACKS[slug] for slug in packs}}
    (wine / "manifact.lock").write_text(json.dumps(lock))
    made = manifact("init", "model.joblib", *flags)
    assert made.code == 0, made.err
    found = _spec(wine).get("environment")
    if expected is None:
        assert found is None
        assert "# environment: {inference: SLUG}" in (wine / "model.yaml").read_text()
        return
    if flags:
        assert found["inference"].pop("python").startswith("3.")
    assert found == expected


def test_an_editor_finds_the_schema(wine, manifact):
    (wine / "model.yaml").unlink()
    assert manifact("init", "model.joblib").code == 0
    line = (wine / "model.yaml").read_text().splitlines()[0]
    place = wine / line.rpartition("=")[2]
    assert json.loads(place.read_text())["title"] == "Manifact model"
    assert not {".manifact", "build"} & set(place.relative_to(wine).parts), "what git ignores is in no clone"
    place.write_text("{}")
    assert manifact("init", "model.joblib", "--force").code == 0
    assert place.read_text() == "{}"


def _typed(answers, *words, folder):
    """What a command says on a terminal on which the answers are typed, each once it is asked for."""
    parent, child = pty.openpty()
    command = [sys.executable, "-m", "compiler", *words]
    process = subprocess.Popen(
        command, cwd=folder, env=child_environment(), stdin=child, stdout=child, stderr=child, start_new_session=True
    )
    os.close(child)
    shown = b""
    waiting = list(answers)
    while select.select([parent], [], [], 60)[0]:
        try:
            shown += os.read(parent, 4096)
        except OSError:  # the other end is closed
            break
        if waiting and shown.rstrip().endswith(b"none):"):
            os.write(parent, f"{waiting.pop(0)}\n".encode())
            shown += b"\n"
    os.close(parent)
    return process.wait(60), shown.decode()


@pytest.mark.slow
def test_on_a_terminal_it_asks(wine):
    (wine / "model.yaml").unlink()
    code, shown = _typed(["samples/input.csv", ""], "init", "model.joblib", folder=wine)
    assert code == 0, shown
    assert "RandomForestClassifier" in shown
    assert _spec(wine)["samples"] == {"input": "samples/input.csv"}


ADS = GOLDENS / "sklearn-logreg-iris"


def test_what_ads_prepared_is_taken_as_it_is(tmp_path, monkeypatch, manifact):
    shutil.copytree(ADS / "artifact", tmp_path / "iris")
    (tmp_path / "iris" / "score.py").write_text(SCORE)
    runtime = tmp_path / "iris" / "runtime.yaml"
    session = "ocid1.datasciencenotebooksession.oc1.iad.abc"
    runtime.write_text(runtime.read_text().replace("TRAINING_RESOURCE_OCID: ''", f"TRAINING_RESOURCE_OCID: {session}"))
    before = {path: path.read_bytes() for path in (tmp_path / "iris").iterdir()}
    monkeypatch.chdir(tmp_path)
    made = manifact("init", "--from-ads", "iris")
    assert (made.code, "next: manifact compile ." in made.out) == (0, True), made.err
    spec = _spec(tmp_path)
    assert spec["artifact"] == {"path": "iris"}
    assert spec["catalog"]["provenance"]["trainingId"] == session
    assert spec["useCase"] == "multinomial_classification"
    compiled = manifact("compile")
    assert compiled.code == 0, compiled.err
    assert {path: path.read_bytes() for path in (tmp_path / "iris").iterdir()} == before
    assert manifact("init", "--from-ads", "iris", "--force", "--env", "x_v1").code == 64
    refused = manifact("init", "--from-ads", "build", "--force")
    assert (refused.code, "runtime.yaml" in refused.err) == (64, True)
    assert manifact("init").code == 64


SCORE = """
import json, os, joblib


def load_model(model_file_name="model.joblib"):
    return joblib.load(os.path.join(os.path.dirname(os.path.realpath(__file__)), model_file_name))


def predict(data, model=load_model()):
    return {"prediction": model.predict(data).tolist()}
"""
