"""What lies in an artifact, byte for byte."""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import replace

import pytest
from ruamel.yaml import YAML

from compiler.diagnostics import CompilerError
from compiler.emit import artifact_record, digest, emit, stream_zip, write_artifact
from compiler.emit.runtime_yaml import runtime_yaml
from compiler.ir import CondaEnvironment, Score
from testing.paths import GOLDENS

NAMES = sorted(path.name for path in GOLDENS.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_runtime_yaml_is_that_of_ads_but_for_the_local_directory(name, service_pack):
    golden = (GOLDENS / name / "artifact" / "runtime.yaml").read_bytes().splitlines()
    ours = runtime_yaml(service_pack, service_pack).splitlines()
    different = [(a, b) for a, b in zip(ours, golden, strict=True) if a != b]
    assert different == [(b"    ARTIFACT_DIRECTORY: .", f"    ARTIFACT_DIRECTORY: /home/datascience/{name}".encode())]


@pytest.mark.parametrize("name", NAMES)
def test_test_results_are_those_of_ads(name, plain_model, service_pack):
    tree = emit(replace(plain_model, inference=service_pack))
    assert tree["test_json_output.json"] == (GOLDENS / name / "artifact" / "test_json_output.json").read_bytes()


def test_without_an_environment_its_values_are_empty():
    data = YAML(typ="safe").load(runtime_yaml(None, None))
    assert data["MODEL_DEPLOYMENT"]["INFERENCE_CONDA_ENV"] == {
        "INFERENCE_ENV_PATH": "",
        "INFERENCE_ENV_SLUG": "",
        "INFERENCE_ENV_TYPE": "",
        "INFERENCE_PYTHON_VERSION": "",
    }


@pytest.mark.parametrize(
    "text", ["it's: #1", "no", "3.10", 'a"b\\c', "line\nbreak", "naïve ☃", "a: b", "- x", "trailing:"]
)
def test_any_text_survives_runtime_yaml(text):
    environment = CondaEnvironment(path=text, slug=text, kind="published", python="3.11")
    data = YAML(typ="safe").load(runtime_yaml(environment, None))
    assert data["MODEL_DEPLOYMENT"]["INFERENCE_CONDA_ENV"]["INFERENCE_ENV_SLUG"] == text


def test_the_manifest_lists_every_other_file(plain_model):
    tree = emit(plain_model)
    listed = json.loads(tree["model_artifact_manifest.json"])
    assert set(listed) == {"version", "generated_by", "files"}
    assert set(listed["files"]) == set(tree) - {"model_artifact_manifest.json"}
    score = tree["score.py"]
    assert listed["files"]["score.py"] == {"sha256": hashlib.sha256(score).hexdigest(), "size": len(score)}


def test_digest_is_that_of_the_listing(plain_model):
    tree = emit(plain_model)
    lines = b""
    for path in sorted(tree, key=str.encode):
        content = tree[path] if isinstance(tree[path], bytes) else tree[path].source.read_bytes()
        lines += hashlib.sha256(content).hexdigest().encode() + b"  " + path.encode() + b"\n"
    assert digest(tree) == hashlib.sha256(lines).hexdigest()
    assert artifact_record(plain_model, tree).digest == digest(tree)


def test_the_same_model_gives_the_same_bytes_whatever_the_order_name_or_place(plain_model, with_files, tmp_path):
    model = with_files(plain_model, {f"data/{letter}é.txt": letter.encode() for letter in "cabd"})
    shuffled = list(model.files)
    random.Random(1).shuffle(shuffled)
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    files = []
    for file in shuffled:
        target = moved / file.source.name
        target.write_bytes(file.source.read_bytes())
        files.append(replace(file, source=target))
    other = replace(model, name="another-name", files=tuple(files))
    one, two = emit(model), emit(other)
    assert list(one) == list(two)
    assert digest(one) == digest(two)
    assert b"".join(stream_zip(one)) == b"".join(stream_zip(two))


def test_no_path_or_clock_of_this_machine_is_in_any_file(plain_model, tmp_path):
    tree = emit(plain_model)
    for content in tree.values():
        if isinstance(content, bytes):
            assert str(tmp_path).encode() not in content
            assert b"generated_at" not in content


@pytest.mark.parametrize("path", ["runtime.yaml", "score.py", "test_json_output.json", "model_artifact_manifest.json"])
def test_a_users_file_never_takes_the_place_of_a_generated_one(path, plain_model, with_files):
    with pytest.raises(CompilerError, match="MF501"):
        emit(with_files(plain_model, {path: b"mine"}))


def test_a_file_cannot_also_be_a_directory(plain_model, with_files):
    with pytest.raises(CompilerError, match="also the directory"):
        emit(with_files(plain_model, {"model.joblib/part": b""}))


@pytest.mark.parametrize("path", ["../up.py", "/abs.py", "a//b", "a\\b", "line\nbreak", "."])
def test_unsafe_paths_are_refused(path, plain_model, with_files):
    with pytest.raises(CompilerError, match="MF502"):
        emit(with_files(plain_model, {path: b""}))


@pytest.mark.parametrize("path", ["__pycache__/x.txt", "pkg/x.pyc", ".DS_Store", "a/.ipynb_checkpoints/n.py"])
def test_files_that_ads_would_drop_are_refused(path, plain_model, with_files):
    with pytest.raises(CompilerError, match="MF503"):
        emit(with_files(plain_model, {path: b""}))


@pytest.mark.parametrize(
    "path", ["lib/x.py", "variables/v.index", "environment.yaml", "build_features.py", "a.so", "x.log"]
)
def test_files_that_adss_own_list_would_drop_are_kept(path, plain_model, with_files):
    assert path in emit(with_files(plain_model, {path: b"kept"}))


def test_a_score_py_of_ones_own_is_taken_as_it_is(plain_model, with_files):
    own = b"def load_model():\n    return None\n\n\ndef predict(data, model=None):\n    return {'prediction': []}\n"
    model = replace(with_files(plain_model, {"score.py": own}), score=Score(own="score.py"))
    tree = emit(model)
    assert tree["score.py"].source.read_bytes() == own
    assert json.loads(tree["test_json_output.json"])["score_predict_arg"]["success"] is True


def test_an_unknown_framework_says_what_to_do(plain_model):
    unknown = replace(plain_model, facts=replace(plain_model.facts, framework="cobol"))
    with pytest.raises(CompilerError) as problem:
        emit(unknown)
    assert problem.value.diagnostics[0].code == "MF506"
    assert "spec.score.file" in (problem.value.diagnostics[0].hint or "")


def test_writing_gives_exactly_the_tree(plain_model, with_files, tmp_path):
    model = with_files(plain_model, {"deep/er/file.txt": b"x"})
    tree = emit(model)
    write_artifact(tree, tmp_path / "out", artifact_record(model, tree), {"plan.json": b"{}"})
    root = tmp_path / "out" / "artifact"
    written = {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}
    assert written == {p: c if isinstance(c, bytes) else c.source.read_bytes() for p, c in tree.items()}
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["artifact", "artifact.json", "plan.json"]
