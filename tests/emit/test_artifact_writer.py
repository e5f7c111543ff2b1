"""The writer never shows half an artifact and never takes away what is not ours."""

from __future__ import annotations

import fcntl
import os
from dataclasses import replace

import pytest

from compiler.diagnostics import CompilerError
from compiler.emit import ArtifactRecord, artifact_record, digest, emit, write_artifact
from compiler.emit.links import LINK_FROM
from compiler.ir import SourceFile


def write(model, destination):
    tree = emit(model)
    write_artifact(tree, destination, artifact_record(model, tree))
    return tree


def test_a_second_write_replaces_the_first_whole(plain_model, with_files, tmp_path):
    write(with_files(plain_model, {"old.txt": b"old"}), tmp_path / "out")
    write(with_files(plain_model, {"new.txt": b"new"}), tmp_path / "out")
    names = {path.name for path in (tmp_path / "out" / "artifact").iterdir()}
    assert "new.txt" in names
    assert "old.txt" not in names
    assert [p.name for p in tmp_path.iterdir() if "staging" in p.name] == []


def test_the_record_describes_what_was_written(plain_model, tmp_path):
    tree = write(plain_model, tmp_path / "out")
    record = ArtifactRecord.from_json((tmp_path / "out" / "artifact.json").read_bytes())
    assert record == artifact_record(plain_model, tree)
    root = tmp_path / "out" / "artifact"
    written = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert digest(written) == record.digest
    assert record.size == sum(len(content) for content in written.values())


@pytest.mark.parametrize("content", [b"", b"[]", b'{"formatVersion": 99}', b'{"formatVersion": 1}', b"\xff"])
def test_a_damaged_record_is_a_diagnostic(content):
    with pytest.raises(CompilerError, match="MF507"):
        ArtifactRecord.from_json(content)


def test_a_directory_of_the_users_is_left_alone(plain_model, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("years of work")
    with pytest.raises(CompilerError, match="MF504"):
        write(plain_model, tmp_path / "out")
    assert (tmp_path / "out" / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("place", ["notes.txt", "artifact/notes.txt"])
def test_a_users_file_among_ours_is_left_alone(place, plain_model, tmp_path):
    write(plain_model, tmp_path / "out")
    (tmp_path / "out" / place).write_text("mine")
    with pytest.raises(CompilerError, match="MF504"):
        write(plain_model, tmp_path / "out")
    assert (tmp_path / "out" / place).read_text() == "mine"


def test_a_directory_whose_record_is_damaged_is_left_alone(plain_model, tmp_path):
    write(plain_model, tmp_path / "out")
    (tmp_path / "out" / "artifact.json").write_text("{")
    with pytest.raises(CompilerError, match=r"MF504.*cannot be read"):
        write(plain_model, tmp_path / "out")


def test_compiled_python_left_by_running_it_does_not_count_as_the_users(plain_model, tmp_path):
    write(plain_model, tmp_path / "out")
    cache = tmp_path / "out" / "artifact" / "__pycache__"
    cache.mkdir()
    (cache / "score.cpython-311.pyc").write_bytes(b"")
    write(plain_model, tmp_path / "out")
    assert not cache.exists()


def test_an_empty_directory_may_be_filled(plain_model, tmp_path):
    (tmp_path / "out").mkdir()
    write(plain_model, tmp_path / "out")
    assert (tmp_path / "out" / "artifact" / "score.py").is_file()


def test_a_source_that_changed_stops_the_build_and_leaves_the_old_one(plain_model, tmp_path):
    write(plain_model, tmp_path / "out")
    before = (tmp_path / "out" / "artifact.json").read_bytes()
    tree = emit(plain_model)
    plain_model.files[0].source.write_bytes(b"NOT a real model")  # as long as it was
    with pytest.raises(CompilerError, match="MF505"):
        write_artifact(tree, tmp_path / "out", artifact_record(plain_model, tree))
    assert (tmp_path / "out" / "artifact.json").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["model.joblib", "out"]


def test_what_a_killed_build_left_is_cleared_and_a_running_one_is_not(plain_model, tmp_path):
    dead, alive = tmp_path / ".out.staging-dead", tmp_path / ".out.staging-alive"
    dead.mkdir()
    alive.mkdir()
    held = os.open(alive, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    write(plain_model, tmp_path / "out")
    os.close(held)
    assert not dead.exists()
    assert alive.exists()


def test_large_files_are_linked_and_small_ones_copied(plain_model, tmp_path):
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        file.truncate(LINK_FROM)
    digest_of_zeros = "3b6a07d0d404fab4e23b6d34bc6696a6a312dd92821332385e5af7c01c421351"
    model = replace(plain_model, files=(SourceFile("large.bin", large, LINK_FROM, digest_of_zeros), *plain_model.files))
    write(model, tmp_path / "out")
    linked, copied = tmp_path / "out" / "artifact" / "large.bin", tmp_path / "out" / "artifact" / "model.joblib"
    assert linked.stat().st_size == LINK_FROM
    assert linked.samefile(large) or linked.stat().st_nlink == 1  # hard link, or shared extents
    assert not copied.samefile(plain_model.files[0].source)


def test_modes_are_fixed(plain_model, tmp_path):
    plain_model.files[0].source.chmod(0o700)
    write(plain_model, tmp_path / "out")
    for path in (tmp_path / "out" / "artifact").rglob("*"):
        assert path.stat().st_mode & 0o777 == 0o644
