"""`export` straight from a directory: what was cut off is gone on with, and never with parts of other bytes."""

from __future__ import annotations

import pytest

from compiler.cloud.connect.watch import WaitOptions
from compiler.cloud.export import export_directory
from compiler.cloud.objectstorage.multipart import LEAST_PART
from compiler.cloud.objectstorage.objects import Place
from compiler.diagnostics import CompilerError
from testing.lab import Lab, Manifest
from testing.transports import PowerCut, cut_at

BALLAST = 3 * LEAST_PART


@pytest.fixture
def place(lab: Lab) -> Place:
    storage = lab.connection.object_storage
    namespace = storage.get_namespace().data
    storage.create_bucket(namespace, {"name": "exports", "compartmentId": lab.connection.place.compartment_id})
    return Place(namespace, "exports", "a.zip")


def content(lab: Lab, place: Place) -> bytes:
    reply = lab.connection.object_storage.get_object(place.namespace, place.bucket, place.name)
    return bytes(reply.data.raw.read())


def test_only_the_parts_that_are_missing_are_sent(lab: Lab, place: Place) -> None:
    _, archive = Manifest(ballast=BALLAST).archive()
    cutting = cut_at(lab, 6, after=True)
    with pytest.raises(PowerCut):
        export_directory(lab.connection, archive, place, WaitOptions())
    cutting.at = 0
    begun = len(cutting.seen)
    # Part 1 is there, and perhaps more: parts are sent in parallel.
    size = export_directory(lab.connection, archive, place, WaitOptions())
    assert size == archive.size
    assert content(lab, place) == b"".join(archive.chunks())
    sent = [line for line in cutting.seen[begun:] if "uploadPartNum=" in line]
    assert len(sent) < 4
    again = export_directory(lab.connection, archive, place, WaitOptions())
    assert again == -archive.size


@pytest.mark.parametrize("less", [0, LEAST_PART])
def test_parts_of_other_bytes_are_sent_again(less: int, lab: Lab, place: Place) -> None:
    _, former = Manifest(ballast=BALLAST - less, score="# another one").archive()
    _, archive = Manifest(ballast=BALLAST).archive()
    cutting = cut_at(lab, 6, after=True)
    with pytest.raises(PowerCut):
        export_directory(lab.connection, former, place, WaitOptions())
    cutting.at = 0
    export_directory(lab.connection, archive, place, WaitOptions())
    assert content(lab, place) == b"".join(archive.chunks())
    assert lab.connection.object_storage.list_multipart_uploads(place.namespace, place.bucket).data == []


def test_the_same_size_is_not_the_same(lab: Lab, place: Place) -> None:
    _, first = Manifest(factor=2).archive()
    _, second = Manifest(factor=3).archive()
    assert first.size == second.size
    export_directory(lab.connection, first, place, WaitOptions())
    with pytest.raises(CompilerError) as refused:
        export_directory(lab.connection, second, place, WaitOptions())
    assert refused.value.diagnostics[0].code == "MF763"
    assert content(lab, place) == b"".join(first.chunks())
    export_directory(lab.connection, second, place, WaitOptions(), overwrite=True)
    assert content(lab, place) == b"".join(second.chunks())
