"""The code of docs/python.md runs, block after block, as somebody would paste it."""

from __future__ import annotations

import builtins
import re
import shutil
from pathlib import Path

import pytest

from testing.paths import ROOT

PAGE = ROOT / "docs" / "python.md"
WINE = ROOT / "manifests" / "sklearn-wine"


def blocks() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.slow
def test_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(WINE, tmp_path / "wine")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(builtins, "input", lambda _prompt: "yes")
    names: dict[str, object] = {}
    for block in blocks():
        exec(compile(block, str(PAGE), "exec"), names)
    printed = capsys.readouterr().out
    assert "Plan: 3 to create, 0 to update, 0 to delete." in printed
    assert "['class_1', 'class_1', 'class_2']" in printed
    assert "MF102 unknown use case" in printed
