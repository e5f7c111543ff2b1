"""What all tests share: running the command in this process, and a project with the wine model."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from compiler.cli import main

ROOT = Path(__file__).parent.parent
WINE = ROOT / "manifests" / "sklearn-wine"


def pytest_addoption(parser):
    parser.addoption("--update-expected", action="store_true", help="rewrite the expected messages of tests/cases")


def pytest_collection_modifyitems(items):
    """Fast tests first: most mistakes show within seconds."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)


@dataclass(frozen=True)
class Result:
    """What one command printed, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def manifact(capsys):
    """Run a command in this process."""

    def run(*arguments: object) -> Result:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return Result(int(code), captured.out, captured.err)

    return run


@pytest.fixture
def wine(tmp_path, monkeypatch):
    """A fresh project folder (the working directory) with the wine example in it."""
    folder = tmp_path / "wine"
    shutil.copytree(WINE, folder)
    monkeypatch.chdir(folder)
    return folder
