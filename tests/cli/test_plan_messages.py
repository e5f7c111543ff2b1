"""What plan, apply, destroy, list, introspect and import say, in the cases where it was misleading."""

from __future__ import annotations

import json

import pytest

from testing import unmanaged

MANIFEST = """\
apiVersion: manifact/v1
kind: Model
metadata: {name: NAME}
spec:
  artifact: {path: artifact}
  deployment: {shape: VM.Standard2.1}
"""


@pytest.fixture
def red(cellar):
    """A model that needs no framework."""
    return written(cellar, "red")


def written(root, name):
    folder = root / "models" / name
    (folder / "artifact").mkdir(parents=True)
    for path, content in unmanaged.FILES.items():
        (folder / "artifact" / path).write_bytes(content)
    (folder / "model.yaml").write_text(MANIFEST.replace("NAME", name))
    return folder


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (("apply", "--plan", "f", "models/red"), 64, "MF913"),
        (("apply", "--plan", "f", "--prune"), 64, "MF913"),
        (("apply", "--plan", "f", "--all"), 64, "MF913"),
        (("apply", "--plan", "f", "--retry"), 64, "MF913"),
        (("destroy", "rde", "--yes"), 3, "nothing called 'rde' is in target 'local'"),
        (("destroy", "red", "--yes"), 0, ""),
        (("destroy", "models/red", "--yes"), 0, ""),
        (("plan", "-o", "f"), 0, "saved f; next: manifact apply --plan f"),
        (("plan", "-o", "f", "--markdown"), 0, "saved f; next: manifact apply --plan f"),
    ],
)
def test_what_is_said(red, manifact, command, code, words):
    said = manifact(*command)
    assert (said.code, words in said.err) == (code, True), said.out + said.err


def test_the_markdown_of_a_plan_has_no_placeholders_and_a_replacement_is_none_of_the_deletions(red, manifact, cellar):
    assert manifact("apply", "--verify", "never").code == 0
    (red / "artifact" / "factor.txt").write_text("3")
    moved = manifact("plan", "--markdown").out
    assert ("the new version" in moved, "${model.id}" in moved) == (True, False)
    (red / "artifact" / "factor.txt").write_bytes(unmanaged.FILES["factor.txt"])
    image = "{image: fra.ocir.io/ns/server:1}"
    text = MANIFEST.replace("NAME", "red").replace("artifact}", "artifact, contract: container}")
    (red / "model.yaml").write_text(text.replace("{shape", f"{{container: {image}, shape"))
    replaced = manifact("plan")
    assert "1 to replace, 0 to delete." in replaced.out, replaced.out + replaced.err


def test_names_before_age_in_status_and_list(cellar, manifact):
    for name in ("white", "red"):
        written(cellar, name)
        assert manifact("apply", f"models/{name}", "--verify", "never").code == 0
    status = [(item["kind"], item["name"]) for item in json.loads(manifact("status", "--json").out)["resources"]]
    assert status == [("model", "red"), ("model", "white"), ("deployment", "red"), ("deployment", "white")]
    listed = json.loads(manifact("list", "--json").out)["resources"]
    for kind in ("model", "deployment"):
        assert [item["name"] for item in listed if item["kind"] == kind] == ["red", "white"]


def test_a_damaged_artifact_names_its_files(red, manifact):
    known = {"score.py": {"sha256": "0" * 64, "size": 1}, "gone.txt": {"sha256": "0" * 64, "size": 1}}
    (red / "artifact" / "model_artifact_manifest.json").write_text(json.dumps({"version": 1, "files": known}))
    said = manifact("introspect", red / "artifact").out
    assert "gone.txt is missing" in said
    assert "score.py has changed" in said


def test_import_adds_nothing_that_says_nothing(cellar, manifact):
    with unmanaged.cloud(cellar) as connection:
        model = unmanaged.make_model(connection)
    said = manifact("import", model, "models/red", "--yes")
    assert (said.code, '"NA"' in said.out) == (0, False), said.out
    assert "No changes." in manifact("plan", "models/red").out
    shown = json.loads(manifact("show", model, "--json").out)
    assert "NA" not in [item["value"] for item in shown["record"]["customMetadataList"]]


def test_show_says_what_the_digest_of_files_in_a_bucket_is(cellar, red, manifact):
    with unmanaged.cloud(cellar) as connection:
        details = {"name": "staging", "compartmentId": connection.place.compartment_id}
        connection.object_storage.create_bucket("local", details)
    catalog = "catalog: {byReference: true, staging: {uri: 'oci://staging@local/'}}"
    text = MANIFEST.replace("NAME", "red").replace("deployment: {shape: VM.Standard2.1}", catalog)
    (red / "model.yaml").write_text(text)
    assert manifact("apply", "--verify", "never").code == 0
    (line,) = [line for line in manifact("show", "red").out.splitlines() if line.startswith("    artifact ")]
    assert "sha256 over its files' md5" in line
