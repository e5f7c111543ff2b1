"""What an archive of an artifact may not hold: one row each, with its code, for every reader of such archives."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from compiler.diagnostics import CompilerError
from compiler.introspection.files import archive_files
from compiler.readers.artifact_zip import unpack_artifact
from testing.command import Manifact

PATHS = {
    "of the parent": "../a.txt",
    "through the parent": "b/../../a.txt",
    "of the folder itself": "./a.txt",
    "from the root": "/a.txt",
    "with an empty part": "b//a.txt",
    "with a backslash": "b\\a.txt",
    "with a control character": "a\n.txt",
    "of another direction of writing": "a\u202etxt.py",
    "with a name of 256 bytes": "a" * 256,
    "of 3,841 bytes": "a/" * 1920 + "a",
}
FITTING = {"a name of 255 bytes": "a" * 255, "3,840 bytes": "/".join(["a" * 239] * 16) + "a"}
KINDS = {
    "a symbolic link": stat.S_IFLNK,
    "a pipe": stat.S_IFIFO,
    "a socket": stat.S_IFSOCK,
    "a block device": stat.S_IFBLK,
    "a character device": stat.S_IFCHR,
}
METHODS = {"bzip2": zipfile.ZIP_BZIP2, "LZMA": zipfile.ZIP_LZMA}
TOGETHER = {
    "one name twice": ("b.txt", "b.txt"),
    "a file and a folder": ("b", "b/c.txt"),
    "a file and an empty folder": ("b", "b/"),
    "names that differ in case": ("b.txt", "B.txt"),
    "names that differ in how an accent is written": ("\u00e9.txt", "e\u0301.txt"),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "prebuilt.zip"


def write(path: Path, *names: str, mode: int = 0, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w") as archive, pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive, "_writecheck", lambda _: None)  # it warns of names that are there already
        for name in ("score.py", *names):
            entry = zipfile.ZipInfo("x")
            entry.filename, entry.compress_type = name, method if name != "score.py" else zipfile.ZIP_STORED
            entry.external_attr = (mode if name != "score.py" else 0) << 16
            archive.writestr(entry, b"" if name.endswith("/") else b"content")
    return path


def refusals(path: Path) -> list[set[str]]:
    """The codes of each reader: of what unpacks, and of what only looks."""
    out = path.with_name("out")
    out.mkdir()
    found = []
    for read in (lambda: unpack_artifact(path, out), lambda: archive_files(path)):
        try:
            read()
            found.append(set())
        except CompilerError as problem:
            found.append({one.code for one in problem.diagnostics})
    if found[0]:
        assert list(out.iterdir()) == []
        assert not path.with_name("a.txt").exists()
    return found


@pytest.mark.parametrize("name", PATHS)
def test_a_path(name: str, path: Path) -> None:
    assert refusals(write(path, PATHS[name])) == [{"MF532"}] * 2


@pytest.mark.parametrize("name", FITTING)
def test_a_path_that_fits(name: str, path: Path) -> None:
    assert refusals(write(path, FITTING[name])) == [set()] * 2


@pytest.mark.parametrize("name", KINDS)
def test_what_is_no_plain_file(name: str, path: Path) -> None:
    assert refusals(write(path, "a.txt", mode=KINDS[name] | 0o644)) == [{"MF532"}] * 2


@pytest.mark.parametrize("mode", [0, 0o644, stat.S_IFREG | 0o755])
def test_what_is_one(mode: int, path: Path) -> None:
    assert refusals(write(path, "a.txt", mode=mode)) == [set()] * 2


@pytest.mark.parametrize("name", METHODS)
def test_a_compression_that_few_readers_know(name: str, path: Path) -> None:
    assert refusals(write(path, "a.txt", method=METHODS[name])) == [{"MF531"}] * 2


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_compression_that_all_know(method: int, path: Path) -> None:
    assert refusals(write(path, "a.txt", method=method)) == [set()] * 2


@pytest.mark.parametrize("name", TOGETHER)
def test_entries_that_do_not_go_together(name: str, path: Path) -> None:
    assert refusals(write(path, *TOGETHER[name])) == [{"MF532"}] * 2


def test_a_password(path: Path) -> None:
    write(path, "a.txt", method=zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\1\2") + 8] |= 1
    data[data.rindex(b"PK\3\4") + 6] |= 1
    path.write_bytes(data)
    assert refusals(path) == [{"MF531"}] * 2


def test_the_command_says_so(path: Path, manifact: Manifact) -> None:
    write(path, PATHS["of the parent"])
    (path.parent / "model.yaml").write_text(
        "apiVersion: manifact/v1\nkind: Model\nmetadata: {name: theirs}\nspec: {artifact: {path: prebuilt.zip}}\n"
    )
    refused = manifact("compile", path.parent)
    assert (refused.code, "error[MF532]" in refused.err) == (1, True)
    assert not (path.parent / "build" / "theirs").exists()
