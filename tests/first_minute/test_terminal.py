"""Five commands typed on a terminal, from a model file and a sample to a live prediction: what is printed leads on."""

import json
import re
import shutil
import subprocess
import sys

import pytest

from testing import unmanaged
from testing.paths import MANIFESTS
from testing.terminal import Shell

MODELS = (
    "sklearn-wine",
    "xgboost-breast-cancer",
    "lightgbm-diabetes",
    "catboost-rents",
    "onnx-iris",
    "pytorch-digits",
    "tensorflow-iris",
    "spark-wine",
)
NEXT = re.compile(r"next: (manifact .+)")


@pytest.fixture
def shell(tmp_path):
    """A shell in an empty folder, `shop`."""
    (tmp_path / "bin").mkdir()
    folder = tmp_path / "shop"
    folder.mkdir()
    with Shell(folder, tmp_path / "bin") as opened:
        yield folder, opened
    unmanaged.remove(folder)


def walk(shell, model, sample):
    """The five commands that were typed, and what the last one showed."""
    shown = shell.type(f"manifact init {model}", sample, "")
    typed = [f"manifact init {model}"]
    while following := NEXT.search(shown):
        typed.append(following[1].strip())
        shown = shell.type(typed[-1])
        assert "error" not in shown, shown
    return typed, shown


@pytest.mark.slow
def test_from_a_joblib_file_and_a_csv_file(shell):
    folder, typing = shell
    train = (
        "import joblib, pandas\nfrom sklearn.linear_model import LinearRegression\n"
        "X = pandas.DataFrame({'a': [1.0, 2, 3], 'b': [3.0, 1, 2]})\nX.to_csv('data.csv', index=False)\n"
        "joblib.dump(LinearRegression().fit(X, [1, 2, 3]), 'model.joblib')\n"
    )
    subprocess.run([sys.executable, "-c", train], cwd=folder, check=True)
    assert "manifact init MODEL-FILE" in typing.type("manifact")
    typed, shown = walk(typing, "model.joblib", "data.csv")
    assert [command.split()[1] for command in typed] == ["init", "compile", "verify", "apply", "predict"]
    assert json.loads(shown)["prediction"] == pytest.approx([1, 2, 3])


@pytest.mark.slow
@pytest.mark.parametrize("example", MODELS)
def test_the_models_of_the_examples(example, shell):
    folder, typing = shell
    shutil.copytree(MANIFESTS / example, folder, dirs_exist_ok=True)
    (folder / "model.yaml").unlink()
    if (folder / "net.py").exists():  # what a network is made with, `init` reads from its defaults alone
        network = (folder / "net.py").read_text()
        assert "hidden):" in network
        (folder / "net.py").write_text(network.replace("hidden):", "hidden=24):"))
    model = next(path.name for path in folder.iterdir() if path.stem == "model")
    sample = next(path for path in (folder / "samples").iterdir() if path.stem == "input")
    typed, shown = walk(typing, model, f"samples/{sample.name}")
    assert len(typed) == 5
    assert json.loads(shown)["prediction"]
