"""Archives of artifacts from strangers: nothing lands anywhere, and nothing is read without a limit."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.diagnostics import CompilerError
from compiler.introspection import Status, introspect
from compiler.introspection.files import archive_files, artifact_files, directory_files
from compiler.readers.artifact_zip import unpack_artifact


def _archive(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def _code(path: Path, folder: Path) -> str:
    folder.mkdir(exist_ok=True)
    with pytest.raises(CompilerError) as refused:
        unpack_artifact(path, folder)
    return refused.value.diagnostics[0].code


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive, archive.open("a", "w") as file:
        for _ in range(257):
            file.write(bytes(1 << 20))
    assert path.stat().st_size < 2 << 20
    assert _code(path, tmp_path / "out") == "MF534"
    assert list((tmp_path / "out").iterdir()) == []


def test_what_was_saved_to_the_own_catalog_comes_back_whatever_it_holds(tmp_path):
    path = _archive(tmp_path / "a.zip", {"server.pem": b"x", "zeros.bin": bytes(1000)})
    assert _code(path, tmp_path / "strange") == "MF110"
    (tmp_path / "own").mkdir()
    assert [file.path for file in unpack_artifact(path, tmp_path / "own", saved=True)] == ["server.pem", "zeros.bin"]


@pytest.mark.parametrize("told", [0, 3, 999])
def test_an_entry_that_lies_about_its_size_is_refused(tmp_path, told):
    path = _archive(tmp_path / "a.zip", {"a.txt": b"four"}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\1\2")
    data[entry + 24 : entry + 28] = told.to_bytes(4, "little")
    path.write_bytes(data)
    assert _code(path, tmp_path / "out") == "MF531"


def test_changed_content_is_refused(tmp_path):
    path = _archive(tmp_path / "a.zip", {"a.txt": b"good content"}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"good content", b"evil content"))
    assert _code(path, tmp_path / "out") == "MF531"


def test_an_encrypted_entry_and_a_rare_compression_are_refused(tmp_path):
    path = _archive(tmp_path / "a.zip", {"a.txt": b"x"}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    assert _code(path, tmp_path / "out") == "MF531"
    assert _code(_archive(tmp_path / "b.zip", {"a.txt": b"x" * 99}, zipfile.ZIP_LZMA), tmp_path / "out") == "MF531"


def test_a_name_with_a_zero_byte_is_refused(tmp_path):
    path = _archive(tmp_path / "a.zip", {"score.py@.txt": b"x"})
    path.write_bytes(path.read_bytes().replace(b"score.py@", b"score.py\0"))
    assert _code(path, tmp_path / "out") == "MF532"


def test_a_file_that_is_also_a_folder_is_refused(tmp_path):
    assert _code(_archive(tmp_path / "a.zip", {"a": b"x", "a/b": b"y"}), tmp_path / "out") == "MF532"


@pytest.mark.parametrize("name", ["é" * 128, "a/" * 1920 + "a", "x" * 256 + "/b"])
def test_a_name_that_no_file_can_have_is_refused(tmp_path, name):
    assert _code(_archive(tmp_path / "a.zip", {name: b"x"}), tmp_path / "out") == "MF532"


def test_introspection_says_the_same_of_a_zip_as_of_its_directory(tmp_path):
    files = {"score.py": b"def load_model(): ...\ndef predict(data): ...\n", "sub/data.bin": bytes(3_000_000)}
    folder = tmp_path / "artifact"
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    path = _archive(tmp_path / "a.zip", files)
    listed = artifact_files(path)
    assert {name: file.sha256() for name, file in listed.items()} == {
        name: file.sha256() for name, file in directory_files(folder).items()
    }
    assert introspect(listed) == introspect(directory_files(folder))
    skipped = introspect(listed, container=True)[:11]
    assert {check.status for check in skipped} == {Status.SKIPPED}


@given(content=st.binary(max_size=200), cut=st.integers(0, 400))
def test_no_archive_makes_the_reader_fall_over(tmp_path_factory, content, cut):
    folder = tmp_path_factory.mktemp("fuzz")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a/b.txt", content)
    data = bytearray(buffer.getvalue())
    at = cut % len(data)
    data[at : at + 4] = content[:4]
    (folder / "a.zip").write_bytes(data)
    (folder / "out").mkdir()
    codes, files = _attempt(folder)
    assert codes <= {"MF110", "MF531", "MF532", "MF534"}
    assert [file.path for file in files if not file.source.is_relative_to(folder / "out")] == []
    assert bool(files) is not bool(codes)
    if not codes:
        listed = {name: file.size for name, file in archive_files(folder / "a.zip").items()}
        assert listed == {file.path: file.size for file in files}


def _attempt(folder: Path) -> tuple[set[str], tuple]:
    try:
        return set(), unpack_artifact(folder / "a.zip", folder / "out")
    except CompilerError as problem:
        return {found.code for found in problem.diagnostics}, ()
