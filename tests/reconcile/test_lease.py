"""The lease: one holder at a time, whatever the clocks say, and a frozen holder begins nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from compiler.cloud.objectstorage.objects import Place
from compiler.diagnostics import CompilerError, failure
from compiler.engine.store.bucket import BucketStore
from compiler.engine.store.lease import KEY, TTL, Clock, Lease
from compiler.engine.store.protocol import Changed, FolderStore, Store


class Time:
    """A clock that goes on when somebody waits."""

    def __init__(self, start: float = 0.0) -> None:
        self.value = start

    def clock(self) -> Clock:
        return Clock(lambda: self.value, self.wait)

    def wait(self, seconds: float) -> None:
        self.value += seconds


@pytest.fixture(params=["folder", "bucket"])
def store(request: Any, tmp_path: Path, lab: Any) -> Store:
    if request.param == "folder":
        return FolderStore(tmp_path / "store")
    lab.make_bucket()
    return BucketStore(lab.connection, Place("local", "staging", "cellar/"))


def lease(store: Store, holder: str, time: Time, origin: str = "repo") -> Lease:
    return Lease(store, holder, origin, clock=time.clock())


def test_a_store_keeps_conditions(store: Store) -> None:
    assert store.read("a/b") is None
    etag = store.write("a/b", b"one", if_absent=True)
    with pytest.raises(Changed):
        store.write("a/b", b"two", if_absent=True)
    newer = store.write("a/b", b"two", if_match=etag)
    for late in (lambda: store.write("a/b", b"three", if_match=etag), lambda: store.delete("a/b", etag)):
        with pytest.raises(Changed):
            late()
    assert store.read("a/b") == (b"two", newer)
    assert list(store.list("a/")) == ["a/b"]
    store.delete("a/b", newer)
    store.delete("a/b")
    assert list(store.list("")) == []


def test_a_lease_that_is_renewed_is_not_taken(store: Store) -> None:
    time = Time()
    first, second = lease(store, "first", time), lease(store, "second", time)
    first.take(0)
    for _ in range(5):
        with pytest.raises(CompilerError, match="first holds"):
            second.take(TTL / 2)
        assert first.renew()
    first.release()
    second.take(0)
    assert (second.held, first.held) == (True, False)


def test_a_dead_lease_is_taken_after_its_time_by_the_observers_own_clock(store: Store) -> None:
    theirs, ours = Time(10_000.0), Time(-600.0)
    frozen, rival = lease(store, "frozen", theirs), lease(store, "rival", ours)
    frozen.take(0)
    rival.take(2 * TTL)
    assert rival.epoch == frozen.epoch + 1
    theirs.wait(3 * TTL)
    assert not frozen.held
    assert not frozen.renew()
    frozen.release()
    assert rival.held
    assert json.loads(store.read(KEY)[0])["holder"] == "rival"  # type: ignore[index]


def test_a_lease_deleted_by_hand_is_lost(store: Store) -> None:
    time = Time()
    first = lease(store, "first", time)
    first.take(0)
    store.delete(KEY)
    assert not first.renew()
    assert not first.held


def test_a_holder_is_named_to_break_its_lease(store: Store) -> None:
    time = Time()
    lease(store, "first", time).take(0)
    second = lease(store, "second", time)
    with pytest.raises(CompilerError, match="MF780"):
        second.take(0, breaking="somebody else")
    second.take(0, breaking="first")
    assert second.held


def test_two_repositories_do_not_share_a_target(store: Store) -> None:
    time = Time()
    lease(store, "first", time, "one").take(0)
    with pytest.raises(CompilerError, match="MF782"):
        lease(store, "second", time, "two").take(0)


def test_a_missed_renewal_stops_new_changes(store: Store) -> None:
    time = Time()
    first = lease(store, "first", time)
    first.take(0)
    time.wait(TTL * 0.7)
    assert not first.held


class Failing(FolderStore):
    """A store whose writes fail for a while: the bucket is gone, or the service answers 503."""

    broken = False

    def write(self, key: str, content: bytes, *, if_match: str | None = None, if_absent: bool = False) -> str:
        if self.broken:
            raise failure("MF715", "503 ServiceUnavailable")
        return super().write(key, content, if_match=if_match, if_absent=if_absent)


def test_a_renewal_that_fails_for_a_moment_loses_nothing_and_for_long_stops_changes(tmp_path: Path) -> None:
    time, store = Time(), Failing(tmp_path)
    first = lease(store, "first", time)
    first.take(0)
    store.broken = True
    time.wait(TTL / 3)
    with pytest.raises(CompilerError, match="503"):
        first.renew()
    assert first.held
    time.wait(TTL / 2)
    assert not first.held
    store.broken = False
    assert first.renew()
    assert first.held
