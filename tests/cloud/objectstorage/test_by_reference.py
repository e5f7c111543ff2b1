"""Models by reference: files in a bucket, one object each, and a record in the catalog that points to them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from oci.exceptions import ServiceError

from compiler.cloud.objectstorage.multipart import LEAST_PART
from compiler.cloud.objectstorage.zip_body import ZipBody, file_chunks
from compiler.cloud.pull import pull
from compiler.diagnostics import CompilerError
from compiler.ir import SourceFile
from testing.lab import Lab, Manifest, open_at
from testing.transports import PowerCut, cut_at, refuse

URI = "oci://staging@local/models/"
PREFIX = "models/cellar/local/wine/"


def by_reference(factor: float = 2, *, keep: bool = False, **more: Any) -> Any:
    catalog = {"byReference": True, "staging": {"uri": URI, "keep": keep}, **more.pop("catalog", {})}
    return Manifest(factor=factor, catalog=catalog, **{"deployment": None, **more})


def place(wanted: Any) -> str:
    """The prefix of its files."""
    return PREFIX + wanted.archive()[0].removeprefix("sha256:")[:24] + "/"


def files(*wanted: Any) -> list[str]:
    return sorted(place(item) + name for item in wanted for name in item.archive()[1].files)


def test_the_files_lie_in_the_bucket_and_the_catalog_points_to_them(lab: Lab) -> None:
    lab.make_bucket()
    wanted = by_reference()
    assert f"its files in oci://staging@local/{place(wanted)}" in lab.plan(wanted).changes[1].reason
    lab.settled(wanted)
    (live,) = lab.models()
    assert live.body["isModelByReference"] is True
    assert lab.objects() == files(wanted)
    for name, archive in wanted.archive()[1].files.items():
        stored = lab.connection.object_storage.get_object("local", "staging", place(wanted) + name).data.content
        assert stored == b"".join(archive.chunks())
    with pytest.raises(ServiceError, match="404"):
        lab.connection.data_science.head_model_artifact(live.id)


def test_large_files_go_in_parts(lab: Lab) -> None:
    lab.make_bucket()
    wanted = by_reference(ballast=LEAST_PART + (1 << 20))
    counting = cut_at(lab, 10**9, after=False)
    lab.settled(wanted)
    assert sum("uploadPartNum=" in line for line in counting.seen) == 2
    assert lab.objects() == files(wanted)


@pytest.mark.parametrize("large", [False, True])
def test_a_file_that_changed_since_it_was_built_is_not_registered(large: bool, lab: Lab, tmp_path: Path) -> None:
    lab.make_bucket()
    wanted = by_reference(ballast=(LEAST_PART if large else 0) + (1 << 20))
    name, archive = wanted.archive()
    content = b"".join(archive.files["ballast.bin"].chunks())
    path = tmp_path / "ballast.bin"
    path.write_bytes(content[:-1] + b"x")
    file = SourceFile("ballast.bin", path, len(content), hashlib.sha256(content).hexdigest())
    files = {**archive.files, file.path: ZipBody(file.size, partial(file_chunks, file))}
    made = lab.plan(wanted)
    outcome = lab.carry_out_with(made, {name: replace(archive, files=files)})
    assert [problem.code for problem in outcome.diagnostics] == ["MF505"]
    assert lab.connection.object_storage.list_multipart_uploads("local", "staging").data == []
    lab.settled(wanted)
    stored = lab.connection.object_storage.get_object("local", "staging", place(wanted) + file.path).data.content
    assert stored == content


def test_a_deployment_reads_the_files_from_the_bucket(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab(processes=True)
    lab.make_bucket()
    lab.settled(by_reference(deployment={}))
    outcome = lab.settled(by_reference(5, deployment={}))
    assert not outcome.diagnostics  # the smoke test asked it for the golden row


@pytest.mark.parametrize("keep", [False, True])
def test_files_go_with_their_version(keep: bool, lab: Lab) -> None:
    lab.make_bucket()
    first, second = (by_reference(factor, keep=keep, catalog={"keepVersions": 1}) for factor in (2, 3))
    lab.settled(first)
    lab.settled(second)
    assert lab.objects() == (sorted(files(first, second)) if keep else files(second))
    lab.destroy("wine")
    assert lab.objects() == (sorted(files(first, second)) if keep else [])


def test_names_that_join_to_the_same_are_not_the_same_place(tmp_path: Path) -> None:
    with open_at(tmp_path, project="a") as one, open_at(tmp_path, project="a-local-b") as other:
        one.make_bucket()
        one.settled(by_reference(name="b-local-c"))
        other.settled(by_reference(name="c"))
        kept = {name for name in one.objects() if "a-local-b" in name}
        one.destroy("b-local-c")
        assert set(other.objects()) == kept
        assert len(kept) == 2
        assert other.plan(by_reference(name="c"), deep=True).empty


def test_files_that_a_model_of_another_project_points_to_stay(tmp_path: Path) -> None:
    with open_at(tmp_path) as one, open_at(tmp_path, project="other") as other:
        one.make_bucket()
        wanted = by_reference()
        one.settled(wanted)
        other.settled(by_reference())
        mine, theirs = sorted(one.models(), key=lambda live: live.age)
        copied = one.connection.data_science.get_model(mine.id).data["customMetadataList"]
        other.connection.data_science.update_model(theirs.id, {"customMetadataList": copied})
        one.destroy("wine")
        assert set(files(wanted)) <= set(one.objects())


def test_keep_may_be_said_later(lab: Lab) -> None:
    lab.make_bucket()
    wanted = by_reference()
    lab.settled(wanted)
    lab.settled(by_reference(keep=True))
    (live,) = lab.models()
    assert live.summary["versionId"] == 1
    lab.destroy("wine")
    assert lab.objects() == files(wanted)


def test_switching_makes_a_version_and_switching_back_finds_the_former(lab: Lab) -> None:
    lab.make_bucket()
    plain = Manifest(catalog={"staging": {"uri": URI}}, deployment={})
    pointing = by_reference(deployment={})
    lab.settled(plain)
    lab.settled(pointing)
    copied, referenced = sorted(lab.models(), key=lambda live: live.age)
    assert (copied.body["isModelByReference"], referenced.body["isModelByReference"]) == (False, True)
    assert lab.deployments()[0].model_id == referenced.id
    lab.settled(plain)
    assert len(lab.models()) == 2
    assert lab.deployments()[0].model_id == copied.id


def test_rollback_puts_nothing(lab: Lab) -> None:
    lab.make_bucket()
    first, second = by_reference(), by_reference(3)
    lab.settled(first)
    lab.settled(second)
    counting = cut_at(lab, 10**9, after=False)
    lab.settled(first)
    assert [line for line in counting.seen if line.startswith("PUT /n/")] == []


@pytest.mark.parametrize("harm", ["remove", "replace", "forge", "add"])
def test_what_happens_to_the_files_is_found_out(harm: str, lab: Lab) -> None:
    lab.make_bucket()
    wanted = by_reference()
    lab.settled(wanted)
    storage, name = lab.connection.object_storage, place(wanted) + "factor.txt"
    if harm == "remove":
        storage.delete_object("local", "staging", name)
    else:
        content = b"3" if harm == "forge" else b"other bytes"
        storage.put_object("local", "staging", place(wanted) + "more" if harm == "add" else name, content)
    assert lab.plan(wanted).empty
    assert not lab.plan(wanted, deep=True).empty
    outcome = lab.apply(wanted, deep=True)
    assert outcome.complete == (harm != "add")
    if harm == "add":  # nobody knows whose it is
        assert [problem.code for problem in outcome.diagnostics] == ["MF756"]
    else:
        assert storage.get_object("local", "staging", name).data.content == b"2"


def test_a_version_of_the_same_bytes_keeps_its_files(lab: Lab) -> None:
    lab.make_bucket()
    wanted = by_reference(catalog={"keepVersions": 1})
    lab.settled(wanted)
    lab.connection.object_storage.delete_object("local", "staging", place(wanted) + "factor.txt")
    assert lab.apply(wanted, deep=True).complete  # a new version in the place of the one that is not whole
    lab.settled(wanted)
    assert lab.objects() == files(wanted)


def test_pull_brings_the_files(lab: Lab, tmp_path: Path) -> None:
    lab.make_bucket()
    wanted = by_reference()
    lab.settled(wanted)
    (live,) = lab.models()
    pulled = pull(lab.connection, live.id, tmp_path / "pulled")
    assert (pulled.digest, pulled.checked) == (wanted.archive()[0], True)
    assert (tmp_path / "pulled" / "factor.txt").read_text() == "2"
    lab.connection.object_storage.put_object("local", "staging", place(wanted) + "factor.txt", b"3")
    with pytest.raises(CompilerError, match="MF750"):
        pull(lab.connection, live.id, tmp_path / "other")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("factor.txt/b", "'factor.txt' is a file and also a folder"),
        ("a//b", "no path inside"),
        ("../b", "no path inside"),
        ("a\\b", "no path inside"),
        ("é" * 128, "256 between slashes"),
        ("folder/", ""),
        ("", ""),
        ("dates/données 1.txt", ""),
    ],
)
def test_objects_that_somebody_added(name: str, said: str, lab: Lab, tmp_path: Path) -> None:
    lab.make_bucket()
    wanted = by_reference()
    lab.settled(wanted)
    (live,) = lab.models()
    empty = not name or name.endswith("/")
    lab.connection.object_storage.put_object("local", "staging", place(wanted) + name, b"" if empty else b"1")
    if said:
        with pytest.raises(CompilerError, match=f"MF750.*{said}"):
            pull(lab.connection, live.id, tmp_path / "pulled")
        assert not (tmp_path / "pulled").exists()
    else:
        if not empty:  # one file more than its tag says
            lab.connection.data_science.update_model(live.id, {"freeformTags": {}})
        assert pull(lab.connection, live.id, tmp_path / "pulled").files == (2 if empty else 3)


def test_pull_of_a_model_that_points_nobody_knows_where(lab: Lab, tmp_path: Path) -> None:
    lab.make_bucket()
    lab.settled(by_reference())
    (live,) = lab.models()
    lab.connection.data_science.update_model(live.id, {"customMetadataList": []})
    with pytest.raises(CompilerError, match="MF757"):
        pull(lab.connection, live.id, tmp_path / "pulled")


def test_a_bucket_that_is_not_there_is_a_clear_error(lab: Lab) -> None:
    outcome = lab.apply(by_reference())
    assert [problem.code for problem in outcome.diagnostics] == ["MF713"]
    lab.make_bucket()
    lab.settled(by_reference())
    assert len(lab.models()) == 1


def test_another_bucket_than_the_mistaken_one(lab: Lab) -> None:
    lab.make_bucket()
    mistaken = by_reference(catalog={"staging": {"uri": "oci://stagnig@local/models/"}})
    (problem,) = lab.apply(mistaken).diagnostics
    assert problem.code == "MF713"
    lab.settled(by_reference())
    assert len(lab.models()) == 1


@pytest.mark.parametrize("gone", [True, False])
def test_a_bucket_that_cannot_be_listed_does_not_mean_that_the_files_are_gone(gone: bool, lab: Lab) -> None:
    lab.make_bucket()
    wanted = by_reference()
    lab.settled(wanted)
    kept = files(wanted)
    if gone:
        for name in kept:
            lab.connection.object_storage.delete_object("local", "staging", name)
        lab.connection.object_storage.delete_bucket("local", "staging")
    else:
        refusing = refuse(lab, "/b/staging/o")
        refusing.reads = True
    for look in (lambda: lab.plan(wanted, deep=True), lambda: lab.plan(by_reference(3), deep=True)):
        with pytest.raises(CompilerError) as refused:
            look()
        assert refused.value.diagnostics[0].code == "MF713"
        assert "make it again" in str(refused.value.diagnostics[0].hint)
    if gone:
        lab.make_bucket()
        assert lab.apply(wanted, deep=True).complete
    else:
        refusing.path = None
        assert lab.plan(wanted, deep=True).empty
    assert lab.objects() == kept


def test_another_place_is_for_new_versions(lab: Lab) -> None:
    lab.make_bucket()
    wanted = by_reference()
    lab.settled(wanted)
    moved = Manifest(
        catalog={"byReference": True, "staging": {"uri": "oci://staging@local/elsewhere"}}, deployment=None
    )
    assert lab.plan(moved, deep=True).empty
    lab.destroy("wine")
    assert lab.objects() == []


def test_what_an_interrupted_destroy_leaves_is_not_taken_for_whole(lab: Lab) -> None:
    lab.make_bucket()
    wanted = by_reference()
    lab.settled(wanted)
    cutting = cut_at(lab, 10**9, after=False)
    lab.destroy("wine")
    first = next(n for n, line in enumerate(cutting.seen, 1) if line.startswith("DELETE /n/"))
    lab.settled(wanted)
    cut_at(lab, first + 1, after=False)
    with pytest.raises(PowerCut):
        lab.destroy("wine")
    assert len(lab.objects()) == 1
    lab.settled(wanted)
    assert lab.objects() == files(wanted)


def test_the_place_is_recorded_in_the_metadata(lab: Lab) -> None:
    lab.make_bucket()
    wanted = by_reference()
    lab.settled(wanted)
    (live,) = lab.models()
    (entry,) = [item for item in live.body["customMetadataList"] if item["key"] == "ManifactReference"]
    recorded = json.loads(entry["value"])
    assert recorded == {"namespace": "local", "bucket": "staging", "prefix": place(wanted), "keep": False}
