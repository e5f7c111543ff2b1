"""Introspection: the stages, the texts and the forms of ADS, and our own checks."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from compiler.diagnostics import CompilerError
from compiler.emit import artifact_record, emit, introspect_tree, write_artifact
from compiler.introspection import ArtifactFile, Status, ads_results, introspect, introspect_directory, passed

SCORE = b"def load_model():\n    return 1\n\n\ndef predict(data, model=load_model()):\n    return data\n"
RUNTIME = b"""
MODEL_ARTIFACT_VERSION: '3.0'
MODEL_DEPLOYMENT:
  INFERENCE_CONDA_ENV:
    INFERENCE_ENV_PATH: oci://bucket@ns/path
    INFERENCE_PYTHON_VERSION: '3.11'
"""


def statuses(files: dict[str, bytes], **options) -> dict[str, str]:
    views = {
        path: ArtifactFile(lambda content=content: content, len(content), lambda: "?")
        for path, content in files.items()
    }
    return {check.key: str(check.status) for check in introspect(views, **options)}


GOOD = {"score.py": SCORE, "runtime.yaml": RUNTIME}


@pytest.mark.parametrize(
    ("changes", "failed", "skipped"),
    [
        ({}, [], ["runtime_path_exist"]),
        ({"score.py": None}, ["score_py"], ["score_syntax", "score_load_model", "runtime_version", "runtime_env_path"]),
        ({"runtime.yaml": None}, ["runtime_yaml"], ["score_syntax", "runtime_version"]),
        ({"score.py": b"def predict(:"}, ["score_syntax"], ["score_load_model", "runtime_version"]),
        ({"score.py": b"\x00"}, ["score_syntax"], ["score_load_model"]),
        ({"score.py": b"(" * 5000}, ["score_syntax"], ["score_load_model"]),
        ({"score.py": b"async def load_model(): ..."}, ["score_load_model", "score_predict"], ["score_predict_data"]),
        ({"score.py": SCORE.replace(b"(data,", b"(x,")}, ["score_predict_data"], ["score_predict_arg"]),
        ({"score.py": SCORE.replace(b"=load_model()", b"")}, ["score_predict_arg"], ["runtime_version"]),
        ({"score.py": SCORE.replace(b"data, model=load_model()", b"")}, ["score_predict_data"], ["score_predict_arg"]),
        ({"runtime.yaml": RUNTIME.replace(b"'3.0'", b"3.0")}, ["runtime_version"], ["runtime_env_python"]),
        ({"runtime.yaml": b"- a\n"}, ["runtime_version"], ["runtime_env_python"]),
        ({"runtime.yaml": b"\xff"}, ["runtime_version"], ["runtime_env_python"]),
        ({"runtime.yaml": RUNTIME.replace(b"3.11", b"3.5")}, ["runtime_env_python"], ["runtime_path_exist"]),
        ({"runtime.yaml": RUNTIME.replace(b"3.11", b"3.15")}, ["runtime_env_python"], []),
        ({"runtime.yaml": RUNTIME.replace(b"oci://bucket@ns/path", b"''")}, ["runtime_env_path"], []),
    ],
)
def test_each_stage_stops_the_later_ones(changes, failed, skipped):
    files = {path: content for path, content in {**GOOD, **changes}.items() if content is not None}
    found = statuses(files)
    assert [key for key, status in found.items() if status == "Failed"] == failed
    assert {key: found[key] for key in skipped} == dict.fromkeys(skipped, "Skipped")


@pytest.mark.parametrize("version", ["3.6", "3.9.1", "3.14"])
def test_python_versions_that_ads_takes(version):
    assert (
        statuses({**GOOD, "runtime.yaml": RUNTIME.replace(b"3.11", version.encode())})["runtime_env_python"] == "Passed"
    )


def test_a_locked_path_exists_and_an_unlocked_one_is_not_asked_for():
    assert statuses(GOOD, locked=True)["runtime_path_exist"] == "Passed"
    assert statuses(GOOD)["runtime_path_exist"] == "Skipped"


def test_without_a_wanted_environment_its_checks_are_skipped(plain_model):
    checks = {check.key: check for check in introspect_tree(plain_model, emit(plain_model))}
    for key in ("runtime_env_python", "runtime_env_path", "runtime_path_exist"):
        assert checks[key].status is Status.SKIPPED
        assert "container" in checks[key].note
    assert passed(checks.values())


def test_skipped_checks_have_no_success_in_adss_form(plain_model):
    results = ads_results(introspect_tree(plain_model, emit(plain_model)))
    assert "success" not in results["runtime_env_path"]
    assert results["score_py"]["success"] is True
    assert list(results)[:3] == ["score_py", "runtime_yaml", "score_syntax"]
    assert "artifact_files" not in results


@pytest.fixture
def folder(plain_model, service_pack, tmp_path):
    model = replace(plain_model, inference=service_pack)
    tree = emit(model)
    write_artifact(tree, tmp_path / "out", artifact_record(model, tree))
    return tmp_path / "out" / "artifact"


def directory(folder):
    return {check.key: check for check in introspect_directory(folder)}


def test_a_directory_is_checked_like_the_tree_it_was_written_from(folder):
    checks = directory(folder)
    assert passed(checks.values())
    assert checks["artifact_files"].status is Status.PASSED


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda folder: (folder / "model.joblib").write_bytes(b"NOT a real model"), "model.joblib has changed"),
        (lambda folder: (folder / "model.joblib").unlink(), "model.joblib is missing"),
        (lambda folder: (folder / "more.txt").touch(), "more.txt is not listed"),
        (lambda folder: (folder / "model_artifact_manifest.json").write_text("[]"), "cannot be read"),
    ],
)
def test_files_that_are_not_those_of_the_manifest(folder, damage, said):
    damage(folder)
    check = directory(folder)["artifact_files"]
    assert (check.status, said in check.note) == (Status.FAILED, True)


@pytest.mark.parametrize("text", ['{"schema": [NaN]}', "{", "[]", '{"schema": [{"name": "a"}, {"name": "a"}]}'])
def test_schemas_that_cannot_be_used(folder, text):
    (folder / "input_schema.json").write_text(text)
    assert directory(folder)["input_schema_json"].status is Status.FAILED
    assert directory(folder)["output_schema_json"].status is Status.SKIPPED


def test_what_is_no_directory(tmp_path):
    with pytest.raises(CompilerError, match="MF520"):
        introspect_directory(tmp_path / "nowhere")


def test_the_file_is_written_as_ads_writes_it(folder):
    text = (folder / "test_json_output.json").read_text()
    assert text == json.dumps(json.loads(text), indent=4)
