"""Folders without git and without a project file: one store for manifests by path and models by name."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from testing import unmanaged
from testing.command import Manifact
from testing.paths import ROOT

NAME = "wine-cultivar"
WINE = "manifests/sklearn-wine"


@pytest.fixture
def cellar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manifact: Manifact) -> Iterator[Path]:
    """The working directory, with the example in a folder of it."""
    folder = tmp_path / "cellar"
    shutil.copytree(ROOT / "manifests" / "sklearn-wine", folder / "manifests" / "sklearn-wine")
    shutil.rmtree(folder / "manifests" / "sklearn-wine" / "build", ignore_errors=True)
    monkeypatch.chdir(folder)
    assert not any((above / ".git").exists() for above in folder.parents)
    yield folder
    manifact("local", "stop")


def test_the_whole_life_of_a_model_by_name(cellar: Path, manifact: Manifact) -> None:
    assert manifact("compile", WINE).code == 0
    assert manifact("apply", WINE, "--yes").code == 0
    answer = manifact("predict", NAME, "--data", f"{WINE}/samples/input.csv")
    assert (answer.code, "class_1" in answer.out) == (0, True), answer.err
    assert answer.out == manifact("predict", WINE, "--data", f"{WINE}/samples/input.csv").out
    assert "ACTIVE" in manifact("status", NAME).out
    assert NAME in manifact("list").out
    assert NAME in manifact("show", NAME).out
    assert manifact("logs", NAME).code == 0
    assert manifact("pull", NAME, "pulled").code == 0
    assert "No changes" in manifact("plan", WINE).out
    assert manifact("destroy", NAME, "--yes").code == 0
    assert json.loads(manifact("status", "--json").out)["resources"] == []
    assert (cellar / ".manifact").is_dir()
    assert not (cellar / WINE / ".manifact").exists()
    assert not (cellar / WINE / "build").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("predict", NAME, "--data", "x.json"),
        ("show", NAME),
        ("status", NAME),
        ("status",),
        ("list",),
        ("logs", NAME),
        ("pull", NAME, "pulled"),
        ("destroy", NAME, "--yes"),
        ("import", NAME, "--yes"),
        ("import", NAME, "taken", "--yes"),
        ("local", "status"),
        ("local", "stop"),
    ],
    ids=" ".join,
)
def test_a_command_about_nothing_leaves_nothing(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manifact: Manifact
) -> None:
    (tmp_path / "x.json").write_text("[[1]]")
    monkeypatch.chdir(tmp_path)
    ended = manifact(*words)
    assert "Traceback" not in ended.err
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]


@pytest.mark.parametrize("elsewhere", ["taken", "../taken"])
def test_a_failed_import_does_not_block_the_right_one(elsewhere: str, cellar: Path, manifact: Manifact) -> None:
    assert manifact("import", "nobody", elsewhere, "--yes").code != 0
    assert not (cellar / elsewhere).exists()
    assert not (cellar / ".manifact").exists()
    with unmanaged.cloud(cellar) as connection:
        model = unmanaged.make_model(connection)
    second = manifact("import", model, "taken", "--yes")
    assert second.code == 0, second.err
    assert (cellar / "taken" / "model.yaml").is_file()
    assert manifact("plan", "taken", "--exit-code").code == 0
