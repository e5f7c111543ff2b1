"""Archives in which other readers would find other files, and modules that Python would run instead of its own."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from compiler.diagnostics import CompilerError
from compiler.introspection import Status, introspect
from compiler.introspection.files import archive_files
from compiler.introspection.python_files import foreign_coding
from compiler.readers.artifact_zip import unpack_artifact
from compiler.serving.extraction import ArtifactError, unpack

SCORE = b"def load_model(): ...\ndef predict(data): ...\n"
RUNTIME = b'MODEL_ARTIFACT_VERSION: "3.0"\n'


def zipped(files: dict[str, bytes], **options) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", **options) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


HONEST = zipped({"score.py": SCORE, "runtime.yaml": RUNTIME, "sub/a.txt": b"a" * 99})


def local(data: bytes, offset: int, value: bytes) -> bytes:
    """The archive with other bytes in its first local header."""
    return data[:offset] + value + data[offset + len(value) :]


def with_unicode_path(name: str) -> bytes:
    info = zipfile.ZipInfo("score.py")
    body = struct.pack("<BL", 1, zlib.crc32(b"score.py")) + name.encode()
    info.extra = struct.pack("<2H", 0x7075, len(body)) + body
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, SCORE)
        archive.writestr("runtime.yaml", RUNTIME)
    return buffer.getvalue()


def with_comment(data: bytes, comment: bytes) -> bytes:
    return data[:-2] + struct.pack("<H", len(comment)) + comment


def hiding(data: bytes, hidden: bytes) -> bytes:
    """The archive with bytes between its files and its directory, all offsets set right."""
    start = data.index(b"PK\1\2")
    end = bytearray(data[data.index(b"PK\5\6") :])
    end[16:20] = struct.pack("<L", start + len(hidden))
    return data[:start] + hidden + data[start : data.index(b"PK\5\6")] + bytes(end)


OTHER = zipped({"score.py": b"import os; os.system('true')\n", "runtime.yaml": RUNTIME})
HOSTILE = {
    "another name locally": local(HONEST, 30, b"other.py"),
    "another method locally": local(HONEST, 8, b"\x08\0"),
    "encrypted locally": local(HONEST, 6, b"\1\0"),
    "another size locally": local(HONEST, 22, b"\1\0\0\0"),
    "another checksum locally": local(HONEST, 14, b"\1\2\3\4"),
    "two archives joined": OTHER + HONEST,
    "two archives joined the other way": HONEST + OTHER,
    "bytes before": b"#!/bin/sh\n" + HONEST,
    "bytes after": HONEST + b"\0" * 8,
    "a file that the directory leaves out": hiding(HONEST, OTHER[: OTHER.index(b"PK\1\2")]),
    "an archive in the comment": with_comment(HONEST, OTHER),
    "a unicode path": with_unicode_path("evil.py"),
    "Score.py": zipped({"score.py": SCORE, "Score.py": SCORE, "runtime.yaml": RUNTIME}),
    "one name in two forms of Unicode": zipped({"score.py": SCORE, "\xe9.txt": b"", "e\u0301.txt": b""}),
    "score.py/": zipped({"score.py": SCORE, "score.py/": b"", "runtime.yaml": RUNTIME}),
    "SCORE.PY/": zipped({"score.py": SCORE, "SCORE.PY/": b"", "runtime.yaml": RUNTIME}),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_an_archive_that_contradicts_itself_is_refused(tmp_path, data) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    (tmp_path / "out").mkdir()
    for read in (lambda: unpack_artifact(path, tmp_path / "out"), lambda: archive_files(path)):
        with pytest.raises(CompilerError) as caught:
            read()
        assert {problem.code for problem in caught.value.diagnostics} <= {"MF531", "MF532"}
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("name", list(HOSTILE)[:11])
def test_the_model_server_refuses_it_as_well(tmp_path, name) -> None:
    (tmp_path / "a.zip").write_bytes(HOSTILE[name])
    with pytest.raises((ArtifactError, OSError)):
        unpack([tmp_path / "a.zip"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


class Unseekable(io.BytesIO):
    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise OSError("a pipe")


def streamed() -> bytes:
    buffer = Unseekable()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("score.py", SCORE)
        archive.writestr("é/ünï.txt", b"b" * 5000)
    return buffer.getvalue()


def large_fields() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open("score.py", "w", force_zip64=True) as file:
        file.write(SCORE)
    return buffer.getvalue()


HONEST_ARCHIVES = {
    "stored": HONEST,
    "deflated": zipped({"score.py": SCORE}, compression=zipfile.ZIP_DEFLATED),
    "streamed": streamed(),
    "with zip64 fields": large_fields(),
    "with a comment": with_comment(HONEST, b"made by hand"),
    "with folders": zipped({"sub/": b"", "sub/a.txt": b"a", "score.py": SCORE}),
    "with a name that says the same": with_unicode_path("score.py"),
}


@pytest.mark.parametrize("data", HONEST_ARCHIVES.values(), ids=HONEST_ARCHIVES)
def test_what_archivers_write_is_accepted(tmp_path, data) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    (tmp_path / "out").mkdir()
    assert "score.py" in [file.path for file in unpack_artifact(tmp_path / "a.zip", tmp_path / "out")]


@pytest.fixture
def failed(tmp_path) -> Callable[..., set[str]]:
    """The checks that an artifact with these files more fails."""

    def check(files: dict[str, bytes]) -> set[str]:
        (tmp_path / "a.zip").write_bytes(zipped({"score.py": SCORE, "runtime.yaml": RUNTIME, **files}))
        checks = introspect(archive_files(tmp_path / "a.zip"), conda=False)
        return {check.key for check in checks if check.status is Status.FAILED}

    return check


@pytest.mark.parametrize(
    "name",
    [
        *("sitecustomize.py", "usercustomize.py", "json.py", "json/__init__.py", "types.pyc"),
        *("random.cpython-311-x86_64-linux-gnu.so", "encodings/__init__.py", "_socket.so"),
    ],
)
def test_a_module_in_the_place_of_pythons_own_is_refused(failed, name) -> None:
    assert failed({name: b""}) == {"python_modules"}


@pytest.mark.parametrize("name", ["json/data.txt", "lib/json.py", "json.txt", "features.py", "test.py", "json_.py"])
def test_other_modules_are_not(failed, name) -> None:
    assert failed({name: b""}) == set()


CODINGS = {
    "utf-7": b"# coding: utf-7\n+AGkAbQBwAG8AcgB0-\n",
    "second line": b"#!/usr/bin/python\n# -*- coding: utf_7 -*-\n",
    "after a carriage return": b"\r# coding: utf-7\nx\n",
    "between carriage returns": b"#\r# coding=utf-7\rx",
    "latin-1": b"# vim: set fileencoding=latin-1 :\n",
    "after a form feed": b"\x0c# coding: cp1252\n",
    "rot13": b"# coding: rot13\n",
    "unknown": b"# coding: no-such-coding\n",
}


@pytest.mark.parametrize("source", CODINGS.values(), ids=CODINGS)
def test_source_in_another_coding_is_refused(failed, source) -> None:
    assert "python_coding" in failed({"helper.py": source})


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"# coding: utf-8\n",
        b"# -*- coding: UTF8 -*-\n",
        b"# coding: ascii\n",
        b"x\n\n# coding: utf-7\n",
        "# é\n".encode(),
    ],
)
def test_source_in_utf_8_is_not(failed, source) -> None:
    assert failed({"helper.py": source}) == set()


@pytest.mark.parametrize("source", CODINGS.values(), ids=CODINGS)
def test_no_declaration_that_python_heeds_is_missed(tmp_path, source) -> None:
    """Python itself is asked: with a body that is no UTF-8 it compiles only where it heeds a declaration."""
    (tmp_path / "module.py").write_bytes(source.replace(b"x", b"") + b"\ny = '\xff'\n")
    program = "import sys; compile(open(sys.argv[1], 'rb').read(), 'module.py', 'exec')"
    done = subprocess.run([sys.executable, "-c", program, tmp_path / "module.py"], capture_output=True, check=False)
    if not done.returncode:
        assert foreign_coding(source)


def test_a_manifest_that_includes_one_does_not_compile(wine: Path, manifact) -> None:
    (wine / "json.py").write_text("")
    text = (wine / "model.yaml").read_text()
    (wine / "model.yaml").write_text(text.replace("spec:\n", "spec:\n  include: [json.py]\n", 1))
    done = manifact("compile")
    assert (done.code, "json.py instead of 'json'" in done.err) == (1, True)
