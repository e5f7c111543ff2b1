"""The models that Oracle ADS 2.16.1 prepared, compiled here from a manifest and compared with what ADS made of them.

Where the two differ on purpose, `docs/ads-compatibility.md` says so, and this module names the difference.
"""

import json
import math
import pickletools
import shutil

import pytest

from testing.paths import GOLDENS

PACK = (
    "oci://service-conda-packs@id19sfcrra6z/service_pack/cpu/"
    "General_Machine_Learning_for_CPUs_on_Python_3.11/1.0/generalml_p311_cpu_x86_64_v1"
)
MANIFEST = """\
apiVersion: manifact/v1
kind: Model
metadata: {{name: golden}}
spec:
  model:
    path: {model}{more}
  environment:
    inference: {{path: "{pack}", python: "3.11"}}
  useCase: {use_case}
  samples: {{input: {input}, labels: {labels}}}{columns}
"""
ARCHITECTURE = "\n    architecture: {file: netdef.py, class: Net}"
CATEGORY = "\n  columns: {input: {segment: {dtype: category}}}"

# golden -> model file, further lines under `model`, sample of input, of labels, further lines of the manifest
CASES = {
    "sklearn-logreg-iris": ("model.joblib", "", "sample_X.npz", "sample_y.npz", ""),
    "sklearn-pipeline-mixed": ("model.joblib", "", "sample_X.csv", "sample_y.csv", CATEGORY),
    "xgboost-booster": ("model.json", "", "sample_X.csv", "sample_y.csv", ""),
    "lightgbm-booster": ("model.txt", "", "sample_X.csv", "sample_y.csv", ""),
    "pytorch-statedict": ("model.pt", ARCHITECTURE, "sample_X.npz", "sample_y.npz", ""),
    "tensorflow-keras-kerasfile": ("model.keras", "", "sample_X.npz", "sample_y.npz", ""),
    "pyspark-pipelinemodel": ("model", "", "sample_X.csv", "sample_y.json", ""),
}


@pytest.fixture(params=CASES, scope="module")
def golden(request, tmp_path_factory):
    """A project around one golden: its name, its folder."""
    name = request.param
    folder = tmp_path_factory.mktemp(name)
    shutil.copytree(GOLDENS / name, folder, dirs_exist_ok=True)
    shutil.copytree(GOLDENS / name / "artifact", folder, dirs_exist_ok=True)
    shutil.rmtree(folder / "artifact")
    model, more, sample, labels, columns = CASES[name]
    manifest = MANIFEST.format(
        model=model, more=more, pack=PACK, use_case=_taxonomy(name)["UseCaseType"], input=sample, labels=labels,
        columns=columns,
    )  # fmt: skip
    (folder / "model.yaml").write_text(manifest)
    return name, folder


@pytest.fixture
def built(golden, manifact, monkeypatch):
    """The golden compiled: its name, its artifact directory, artifact.json."""
    name, folder = golden
    monkeypatch.chdir(folder)
    result = manifact("compile")
    assert (result.code, result.err) == (0, "")
    build = folder / "build" / "golden"
    return name, build / "artifact", json.loads((build / "artifact.json").read_text())


def _metadata(name):
    return json.loads((GOLDENS / name / "metadata.json").read_text())


def _taxonomy(name):
    return {item["key"]: item["value"] for item in _metadata(name)["oci_defined_metadata_list"]}


def _rounded(value):
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, dict):
        return {
            key: _rounded(item) for key, item in value.items() if not (isinstance(item, float) and math.isnan(item))
        }
    return [_rounded(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("side", ["input_schema.json", "output_schema.json"])
def test_schemas_equal_ads_own(built, side):
    name, artifact, _ = built
    ours, theirs = ((folder / side).read_text() for folder in (artifact, GOLDENS / name))
    assert _rounded(json.loads(ours)) == _rounded(json.loads(theirs))


def test_introspection_results_have_ads_form_and_pass(built):
    name, artifact, _ = built
    ours = json.loads((artifact / "test_json_output.json").read_text())
    theirs = json.loads(_taxonomy(name)["ArtifactTestResults"])
    # ADS asked the network whether the pack exists; without a lock entry nobody vouches for it here.
    asked = theirs.pop("runtime_path_exist")
    ours_asked = ours.pop("runtime_path_exist")
    assert ours == theirs
    assert {**ours_asked, "success": True} == asked


def test_custom_metadata_has_ads_keys_categories_and_values(built):
    name, artifact, record = built
    ours = {item["key"]: item for item in record["metadata"]["custom"]}
    for theirs in _metadata(name)["oci_custom_metadata_list"]:
        item = ours[theirs["key"]]
        assert (item["category"], item["description"]) == (theirs["category"], theirs["description"])
        if theirs["key"] == "ModelArtifacts":
            # ADS lists the files before it has written all of them, in the order of the file system.
            # Here the finished artifact's files are listed, sorted; both are cut to 255 characters.
            listed = ", ".join(sorted(p.relative_to(artifact).as_posix() for p in artifact.rglob("*") if p.is_file()))
            assert len(item["value"]) <= 255
            assert listed.startswith(item["value"].removesuffix("..."))
        elif theirs["key"] == "ClientLibrary":
            assert item["value"] in ("ADS", "manifact")
        else:
            assert item["value"] == theirs["value"], theirs["key"]


# Formats that do not record the version of the library that wrote them; ADS asked the library in memory.
NO_VERSION = {"lightgbm-booster", "pytorch-statedict", "tensorflow-keras-kerasfile"}


def test_taxonomy_has_ads_values(built):
    name, _, record = built
    ours = {item["key"]: item["value"] for item in record["metadata"]["taxonomy"]}
    theirs = _taxonomy(name)
    assert set(ours) == set(theirs)
    assert ours["UseCaseType"] == theirs["UseCaseType"]
    assert (ours["Framework"], ours["Algorithm"]) == (theirs["Framework"], theirs["Algorithm"])
    if name not in NO_VERSION:
        assert ours["FrameworkVersion"] == theirs["FrameworkVersion"]


# LightGBM writes its parameters under their canonical names; the user, and so ADS, may have used an alias.
ALIASES = {"verbose": "verbosity"}


def test_hyperparameters_are_ads_own_with_native_values(built):
    name, _, record = built
    if name not in ("sklearn-logreg-iris", "lightgbm-booster"):
        pytest.skip("ADS records another structure for this framework: see docs/ads-compatibility.md")
    ours = json.loads({item["key"]: item["value"] for item in record["metadata"]["taxonomy"]}["Hyperparameters"])
    theirs = json.loads(_taxonomy(name)["Hyperparameters"])
    aliases = ALIASES if name.startswith("lightgbm") else {}
    known = {aliases.get(key, key): str(value) for key, value in theirs.items()}
    assert known.items() <= {key: str(value) for key, value in ours.items()}.items()


def test_the_golden_that_was_damaged_in_recording_is_told_as_damaged(manifact):
    """A path inside this cloudpickle was rewritten without its length, so that Python cannot read it either."""
    path = GOLDENS / "generic-customclass" / "artifact" / "model.pkl"
    with pytest.raises(ValueError, match="opcode b'x' unknown"):
        list(pickletools.genops(path.read_bytes()))
    result = manifact("inspect", path)
    assert (result.code, "MF203" in result.err) == (1, True)
