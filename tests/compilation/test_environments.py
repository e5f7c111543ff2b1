"""Conda environments: slugs through manifact.lock, versions in the model against those in the environment."""

import json

import pytest

from compiler.cloud.connect.connection import connect
from compiler.spec.project import Target

INDEX = {
    "service_packs": [
        {
            "slug": "generalml_p311_cpu_x86_64_v1",
            "pack_path": "oci://elsewhere@ns/service_pack/cpu/General_ML/1.0/generalml_p311_cpu_x86_64_v1",
            "python": "3.11",
            "libraries": ["scikit-learn (v1.9.1)", "pandas==2.2.0", "numpy 1.26.4", "odd one"],
        }
    ]
}


@pytest.fixture
def with_index(wine, monkeypatch):
    """The embedded OCI's Object Storage holds an index of conda packs."""
    with connect("local", Target(), root=wine, project="default") as connection:
        storage, place = connection.object_storage, connection.place
        namespace = storage.get_namespace().data.strip('"')
        storage.create_bucket(namespace, {"name": "packs", "compartmentId": place.compartment_id})
        storage.put_object(namespace, "packs", "service_pack/index.json", json.dumps(INDEX).encode())
    monkeypatch.setenv("CONDA_BUCKET_NS", namespace)
    monkeypatch.setenv("CONDA_BUCKET_NAME", "packs")
    return namespace


def _environment(wine, text):
    manifest = wine / "model.yaml"
    lines = manifest.read_text().splitlines(keepends=True)
    start = next(i for i, line in enumerate(lines) if line.startswith("  environment:"))
    lines[start : start + 4] = [text]
    manifest.write_text("".join(lines))


def test_a_slug_is_locked_once_and_then_needs_no_network(wine, manifact, with_index):
    _environment(wine, "  environment: {inference: generalml_p311_cpu_x86_64_v1}\n")
    unlocked = manifact("compile")
    assert (unlocked.code, "manifact lock generalml_p311_cpu_x86_64_v1" in unlocked.err) == (1, True)
    assert "generalml_p311_cpu_x86_64_v1" in manifact("lock", "--list").out
    assert manifact("lock", "generalml_p311_cpu_x86_64_v1").code == 0
    assert json.loads((wine / "manifact.lock").read_text())["condaPacks"]["generalml_p311_cpu_x86_64_v1"] == {
        "libraries": {"numpy": "1.26.4", "pandas": "2.2.0", "scikit-learn": "1.9.1"},
        "path": f"oci://packs@{with_index}/service_pack/cpu/General_ML/1.0/generalml_p311_cpu_x86_64_v1",
        "python": "3.11",
    }
    assert manifact("compile").code == 0
    runtime = (wine / "build/wine-cultivar/artifact/runtime.yaml").read_text()
    assert "INFERENCE_ENV_SLUG: generalml_p311_cpu_x86_64_v1" in runtime
    before = (wine / "manifact.lock").read_text()
    assert manifact("lock").code == 0
    assert (wine / "manifact.lock").read_text() == before


def test_a_slug_that_the_index_lacks_is_refused(wine, manifact, with_index):
    result = manifact("lock", "generalml_p311_cpu_x86_64_v2")
    assert (result.code, "did you mean 'generalml_p311_cpu_x86_64_v1'?" in result.err) == (64, True)
    assert not (wine / "manifact.lock").exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"lockVersion": 9, "artifactFormat": 1, "condaPacks": {}}'])
def test_a_damaged_lock_is_one_diagnostic(wine, manifact, text):
    (wine / "manifact.lock").write_text(text)
    result = manifact("compile")
    assert (result.code, result.err.count("MF401")) == (1, 1)


ENVIRONMENT = """\
  environment:
    inference:
      path: oci://packs@cellar/wine
      python: "3.11"
      file: environment.yaml
"""
SKEWS = {
    "the same": ("scikit-learn=1.9.1", 0, None),
    "the same with a build": ("conda-forge::scikit-learn=1.9.1=py311h_0", 0, None),
    "another minor release": ("scikit-learn==1.8.0", 0, "warning[MF404]"),
    "another major release": ("scikit-learn==0.24.2", 1, "error[MF404]"),
    "a range pins nothing": ("scikit-learn>=1.0", 0, None),
    "pip": ("{pip: [scikit-learn==1.5.2]}", 0, "warning[MF404]"),
}


@pytest.mark.parametrize(("pin", "code", "said"), SKEWS.values(), ids=SKEWS)
def test_a_version_skew_names_both_versions(wine, manifact, pin, code, said):
    _environment(wine, ENVIRONMENT)
    (wine / "environment.yaml").write_text(f"name: wine\ndependencies:\n  - python=3.11\n  - {pin}\n")
    result = manifact("compile")
    assert result.code == code
    if said is None:
        assert result.err == ""
    else:
        assert said in result.err
        assert "1.9.1" in result.err
