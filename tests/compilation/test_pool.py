"""Many manifests are compiled by several processes, with what one process would give."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from compiler.compilation import batch, pool
from compiler.compilation.batch import CompiledManifest, compile_each
from compiler.compilation.declared_name import declared_name
from testing.paths import MANIFESTS
from testing.some import some

COUNT = 30
WINE = MANIFESTS / "sklearn-wine"
PROJECT = "apiVersion: manifact/v1\nkind: Project\nmetadata: {name: fleet}\nmanifests: ['*/model.yaml']\n"


@pytest.fixture
def fleet(tmp_path: Path) -> list[Path]:
    """Thirty manifests: two of one name, one with a field that is wrong, one whose model is missing."""
    (tmp_path / "manifact.yaml").write_text(PROJECT)
    text = (WINE / "model.yaml").read_text()
    for number in range(COUNT):
        folder = tmp_path / f"m{number:02}"
        shutil.copytree(WINE, folder)
        (folder / "model.yaml").write_text(text.replace("wine-cultivar", f"wine-{number % (COUNT - 1)}"))
    wrong = tmp_path / "m07" / "model.yaml"
    wrong.write_text(wrong.read_text().replace("useCase", "usecase"))
    (tmp_path / "m08" / "model.joblib").unlink()
    return sorted(tmp_path.glob("m*/model.yaml"))


def compiled(paths: list[Path]) -> list[CompiledManifest]:
    return list(compile_each(paths, lambda folder: folder.parent))


def facts(item: CompiledManifest) -> tuple[object, ...]:
    digest = item.build.record.digest if item.build and item.build.record else None
    return item.path, digest, item.build and item.build.unchanged, item.failed, item.problems


def test_several_processes_give_what_one_gives(fleet: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    several = [facts(item) for item in compiled(fleet)]
    for name in ("build", ".manifact"):
        shutil.rmtree(fleet[0].parents[1] / name)
    monkeypatch.setattr(batch, "POOLED", COUNT + 1)
    assert several == [facts(item) for item in compiled(fleet)]
    failed = [path.parent.name for path, _, _, wrong, _ in several if wrong]
    assert failed == ["m00", "m07", "m08", "m29"]


def test_a_process_that_ends_costs_nothing(fleet: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    start = pool._start

    def started() -> subprocess.Popen[str]:
        worker = start()
        os.kill(worker.pid, signal.SIGKILL)
        return worker

    monkeypatch.setattr(pool, "_start", started)
    assert [item.failed for item in compiled(fleet)].count(False) == COUNT - 4


def test_nothing_is_left_running_when_the_reader_stops(fleet: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    workers: list[subprocess.Popen[str]] = []
    start = pool._start
    monkeypatch.setattr(pool, "_start", lambda: workers.append(start()) or workers[-1])
    results = compile_each(fleet, lambda folder: folder.parent)
    next(results)
    next(results)
    results.close()
    assert workers
    assert all(worker.poll() is not None for worker in some(workers))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("metadata:\n  name: wine\n", "wine"),
        ("apiVersion: x\nmetadata: # of a model\n  # the name\n  name: wine # yes\nspec:\n  name: other\n", "wine"),
        ("metadata:\n  labels:\n    name: inner\n  name: outer\n", "outer"),
        ("metadata: {name: wine}\n", "wine"),
        ("{metadata: {name: wine}}\n", "wine"),
        ("metadata:\n  name: 'wine'\n", "wine"),
        ("metadata:\n  name: 12\n", None),
        ("metadata:\n  description: |\n    name: no\n  name: wine\n", "wine"),
        ("metadata:\n  description: 'a\n\n  name: no\n\n  b'\n  name: \"wine\"\n", "wine"),
        ("spec:\n  metadata:\n    name: inner\n", None),
        ("metadata:\r\n  name: wine\r\n", "wine"),
        ("metadata:\n  labels: {}\n", None),
        ("metadata: [", None),
    ],
)
def test_the_name_a_manifest_declares(text: str, name: str | None, tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_bytes(text.encode())
    assert declared_name(path) == name
