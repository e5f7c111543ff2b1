"""Artifacts that go through a bucket: streamed in parts, resumed, brought into the catalog, and cleaned up."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from compiler.cloud.objectstorage.multipart import LEAST_PART, part_size
from compiler.cloud.objectstorage.objects import MEBIBYTE
from compiler.cloud.objectstorage.zip_body import ZipBody
from compiler.diagnostics import failure
from compiler.planning.live.observed import Observed
from compiler.planning.plan.planner import plan
from testing.lab import Lab, Manifest, open_at
from testing.transports import PowerCut, cut_at

STAGING = {"staging": {"uri": "oci://staging@local/models/", "always": True}}
BALLAST = 2 * LEAST_PART + MEBIBYTE


def bucket(lab: Lab) -> None:
    details = {"name": "staging", "compartmentId": lab.connection.place.compartment_id}
    lab.connection.object_storage.create_bucket("local", details)


def objects(lab: Lab) -> list[str]:
    found = lab.connection.object_storage.list_objects("local", "staging").data["objects"]
    return [item["name"] for item in found]


def uploads(lab: Lab) -> list[Any]:
    found: list[Any] = lab.connection.object_storage.list_multipart_uploads("local", "staging").data
    return found


def big(**staging: Any) -> Any:
    catalog = {"staging": {**STAGING["staging"], **staging}}
    return Manifest(ballast=BALLAST, catalog=catalog, deployment=None)


def test_the_bytes_arrive_and_the_bucket_is_left_empty(lab: Lab) -> None:
    bucket(lab)
    lab.settled(big())
    (live,) = lab.models()
    _, archive = big().archive()
    found = lab.connection.data_science.get_model_artifact_content(live.id).data.content
    assert found == b"".join(archive.chunks())
    assert live.head.size == archive.size
    assert live.md5 == live.head.md5
    assert (objects(lab), uploads(lab)) == ([], [])


def test_the_object_is_kept_when_the_manifest_says_so(lab: Lab) -> None:
    bucket(lab)
    lab.settled(big(keep=True))
    (name,) = objects(lab)
    assert name.startswith("models/cellar/local/wine/")


def test_a_bucket_that_is_not_there_is_a_clear_error(lab: Lab) -> None:
    outcome = lab.apply(big())
    assert [problem.code for problem in outcome.diagnostics] == ["MF713"]
    assert "bucket" in outcome.diagnostics[0].message
    bucket(lab)
    lab.settled(big())
    assert len(lab.models()) == 1


def test_an_upload_goes_on_where_it_was_cut_off(lab: Lab) -> None:
    bucket(lab)
    wanted = big()
    made = lab.plan(wanted)
    _, archive = wanted.archive()

    def breaking() -> Any:
        content = b"".join(archive.chunks())
        for start in range(0, 2 * LEAST_PART + 1, MEBIBYTE):
            yield content[start : start + MEBIBYTE]
        raise PowerCut

    with pytest.raises(PowerCut):
        lab.carry_out_with(made, {wanted.archive()[0]: ZipBody(archive.size, breaking)})
    assert len(uploads(lab)) == 1
    counting = cut_at(lab, 10**9, after=False)
    lab.settled(wanted)
    parts = [line for line in counting.seen if "uploadPartNum=" in line]
    assert len(parts) == 1  # of three; two were there already
    assert uploads(lab) == []


@pytest.mark.parametrize("killed", [False, True], ids=["told", "killed"])
def test_parts_of_a_file_that_changed_are_not_gone_on_with(killed: bool, lab: Lab) -> None:
    bucket(lab)
    wanted = big()
    made = lab.plan(wanted)
    name, archive = wanted.archive()

    def spoilt() -> Any:
        for start in range(0, archive.size, MEBIBYTE):
            yield b"x" * min(MEBIBYTE, archive.size - start)
            if killed and start == 2 * LEAST_PART:
                raise PowerCut
        raise failure("MF505", "ballast.bin changed since it was built")

    def send() -> Any:
        return lab.carry_out_with(made, {name: ZipBody(archive.size, spoilt)})

    if killed:
        with pytest.raises(PowerCut):
            send()
        assert len(uploads(lab)) == 1
    else:
        assert [problem.code for problem in send().diagnostics] == ["MF505"]
        assert uploads(lab) == []
    lab.settled(wanted)
    (live,) = lab.models()
    found = lab.connection.data_science.get_model_artifact_content(live.id).data.content
    assert found == b"".join(archive.chunks())
    assert uploads(lab) == []


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_each_request_is_cut_off(after: bool, blank_store: Path, tmp_path: Path) -> None:
    wanted = Manifest(ballast=LEAST_PART + MEBIBYTE, catalog=STAGING, deployment=None)
    cuts = 0
    while True:
        root = tmp_path / "root"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(blank_store, root)
        with open_at(root) as lab:
            bucket(lab)
            made = lab.plan(wanted)
            cut_at(lab, cuts + 1, after=after)
            try:
                assert lab.carry_out(made, wanted).complete
                break
            except PowerCut:
                cuts += 1
        with open_at(root) as lab:
            lab.settled(wanted)
            assert len(lab.models()) == 1
            assert (objects(lab), uploads(lab)) == ([], [])
    assert cuts > 12


def test_parts_are_whole_mebibytes_and_never_too_many() -> None:
    for total in (1, LEAST_PART, 10 << 30, 400 << 30):
        size = part_size(total)
        assert size % MEBIBYTE == 0
        assert size >= LEAST_PART == 10 * MEBIBYTE  # the service takes no smaller part but the last
        assert -(-total // size) <= 10_000
    assert part_size(10 << 30) == LEAST_PART


@pytest.mark.parametrize("staging", [None, STAGING["staging"] | {"always": False}])
def test_two_gibibytes_decide(staging: Any, lab: Lab) -> None:
    wanted = Manifest(catalog={"staging": staging} if staging else {}, deployment=None).desired()
    assert wanted.model is not None
    for size, large in ((2 << 30, False), ((2 << 30) + 1, True)):
        made = plan([replace(wanted, model=replace(wanted.model, size=size))], Observed(), lab.connection.place)
        operations = [step.operation for change in made.changes for step in change.steps]
        assert ("upload_object" in operations) is (large and staging is not None)
        assert [problem.code for problem in made.problems] == (["MF732"] if large and staging is None else [])
