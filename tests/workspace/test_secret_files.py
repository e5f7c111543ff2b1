"""No way into an artifact takes a file that looks like a secret; the list of such files is the tests' own."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from testing.command import Manifact
from testing.security_lists import entries

SECRETS = entries("secret_files")
ORDINARY = entries("ordinary_files")
BY_NAME = [path for path in SECRETS if path.count("/") == 0]
"""Secrets by their own name, and not by the folder that they lie in."""
OURS = {
    "score.py": "def load_model(): ...\ndef predict(data): ...\n",
    "runtime.yaml": "MODEL_ARTIFACT_VERSION: '3.0'\n",
}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


def include(wine: Path, name: str) -> None:
    manifest = wine / "model.yaml"
    manifest.write_text(manifest.read_text().replace("spec:\n", f"spec:\n  include: ['{name}']\n", 1))
    write(wine, {name: "a line"})


def prebuilt(folder: Path, path: str) -> None:
    text = "apiVersion: manifact/v1\nkind: Model\nmetadata: {name: theirs}\n"
    (folder / "model.yaml").write_text(text + f"spec: {{artifact: {{path: {path}}}}}\n")


def archive(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name in (*OURS, *names):
            file.writestr(name, OURS.get(name, "a line"))
    return path


@pytest.mark.parametrize("name", SECRETS)
def test_a_file_that_a_manifest_includes(name: str, wine: Path, manifact: Manifact) -> None:
    include(wine, name)
    refused = manifact("validate")
    assert (refused.code, f"error[MF110]: '{name}' looks like a secret" in refused.err) == (1, True), refused.err


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_file_that_a_manifest_includes(name: str, wine: Path, manifact: Manifact) -> None:
    include(wine, name)
    assert manifact("validate").code == 0


@pytest.mark.parametrize("name", SECRETS)
def test_a_folder_that_was_made_elsewhere(name: str, tmp_path: Path, manifact: Manifact) -> None:
    write(tmp_path / "prebuilt", {**OURS, name: "a line"})
    prebuilt(tmp_path, "prebuilt")
    refused = manifact("compile", tmp_path)
    assert (refused.code, f"error[MF110]: '{name}' looks like a secret" in refused.err) == (1, True), refused.err
    assert not list(tmp_path.glob("build/*/artifact"))


@pytest.mark.parametrize("name", SECRETS)
def test_an_archive_that_was_made_elsewhere(name: str, tmp_path: Path, manifact: Manifact) -> None:
    archive(tmp_path / "prebuilt.zip", name)
    prebuilt(tmp_path, "prebuilt.zip")
    refused = manifact("compile", tmp_path)
    assert (refused.code, f"error[MF110]: '{name}' looks like a secret" in refused.err) == (1, True), refused.err


def test_ordinary_files_of_an_archive(tmp_path: Path, manifact: Manifact) -> None:
    archive(tmp_path / "prebuilt.zip", *ORDINARY)
    prebuilt(tmp_path, "prebuilt.zip")
    assert manifact("compile", tmp_path).code == 0


@pytest.mark.parametrize("name", BY_NAME)
def test_an_object_in_a_bucket(name: str, wine: Path, manifact: Manifact) -> None:
    name_by_uri(wine, f"keys/{name}")
    refused = manifact("fetch")
    assert (refused.code, f"error[MF110]: '{name}' looks like a secret" in refused.err) == (1, True), refused.err


@pytest.mark.parametrize("name", ["a\\\\b.joblib", "a/..", "a/.", "a/", "a\\x01b", ".."])
def test_an_object_that_no_single_file_can_be_called_after(name: str, wine: Path, manifact: Manifact) -> None:
    """A backslash separates folders where somebody unpacks it on another system. Names as YAML writes them."""
    name_by_uri(wine, name)
    refused = manifact("fetch")
    assert (refused.code, "error[MF226]" in refused.err) == (1, True), refused.err


def name_by_uri(wine: Path, name: str) -> None:
    head, _, tail = (wine / "model.yaml").read_text().partition("  model:\n")
    source = f'    uri: "oci://models@local/{name}"\n    sha256: {"ab" * 32}\n'
    (wine / "model.yaml").write_text(f"{head}  model:\n{source}  environment:{tail.partition('  environment:')[2]}")
