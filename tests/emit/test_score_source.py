"""The text of score.py: readable, formatted, and never made of somebody's names."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import replace
from itertools import product

import pytest

from compiler.diagnostics import CompilerError
from compiler.emit.literals import constant, literal
from compiler.emit.score import score_py
from compiler.frameworks import FRAMEWORKS
from compiler.ir import Architecture, Categories, Rows, Score, Tensor

HOSTILE = 'x"\'\\\n{{ 1 }}{% raw %}"""); import os #'
VARIANTS = [
    *product(["scikit-learn"], ["pickle", "skops"], [None, "hooks.py"]),
    *product(["xgboost"], ["pickle", "joblib", "xgboost-json", "xgboost-ubj"], [None, "hooks.py"]),
    *product(["pytorch"], ["state_dict", "safetensors", "torchscript", "torch-export"], [None, "hooks.py"]),
    *product(["tensorflow"], ["keras", "h5", "savedmodel"], [None, "hooks.py"]),
    *product(["pyspark"], ["spark"], [None, "hooks.py"]),
    *product(["onnx"], ["onnx"], [None, "hooks.py"]),
    *product(["other"], ["pickle", "joblib"], [None, "hooks.py"]),
    ("other", "unknown", "hooks.py"),
    *product(["lightgbm"], ["pickle", "joblib", "lightgbm-text"], [None, "hooks.py"]),
    *product(["catboost"], ["catboost-cbm", "catboost-json"], [None, "hooks.py"]),
]


INPUTS = (Tensor("x", "float32", (None, 4)), Tensor("state", "float32", (2, None, 8)))
SETTINGS = {
    "categories": {
        "score": {"categories": {"city": Categories(("Bergen", "Cork")), HOSTILE: Categories((3,), "int8")}}
    },
    "batch": {"facts": {"inputs": INPUTS}, "score": {"rows": Rows(3, (0, 1), (0, None))}},
    "one by one": {"facts": {"inputs": INPUTS[:1]}, "score": {"rows": Rows(1, (None,), (None,))}},
    "checkpoint": {"facts": {"details": {"weights": ["ema", HOSTILE]}}},
    "weights beside": {"facts": {"details": {"external_data": ["weights.bin"]}}},
}


def source(model, framework="scikit-learn", form="pickle", hooks=None, settings=None, **facts):
    chosen = SETTINGS.get(settings, {})
    changed = replace(model.facts, framework=framework, format=form, **{**facts, **chosen.get("facts", {})})
    architecture = Architecture("net.py", "Net", {"hidden": 16}) if form in {"state_dict", "safetensors"} else None
    score = Score(hooks=hooks, architecture=architecture, **chosen.get("score", {}))
    return score_py(replace(model, facts=changed, score=score)).decode()


@pytest.mark.parametrize("algorithm", ["Booster", "XGBClassifier"])
@pytest.mark.parametrize(("framework", "form", "hooks"), VARIANTS)
def test_every_variant_is_formatted_and_runs_on_python_3_9(plain_model, framework, form, hooks, algorithm):
    check(source(plain_model, framework, form, hooks, algorithm=algorithm, classes=("no", "yes")))


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize(("framework", "form"), sorted({variant[:2] for variant in VARIANTS} - {("other", "unknown")}))
def test_so_is_every_setting(plain_model, framework, form, settings):
    check(source(plain_model, framework, form, settings=settings))


def check(text):
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    ast.parse(text, feature_version=(3, 9))
    command = [sys.executable, "-m", "ruff"]
    formatted = subprocess.run(
        [*command, "format", "--isolated", "-"], input=text, capture_output=True, text=True, check=True
    )
    assert formatted.stdout == text
    unused = subprocess.run(
        [*command, "check", "--isolated", "--select", "F,E7,E9,I", "--target-version", "py39", "-"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert unused.returncode == 0, unused.stdout


def test_every_template_is_among_the_variants():
    assert {framework for framework, _, _ in VARIANTS} == set(FRAMEWORKS)


@pytest.mark.parametrize(("framework", "form", "hooks"), VARIANTS)
def test_names_stay_strings(plain_model, framework, form, hooks):
    model = replace(plain_model, model_path=HOSTILE, files=(replace(plain_model.files[0], path=HOSTILE),))
    text = source(model, framework, form, hooks and HOSTILE, feature_names=(HOSTILE, "b"), classes=(HOSTILE,))
    tree = ast.parse(text)
    assert HOSTILE in {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    benign = ast.parse(source(plain_model, framework, form, hooks))
    assert imported == {a.name for node in ast.walk(benign) if isinstance(node, ast.Import) for a in node.names}


@pytest.mark.parametrize("method", ["__reduce__", "predict); import os; (", ""])
def test_only_known_methods_are_called(plain_model, method):
    with pytest.raises(CompilerError, match="MF506"):
        score_py(replace(plain_model, score=Score(method=method)))


@pytest.mark.parametrize(
    "value",
    [
        None,
        -1.5,
        HOSTILE,
        'only "double"',
        "it's",
        "naïve\u2028\x00",
        ["a" * 30, "b" * 30, "c" * 30],
        {"layers": [{"units": 1, "name": "x" * 60}, {"units": 2, "name": "y"}], "empty": [], "none": {}},
    ],
)
def test_literals_mean_what_they_were(value):
    text = constant(value, "VALUE") + "\n"
    scope: dict[str, object] = {}
    exec(text, scope)
    assert scope["VALUE"] == value
    assert ast.literal_eval(literal(value)) == value
