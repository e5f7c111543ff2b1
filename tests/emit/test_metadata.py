"""The catalog's metadata beside what ADS sends."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from compiler.emit import artifact_record, emit
from compiler.frameworks import inspect_model
from compiler.ir import Architecture, ModelFacts, Score
from testing.paths import GOLDENS

MADE_DIFFERENTLY = {"ClientLibrary", "ModelArtifacts", "Hyperparameters"}  # see compiler/emit/metadata.py


def metadata(model):
    return artifact_record(model, emit(model))


def test_keys_values_and_texts_are_those_of_ads(plain_model, service_pack):
    golden = json.loads((GOLDENS / "sklearn-logreg-iris" / "metadata.json").read_text())
    record = metadata(
        replace(plain_model, use_case="multinomial_classification", inference=service_pack, training=service_pack)
    )
    for ours, theirs in (
        (record.taxonomy, golden["oci_defined_metadata_list"]),
        (record.custom, golden["oci_custom_metadata_list"]),
    ):
        assert [item["key"] for item in ours] == [item["key"] for item in theirs]
        for mine, item in zip(ours, theirs, strict=True):
            expected = {("hasArtifact" if key == "has_artifact" else key): value for key, value in item.items()}
            if item["key"] in MADE_DIFFERENTLY:
                assert {**mine, "value": None} == {**expected, "value": None}
            else:
                assert mine == expected


@pytest.mark.parametrize("name", sorted(path.name for path in GOLDENS.iterdir() if path.name != "generic-customclass"))
def test_of_every_golden_model_what_the_file_records_is_what_ads_says(name, bench, service_pack):
    golden = json.loads((GOLDENS / name / "metadata.json").read_text())
    source = next((GOLDENS / name / "artifact").glob("model*"))
    source = source if not source.name.endswith(".json") or name.startswith("xgboost") else source.with_name("model")
    bench.environment = service_pack
    score = Score(architecture=Architecture("netdef.py", "Net")) if name.startswith("pytorch") else Score()
    record = metadata(bench.model(source, inspect_model(source), score=score))
    theirs = {item["key"]: item["value"] for item in golden["oci_defined_metadata_list"]}
    ours = {item["key"]: item["value"] for item in record.taxonomy}
    for key in ("Algorithm", "Framework", "FrameworkVersion", "ArtifactTestResults"):
        assert ours[key] in (theirs[key], None) if key == "FrameworkVersion" else ours[key] == theirs[key], key
    custom = {item["key"]: item["value"] for item in golden["oci_custom_metadata_list"]}
    for item in record.custom:
        assert item["key"] in MADE_DIFFERENTLY or item["value"] == custom[item["key"]]


def test_hyperparameters_keep_their_types_and_stay_json(plain_model):
    values = {"C": 1.0, "missing": float("nan"), "n_jobs": None, "fit": True, "steps": [["a", float("inf")]]}
    record = metadata(replace(plain_model, facts=replace(plain_model.facts, hyperparameters=values)))
    item = next(item for item in record.taxonomy if item["key"] == "Hyperparameters")
    assert json.loads(item["value"]) == {"C": 1.0, "missing": None, "n_jobs": None, "fit": True, "steps": [["a", None]]}


def test_long_hyperparameters_go_into_a_file(plain_model):
    values = {f"parameter-{number}": "x" * 100 for number in range(200)}
    model = replace(plain_model, facts=replace(plain_model.facts, hyperparameters=values))
    tree = emit(model)
    assert json.loads(tree["Hyperparameters.json"]) == values
    items = {item["key"]: item["value"] for item in artifact_record(model, tree).taxonomy}
    assert items["Hyperparameters"] is None
    assert "Hyperparameters.json" not in emit(plain_model)


def test_a_list_never_outgrows_the_catalog(plain_model):
    values = {"text": "x" * 9_500}  # the longest that stays
    record = metadata(replace(plain_model, facts=replace(plain_model.facts, hyperparameters=values)))
    assert sum(len(json.dumps(item).encode("utf-16")) for item in record.taxonomy) <= 32_000
    assert any(item["key"] == "Hyperparameters" and item["value"] for item in record.taxonomy)


def test_model_artifacts_are_the_finished_files_shortened_as_ads_does(plain_model, with_files):
    record = metadata(plain_model)
    listing = next(item["value"] for item in record.custom if item["key"] == "ModelArtifacts")
    assert listing == ", ".join(sorted(emit(plain_model)))
    many = metadata(with_files(plain_model, {f"extra-{number:03}.txt": b"" for number in range(50)}))
    shortened = next(item["value"] for item in many.custom if item["key"] == "ModelArtifacts")
    assert len(shortened) == 255
    assert shortened.endswith("...")


def test_what_is_not_known_is_null_and_never_the_word_none(plain_model):
    record = metadata(replace(plain_model, facts=ModelFacts("scikit-learn", "pickle")))
    items = {item["key"]: item["value"] for item in record.taxonomy}
    unknown = ("Algorithm", "FrameworkVersion", "Hyperparameters", "UseCaseType")
    assert [items[key] for key in unknown] == [None] * 4


@pytest.mark.parametrize("key", ["CondaEnvironment", "SlugName", "EnvironmentType", "CondaEnvironmentPath"])
def test_without_a_training_environment_adss_na_is_sent(key, plain_model):
    assert next(item["value"] for item in metadata(plain_model).custom if item["key"] == key) == "NA"
