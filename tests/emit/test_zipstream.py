"""The streamed zip, read by readers that nobody here wrote."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import threading
import zipfile

import pytest

from compiler.diagnostics import CompilerError
from compiler.emit import artifact_tree, stream_zip, zip_size
from compiler.emit.checked_file import CHUNK
from compiler.ir import SourceFile

FILES = {
    "score.py": b"print()\n",
    "empty": b"",
    "naïve/☃.txt": b"snow",
    "b/a": b"1",
    "big.bin": bytes(range(256)) * 20_000,  # five pieces
}


@pytest.fixture
def tree(tmp_path):
    content = FILES["big.bin"]
    (tmp_path / "big").write_bytes(content)
    on_disk = SourceFile("big.bin", tmp_path / "big", len(content), hashlib.sha256(content).hexdigest())
    return artifact_tree({**FILES, "big.bin": on_disk})


def test_python_reads_it(tree):
    with zipfile.ZipFile(io.BytesIO(b"".join(stream_zip(tree)))) as archive:
        assert archive.testzip() is None
        assert {info.filename: archive.read(info) for info in archive.infolist()} == FILES
        assert archive.namelist() == sorted(FILES, key=str.encode)
        for info in archive.infolist():
            assert info.date_time == (1980, 1, 1, 0, 0, 0)
            assert info.compress_type == zipfile.ZIP_STORED
            assert info.create_system == 3
            assert info.external_attr >> 16 == 0o100644


def test_its_size_is_known_ahead(tree):
    assert zip_size(tree) == sum(map(len, stream_zip(tree)))


def test_an_archive_of_nothing_is_an_archive():
    content = b"".join(stream_zip({}))
    assert len(content) == zip_size({}) == 22
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == []


@pytest.mark.parametrize("command", [["unzip", "-t"], ["jar", "tf"]])
def test_other_readers_read_it(tree, command, tmp_path):
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    (tmp_path / "a.zip").write_bytes(b"".join(stream_zip(tree)))
    done = subprocess.run([*command, tmp_path / "a.zip"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "big.bin" in done.stdout


def test_a_reader_of_streams_reads_it(tree, tmp_path):
    """`jar` extracts standard input front to back, as a service does with an upload."""
    if shutil.which("jar") is None:
        pytest.skip("jar is not installed")
    archive = b"".join(stream_zip(tree))
    subprocess.run(["jar", "x"], input=archive, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "big.bin").read_bytes() == FILES["big.bin"]


def test_many_entries_need_zip64():
    tree = {f"{number:05}": b"" for number in range(65_536)}
    content = b"".join(stream_zip(tree))
    assert len(content) == zip_size(tree)
    assert len(zipfile.ZipFile(io.BytesIO(content)).namelist()) == 65_536


@pytest.mark.slow
def test_large_files_need_zip64(tmp_path):
    size = (4 << 30) + 5
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(size)
    zeros = "709fc0b74f7c916cedccb212d681c035f36ffbb31ebfe806eb40c31592744eb5"
    tree = {"a": SourceFile("a", tmp_path / "sparse", size, zeros), "z": b"behind 4 GiB"}
    target, hole = tmp_path / "large.zip", bytes(1 << 20)
    with target.open("wb") as out:
        for piece in stream_zip(tree):
            if piece == hole[: len(piece)]:
                out.seek(len(piece), 1)
            else:
                out.write(piece)
    assert target.stat().st_size == zip_size(tree)
    with zipfile.ZipFile(target) as archive:
        assert archive.getinfo("a").file_size == size
        assert archive.read("z") == b"behind 4 GiB"


@pytest.mark.parametrize("change", [lambda old: b"!" + old[1:], lambda old: old[:-1], lambda old: old + b"!"])
def test_a_large_file_that_changed_stops_the_stream(tree, change):
    source = tree["big.bin"].source
    source.write_bytes(change(source.read_bytes()))
    with pytest.raises(CompilerError, match="MF505"):
        b"".join(stream_zip(tree))


def test_a_large_file_that_changes_while_it_is_sent_stops_the_stream(tree):
    source = tree["big.bin"].source
    pieces = stream_zip(tree)
    while len(next(pieces)) < CHUNK:
        pass
    with source.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"!")
    with pytest.raises(CompilerError, match="MF505"):
        b"".join(pieces)


@pytest.mark.parametrize("path", ["big.bin", "small.bin"])
def test_a_file_that_is_gone_stops_the_stream(tree, path, tmp_path):
    small = SourceFile("small.bin", tmp_path / "small", 1, hashlib.sha256(b"s").hexdigest())
    small.source.write_bytes(b"s")
    tree = {**tree, "small.bin": small}
    tree[path].source.unlink()
    with pytest.raises(CompilerError, match="MF505"):
        b"".join(stream_zip(tree))


def test_a_stream_that_is_given_up_leaves_no_thread(tree):
    before = threading.active_count()
    pieces = stream_zip(tree)
    while len(next(pieces)) < CHUNK:
        pass
    pieces.close()
    assert threading.active_count() == before


@pytest.mark.parametrize("content", [b"other bytes!", b"short", b"much longer than it was"])
def test_a_file_that_changed_stops_the_stream(content, tmp_path):
    promised = b"twelve bytes"
    path = tmp_path / "model"
    path.write_bytes(content)
    tree = {"model": SourceFile("model", path, len(promised), hashlib.sha256(promised).hexdigest())}
    with pytest.raises(CompilerError, match="MF505"):
        b"".join(stream_zip(tree))
