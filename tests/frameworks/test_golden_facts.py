"""Facts of every golden model against the metadata that ADS 2.16.1 recorded with the library at hand."""

from __future__ import annotations

import json

import pytest

from compiler.frameworks import inspect_model
from testing.paths import GOLDENS

# Without generic-customclass: its recorded pickle had a path overwritten and is damaged.
MODELS = {
    "lightgbm-booster": "model.txt",
    "pyspark-pipelinemodel": "model",
    "pytorch-statedict": "model.pt",
    "sklearn-logreg-iris": "model.joblib",
    "sklearn-pipeline-mixed": "model.joblib",
    "tensorflow-keras-kerasfile": "model.keras",
    "xgboost-booster": "model.json",
}
# What the file does not record: PyTorch's weights name no class.
UNRECORDED = {"pytorch-statedict": {"Algorithm"}}


def recorded(golden: str) -> dict[str, object]:
    found: dict[str, object] = {}

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if "key" in node:
                found.setdefault(str(node["key"]), node.get("value"))
            for item in node.values():
                walk(item)
        elif isinstance(node, list):
            for item in node:
                walk(item)

    walk(json.loads((GOLDENS / golden / "metadata.json").read_text()))
    return found


@pytest.mark.parametrize("golden", MODELS)
def test_facts_equal_the_recorded_metadata(golden: str) -> None:
    metadata = recorded(golden)
    facts = inspect_model(GOLDENS / golden / "artifact" / MODELS[golden])
    ours = {"Framework": facts.framework, "Algorithm": facts.algorithm}
    for key in set(ours) - UNRECORDED.get(golden, set()):
        assert ours[key] == metadata[key]
    if facts.version is not None:  # never a guess
        assert facts.version == metadata["FrameworkVersion"]
    assert (facts.version is None) == (facts.framework in {"lightgbm", "tensorflow", "pytorch"})


def test_parameters_that_ads_was_told_are_among_those_in_the_file() -> None:
    told = recorded("lightgbm-booster")["Hyperparameters"]
    facts = inspect_model(GOLDENS / "lightgbm-booster" / "artifact" / "model.txt")
    assert isinstance(told, dict)
    assert facts.hyperparameters is not None
    aliases = {"verbose": "verbosity"}
    assert {key: facts.hyperparameters[aliases.get(key, key)] for key in told} == told
