"""Artifacts are unpacked into their folder and nowhere else."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from compiler.serving.extraction import ArtifactError, unpack


def archive(path: Path, *names: str, mode: int = 0o644) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name in names:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            file.writestr(entry, name * 1000)
    return path


def test_an_archive_in_parts(tmp_path: Path) -> None:
    content = archive(tmp_path / "a.zip", "score.py", "data/model.bin").read_bytes()
    cuts = (0, 1, 700, 701, len(content))
    parts = [tmp_path / str(number) for number in range(4)]
    for part, start, end in zip(parts, cuts, cuts[1:], strict=False):
        part.write_bytes(content[start:end])
    unpack(parts, tmp_path / "out")
    assert (tmp_path / "out" / "data" / "model.bin").read_text() == "data/model.bin" * 1000


@pytest.mark.parametrize("name", ["../score.py", "/score.py", "a/../../score.py", "..\\score.py"])
def test_nothing_escapes(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArtifactError, match="outside"):
        unpack([archive(tmp_path / "a.zip", "score.py", name)], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_links_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="symbolic link"):
        unpack([archive(tmp_path / "a.zip", "score.py", mode=stat.S_IFLNK | 0o777)], tmp_path / "out")


def test_an_artifact_needs_a_score(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"no score\.py"):
        unpack([archive(tmp_path / "a.zip", "sub/score.py")], tmp_path / "out")


@pytest.mark.parametrize("name", ["score.py", "data/link", "folder"])
def test_links_in_a_directory_are_refused(tmp_path: Path, name: str) -> None:
    source = tmp_path / "artifact"
    (source / "data").mkdir(parents=True)
    (source / "other.py").write_text("")
    (source / "score.py").write_text("")
    (source / name).unlink(missing_ok=True)
    (source / name).symlink_to(source / ("data" if name == "folder" else "other.py"))
    with pytest.raises(ArtifactError, match=f"'{name}' is a symbolic link"):
        unpack([source], tmp_path / "out")
    assert not (tmp_path / "out").exists()
