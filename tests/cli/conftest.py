"""Commands in an empty project."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from testing import unmanaged
from testing.paths import MANIFESTS


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of a model that needs no framework (the working directory)."""
    folder = tmp_path / "rules"
    shutil.copytree(MANIFESTS / "generic-rules", folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def cellar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty project (the working directory); what runs in it is ended afterwards."""
    root = tmp_path / "cellar"
    root.mkdir()
    (root / "manifact.yaml").write_text("apiVersion: manifact/v1\nkind: Project\nmetadata: {name: cellar}\n")
    monkeypatch.chdir(root)
    yield root
    unmanaged.remove(root)
