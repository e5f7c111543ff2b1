"""`spec.artifact`: artifacts made elsewhere, those of Oracle ADS included, kept byte for byte."""

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from compiler.compilation.build import attached_files
from compiler.compilation.compile import compile_manifest, validate_manifest
from compiler.diagnostics import CompilerError
from testing.paths import GOLDENS

SCORE = (
    "def load_model():\n    return None\n\n\ndef predict(data, model=load_model()):\n    return {'prediction': []}\n"
)
MANIFEST = """\
apiVersion: manifact/v1
kind: Model
metadata: {{name: elsewhere}}
spec:
  artifact: {{path: {path}{more}}}
"""

# golden -> what must be read of its model: framework, algorithm, name of the model in the artifact
MODELS = {
    "lightgbm-booster": ("lightgbm", "Booster", "model.txt"),
    "pytorch-statedict": ("pytorch", None, "model.pt"),
    "pyspark-pipelinemodel": ("pyspark", "PipelineModel", "model"),
    "sklearn-logreg-iris": ("scikit-learn", "LogisticRegression", "model.joblib"),
    "sklearn-pipeline-mixed": ("scikit-learn", "Pipeline", "model.joblib"),
    "tensorflow-keras-kerasfile": ("tensorflow", "Sequential", "model.keras"),
    "xgboost-booster": ("xgboost", "Booster", "model.json"),
}


def _manifest(folder: Path, path: str = "prebuilt", *, more: str = "", spec: str = "") -> Path:
    manifest = folder / "model.yaml"
    manifest.write_text(MANIFEST.format(path=path, more=more) + spec)
    return manifest


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _zip(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _files(folder).items():
            archive.writestr(name, content)


def _values(items) -> dict[str, object]:
    return {item["key"]: item["value"] for item in items}


@pytest.fixture
def simple(tmp_path):
    """A small artifact that passes every check; returns the project's folder."""
    folder = tmp_path / "prebuilt"
    folder.mkdir()
    (folder / "score.py").write_text(SCORE)
    (folder / "runtime.yaml").write_text("MODEL_ARTIFACT_VERSION: '3.0'\n")
    return tmp_path


@pytest.fixture(params=MODELS)
def ads(request, tmp_path):
    """An artifact as ADS made it (with another score.py): its golden's name, and the project's folder."""
    golden = GOLDENS / request.param
    folder = tmp_path / "prebuilt"
    shutil.copytree(golden / "artifact", folder)
    (folder / "score.py").write_text(SCORE)
    for name in ("input_schema.json", "output_schema.json"):
        shutil.copy(golden / name, folder / name)
    return request.param, tmp_path


def test_what_ads_made_is_kept_and_told_to_the_catalog(ads):
    name, project = ads
    build = compile_manifest(_manifest(project))
    prebuilt = project / "prebuilt"
    assert _files(build.artifact) == _files(prebuilt)
    framework, algorithm, model = MODELS[name]
    taxonomy, custom = _values(build.record.taxonomy), _values(build.record.custom)
    assert (taxonomy["Framework"], taxonomy["Algorithm"]) == (framework, algorithm)
    assert custom["ModelFileName"] == model
    assert custom["ClientLibrary"] == "NA"  # a directory of ADS's does not say who made it
    assert json.loads(taxonomy["ArtifactTestResults"]) == json.loads((prebuilt / "test_json_output.json").read_text())
    metadata = json.loads((GOLDENS / name / "metadata.json").read_text())
    recorded = {key: value for key, value in _values(metadata["custom"]).items() if key.startswith("CondaEnv")}
    assert {key: custom[key] for key in recorded} == recorded
    wanted = build.desired.model.body
    for side in ("input", "output"):
        own = (prebuilt / f"{side}_schema.json").read_text()
        assert wanted[f"{side}Schema"] == own or "NaN" in own


def test_a_schema_with_nan_reaches_the_catalog_without_it(tmp_path):
    golden = GOLDENS / "generic-customclass"
    shutil.copytree(golden / "artifact", tmp_path / "prebuilt")
    (tmp_path / "prebuilt" / "model.pkl").unlink()  # the recorded one is damaged
    (tmp_path / "prebuilt" / "score.py").write_text(SCORE)
    shutil.copy(golden / "input_schema.json", tmp_path / "prebuilt")
    assert "NaN" in (tmp_path / "prebuilt" / "input_schema.json").read_text()
    build = compile_manifest(_manifest(tmp_path))
    assert [warning.code for warning in build.warnings] == ["MF536"]
    columns = json.loads(build.desired.model.body["inputSchema"], parse_constant=pytest.fail)["schema"]
    assert columns[0]["domain"]["stats"]["count"] == 2.0
    again = compile_manifest(tmp_path / "model.yaml")
    assert again.unchanged
    assert again.warnings == build.warnings


def test_directory_and_zip_are_the_same_artifact_and_validate_writes_nothing(simple):
    manifest = _manifest(simple)
    first = compile_manifest(manifest)
    _zip(simple / "prebuilt", simple / "prebuilt.zip")
    shutil.rmtree(simple / "build")
    shutil.rmtree(simple / ".manifact")
    _manifest(simple, "prebuilt.zip")
    before = _files(simple)
    assert validate_manifest(manifest) == ()
    assert _files(simple) == before
    second = compile_manifest(manifest)
    assert second.record.digest == first.record.digest
    assert _files(second.artifact) == _files(simple / "prebuilt")
    assert compile_manifest(manifest).unchanged
    (simple / "prebuilt.zip").touch()
    (simple / "build" / "elsewhere" / "plan.json").unlink()
    compile_manifest(manifest)
    assert {path.name for path in (simple / "build").iterdir()} == {".gitignore", "elsewhere"}


def test_a_large_file_is_linked(simple):
    weights = simple / "prebuilt" / "weights.bin"
    weights.write_bytes(bytes(1 << 20) * 64)
    _zip(simple / "prebuilt", simple / "prebuilt.zip")
    build = compile_manifest(_manifest(simple))
    assert (build.artifact / "weights.bin").stat().st_nlink == weights.stat().st_nlink  # 2, or 1 with shared extents
    assert (build.artifact / "weights.bin").samefile(weights) == (weights.stat().st_nlink == 2)
    digest = build.record.digest
    assert compile_manifest(_manifest(simple, "prebuilt.zip")).record.digest == digest


def test_our_own_artifact_gives_its_own_digest_again(wine, manifact):
    first = compile_manifest(wine / "model.yaml")
    shutil.copytree(first.artifact, wine / "prebuilt")
    shutil.copy(wine / "model.yaml", wine / "first.yaml")
    build = compile_manifest(_manifest(wine, spec="  useCase: multinomial_classification\n"))
    assert build.record.digest == first.record.digest
    assert build.record.taxonomy == first.record.taxonomy
    assert build.record.custom == first.record.custom
    ours, theirs = build.desired.model.body, first.desired.model.body
    assert {key: ours[key] for key in ("inputSchema", "outputSchema")} == {
        key: theirs[key] for key in ("inputSchema", "outputSchema")
    }


def test_a_change_of_the_artifact_is_seen(simple):
    manifest = _manifest(simple)
    first = compile_manifest(manifest)
    assert compile_manifest(manifest).unchanged
    (simple / "prebuilt" / "notes.txt").write_text("new")
    second = compile_manifest(manifest)
    assert (second.unchanged, second.record.digest == first.record.digest) == (False, False)


def test_what_running_left_behind_is_left_out_of_a_directory(simple):
    digest = compile_manifest(_manifest(simple)).record.digest
    (simple / "prebuilt" / "__pycache__").mkdir()
    (simple / "prebuilt" / "__pycache__" / "score.cpython-311.pyc").write_bytes(b"x")
    (simple / "prebuilt" / ".DS_Store").write_bytes(b"x")
    assert compile_manifest(simple / "model.yaml").record.digest == digest


def test_a_link_in_a_directory_is_refused(simple):
    (simple / "prebuilt" / "passwd").symlink_to("/etc/passwd")
    (simple / "prebuilt" / "folder").symlink_to("/etc")
    with pytest.raises(CompilerError) as refused:
        compile_manifest(_manifest(simple))
    assert [problem.code for problem in refused.value.diagnostics] == ["MF502", "MF502"]


def test_two_models_are_no_guess(wine):
    folder = wine / "prebuilt"
    shutil.copytree(compile_manifest(wine / "model.yaml").artifact, folder)
    (folder / "model_artifact_manifest.json").unlink()
    shutil.copy(folder / "model.joblib", folder / "other.joblib")
    build = compile_manifest(_manifest(wine))
    taxonomy = _values(build.record.taxonomy)
    assert (taxonomy["Framework"], taxonomy["Algorithm"], taxonomy["Hyperparameters"]) == (None, None, None)
    assert _values(build.record.custom)["ModelFileName"] == "NA"
    overridden = compile_manifest(_manifest(wine, spec="  catalog: {taxonomy: {framework: ensemble}}\n"))
    listed = _values(overridden.desired.model.body["definedMetadataList"])
    assert listed["Framework"] == "ensemble"


def test_a_damaged_model_file_is_a_warning_and_no_fact(simple):
    (simple / "prebuilt" / "model.joblib").write_bytes(b"\x80\x04\x95broken")
    build = compile_manifest(_manifest(simple))
    assert [warning.code for warning in build.warnings] == ["MF535"]
    assert build.facts.framework is None


def test_a_container_needs_neither_score_nor_runtime(tmp_path):
    folder = tmp_path / "prebuilt" / "weights"
    folder.mkdir(parents=True)
    (folder / "part-0.bin").write_bytes(b"\x00" * 100)
    build = compile_manifest(_manifest(tmp_path, more=", contract: container"))
    assert build.container
    assert _files(build.artifact) == {"weights/part-0.bin": b"\x00" * 100}


def test_golden_rows_of_the_manifest_go_out_by_column(simple):
    (simple / "input.csv").write_text("a,b\n1,2\n3,4\n")
    (simple / "output.csv").write_text("y\n0\n1\n")
    spec = "  samples: {input: input.csv, output: output.csv}\n  deployment: {shape: VM.Standard.E4.Flex}\n"
    build = compile_manifest(_manifest(simple, spec=spec))
    smoke = build.desired.deployment.smoke
    assert (smoke.request, smoke.expected) == ({"a": [1, 3], "b": [2, 4]}, (0, 1))
    assert compile_manifest(simple / "model.yaml").golden == build.golden


def test_attached_files_are_part_of_the_build_and_go_when_nobody_wants_them(simple):
    (simple / "shap.html").write_text("<p>one</p>")
    spec = "  catalog: {custom: [{key: shap, artifact: shap.html}]}\n"
    build = compile_manifest(_manifest(simple, spec=spec))
    (attached,) = attached_files(build.directory).values()
    assert attached.read_text() == "<p>one</p>"
    attached.unlink()
    assert not compile_manifest(simple / "model.yaml").unchanged
    (simple / "shap.html").write_text("<p>two</p>")
    changed = compile_manifest(simple / "model.yaml")
    assert [path.read_text() for path in attached_files(changed.directory).values()] == ["<p>two</p>"]
    assert attached_files(compile_manifest(_manifest(simple)).directory) == {}


def test_a_fetched_artifact_is_a_zip_in_the_cache(simple):
    _zip(simple / "prebuilt", simple / "wine.zip")
    sha256 = hashlib.sha256((simple / "wine.zip").read_bytes()).hexdigest()
    source = f"  artifact: {{uri: 'oci://models@cellar/wine.zip', sha256: {sha256}}}\n"
    manifest = simple / "model.yaml"
    manifest.write_text(MANIFEST.format(path="x", more="").partition("  artifact")[0] + source)
    place = simple / ".manifact" / "fetched" / sha256 / "wine.zip"
    place.parent.mkdir(parents=True)
    (simple / "wine.zip").rename(place)
    assert _files(compile_manifest(manifest).artifact) == _files(simple / "prebuilt")


def test_a_model_id_builds_a_plan_alone_and_takes_the_place_of_a_build(simple):
    manifest = _manifest(simple)
    compile_manifest(manifest)
    source = manifest.read_text()
    manifest.write_text(
        source.replace("artifact: {path: prebuilt}", "modelId: '${var.MODEL}'\n  deployment: {shape: VM.Standard2.1}")
    )
    build = compile_manifest(manifest)
    assert (build.record, build.desired.model, build.desired.model_id) == (None, None, "${var.MODEL}")
    assert [path.name for path in build.directory.iterdir()] == ["plan.json"]
    assert compile_manifest(manifest).unchanged
    manifest.write_text(source)
    assert compile_manifest(manifest).record is not None
