"""File names whose letters are decomposed on the disk (macOS) and composed in the manifest, and the other way."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("written", ["NFC", "NFD"])
def test_a_name_is_found_in_either_form(on_disk: str, written: str, wine: Path, manifact) -> None:
    folder = wine / unicodedata.normalize(on_disk, "Proben-für-Ä")
    (wine / "samples").rename(folder)
    (wine / "model.joblib").rename(wine / unicodedata.normalize(on_disk, "modèle.joblib"))
    text = (wine / "model.yaml").read_text().replace("path: model.joblib", "path: modèle.joblib")
    text = text.replace("samples/", "Proben-für-Ä/")
    (wine / "model.yaml").write_text(unicodedata.normalize(written, text))
    compiled = manifact("compile")
    assert compiled.code == 0, compiled.err
    record = json.loads((wine / "build" / "wine-cultivar" / "artifact.json").read_text())
    assert "modèle.joblib" in [file["path"] for file in record["files"]]


def test_a_name_that_is_not_there_is_told(wine: Path, manifact) -> None:
    text = (wine / "model.yaml").read_text().replace("path: model.joblib", "path: modèle.joblib")
    (wine / "model.yaml").write_text(text)
    refused = manifact("compile")
    assert (refused.code, "modèle.joblib" in refused.err) == (1, True)
