"""What compile promises: the same bytes always, nothing needed, nothing half-written."""

import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from compiler.cloud.objectstorage.zip_body import zip_body_of
from compiler.compilation.compile import compile_manifest

INCLUDES = {f"words/{name}.txt": name * 3 for name in "zyxwvutsrqponmlkjihgfedcba"}

# Runs the command in a process where no ML framework, no SDK and no network can be reached.
BARE = """
import importlib.abc, socket, sys
BLOCKED = {"sklearn", "numpy", "pandas", "joblib", "scipy", "oci", "xgboost", "lightgbm", "torch", "tensorflow",
           "keras", "pyspark", "onnx", "onnxruntime", "skops", "h5py", "pyarrow"}
class Blocker(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ImportError(f"{name} is blocked in this test")
def refuse(*_):
    raise OSError("no network in this test")
sys.meta_path.insert(0, Blocker())
socket.socket.connect = socket.socket.bind = socket.getaddrinfo = refuse
from compiler.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def _populate(folder: Path, wine: Path, seed: int) -> Path:
    """The same project, its files made in another order."""
    shutil.copytree(wine, folder)
    names = list(INCLUDES)
    random.Random(seed).shuffle(names)
    for name in names:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(INCLUDES[name])
        os.utime(path, (seed * 1000, seed * 1000))
    manifest = folder / "model.yaml"
    manifest.write_text(manifest.read_text().replace("  catalog:\n", "  include: [words]\n  catalog:\n"))
    return folder


def _run(folder: Path, **environment: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-c", BARE, "compile", "model.yaml", "--json"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder / "nobody"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _files(folder: Path) -> dict[str, bytes]:
    artifact = folder / "build" / "wine-cultivar" / "artifact"
    return {path.relative_to(artifact).as_posix(): path.read_bytes() for path in artifact.rglob("*") if path.is_file()}


def test_the_same_inputs_give_the_same_bytes_anywhere_and_without_anything(tmp_path, wine):
    one = _populate(tmp_path / "one", wine, seed=1)
    two = _populate(tmp_path / "elsewhere" / "two", wine, seed=2)
    first = _run(one, TZ="UTC", PYTHONHASHSEED="1", LC_ALL="C")
    second = _run(two, TZ="Asia/Tokyo", PYTHONHASHSEED="2", LC_ALL="C.UTF-8")
    assert first["builds"][0]["digest"] == second["builds"][0]["digest"]
    assert _files(one) == _files(two)
    zips = [_zip(folder) for folder in (one, two)]
    assert zips[0] == zips[1]
    (tmp_path / "a.zip").write_bytes(zips[0])
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == _files(one)
    plans = [(folder / "build" / "wine-cultivar" / "plan.json").read_bytes() for folder in (one, two)]
    assert plans[0] == plans[1]
    assert str(tmp_path) not in plans[0].decode()


def _zip(folder: Path) -> bytes:
    build = compile_manifest(folder / "model.yaml")
    archive = zip_body_of(build.artifact, build.record)
    content = b"".join(archive.chunks())
    assert len(content) == archive.size
    return content


def test_an_unchanged_manifest_is_not_built_again(wine, manifact):
    assert "built" in manifact("compile").out
    before = {path: path.stat().st_mtime_ns for path in (wine / "build").rglob("*")}
    assert "unchanged" in manifact("compile").out
    assert {path: path.stat().st_mtime_ns for path in (wine / "build").rglob("*")} == before


CHANGES = {
    "manifest": lambda wine: _edit(wine / "model.yaml", "percent by volume", "percent"),
    "sample": lambda wine: _edit(wine / "samples" / "input.csv", "12.33", "12.34"),
    "same size, same second": lambda wine: _edit(wine / "samples" / "output.csv", "class_1", "class_0"),
    "output deleted": lambda wine: (wine / "build/wine-cultivar/artifact/score.py").unlink(),
    "output edited": lambda wine: (wine / "build/wine-cultivar/artifact/score.py").write_text("mine = 1\n"),
    "project file appears": lambda wine: (wine / "manifact.yaml").write_text(
        "apiVersion: manifact/v1\nkind: Project\nmetadata: {name: cellar}\n"
    ),
}


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_of_an_input_or_an_output_is_seen(change, wine, manifact):
    manifact("compile")
    change(wine)
    assert "built" in manifact("compile").out
    assert "unchanged" in manifact("compile").out


def test_a_touched_file_of_the_same_content_is_no_change(wine, manifact):
    manifact("compile")
    os.utime(wine / "model.joblib", (1, 1))
    assert "unchanged" in manifact("compile").out


def test_a_damaged_cache_entry_costs_a_build_and_nothing_else(wine, manifact):
    manifact("compile")
    for entry in (wine / ".manifact" / "cache").glob("*.json"):
        entry.write_text('{"stamp": ')
    result = manifact("compile")
    assert (result.code, "built" in result.out) == (0, True)


def test_a_failing_compile_leaves_the_former_build_alone(wine, manifact):
    manifact("compile")
    before = _files(wine)
    _edit(wine / "model.yaml", "multinomial_classification", "regression")
    assert manifact("compile").code == 1
    assert _files(wine) == before


def test_files_that_are_not_ours_are_never_overwritten(wine, manifact):
    mine = wine / "build" / "wine-cultivar" / "notes.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("keep me")
    result = manifact("compile")
    assert (result.code, "MF504" in result.err) == (1, True)
    assert mine.read_text() == "keep me"


def test_our_folders_keep_themselves_out_of_git(wine, manifact):
    manifact("compile")
    assert (wine / "build" / ".gitignore").read_text() == "*\n"
    assert (wine / ".manifact" / ".gitignore").read_text() == "*\n"
