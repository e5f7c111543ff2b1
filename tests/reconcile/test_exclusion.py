"""One reconciler at a time: a lease in a bucket, and a holder that was frozen sends nothing new when it wakes."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from compiler.codes import ExitCode
from compiler.diagnostics import CompilerError
from compiler.engine.store.lease import TTL, Clock, Lease
from compiler.reconcile import once

STORE = "oci://staging@local/gitops/"
KEYS = "gitops/cellar/local/"


@pytest.fixture
def stored(repository: Any) -> Any:
    """A repository whose store is a bucket."""
    repository.project(store=STORE, limits={"change": "100%", "perTurn": 50})
    with repository.lab() as lab:
        lab.make_bucket()
    repository.write("a")
    return repository


def keys(repository: Any) -> set[str]:
    with repository.lab() as lab:
        return {name.removeprefix(KEYS) for name in lab.objects() if name.startswith(KEYS)}


def test_memory_and_status_lie_in_the_bucket_and_the_lease_is_given_back(stored: Any) -> None:
    assert stored.settle().exit_code is ExitCode.OK
    assert keys(stored) == {"memory.json", "index/0000.json", "names/a.json"}
    seen: list[str] = []
    stored.patches.append(partial(watch, seen))
    assert stored.turn().exit_code is ExitCode.OK
    # The lease: read, put, delete. Memory and the index are read; nothing changed, so that nothing else is written.
    assert [line.split()[0] for line in seen if "memory" in line or "index" in line].count("PUT") == 0
    assert len([line for line in seen if "/o/" in line]) <= 8


def test_a_second_one_waits_for_the_lease(stored: Any) -> None:
    with stored.lab() as lab:
        storage = lab.connection.object_storage
        storage.put_object("local", "staging", f"{KEYS}lease.json", b'{"holder": "other", "epoch": 7}')
    with pytest.raises(CompilerError, match="other holds the lease"):
        stored.turn(timeout=0.0)
    assert stored.live() == {}
    assert stored.settle(break_lease="other").exit_code is ExitCode.OK


@pytest.mark.slow
@pytest.mark.parametrize("at", [5, 7, 9, 11, 13])
def test_a_holder_that_was_frozen_sends_nothing_new(stored: Any, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    now = [0.0]
    monkeypatch.setattr(once, "Lease", partial(Lease, clock=Clock(lambda: now[0], lambda _: None)))
    freezing = Freezing(at, now)
    stored.patches.append(freezing.mount)
    stored.turn()
    assert freezing.count >= at
    assert freezing.changes_after == 0
    stored.patches.clear()
    now[0] += TTL
    assert stored.settle().exit_code is ExitCode.OK
    assert stored.live() == {"a": (1, 1)}


class Freezing:
    """The process stands still at its n-th request, for three times the life of a lease."""

    def __init__(self, at: int, now: list[float]) -> None:
        self.at, self.now, self.count, self.changes_after = at, now, 0, 0

    def mount(self, connection: Any) -> None:
        session = connection.data_science.base_client.session
        inner, outer = session.adapters["http://"], self

        class Transport:
            def send(self, request: Any, **options: Any) -> Any:
                outer.count += 1
                frozen = outer.count > outer.at
                answer = inner.send(request, **options)
                if outer.count == outer.at:
                    outer.now[0] += 3 * TTL
                outer.changes_after += frozen and request.method != "GET"
                return answer

            def close(self) -> None:
                inner.close()

        session.adapters["http://"] = Transport()


def watch(seen: list[str], connection: Any) -> None:
    """Note every request."""
    for client in (connection.data_science, connection.object_storage):
        session = client.base_client.session
        inner = session.adapters["http://"]

        class Watching:
            def __init__(self, inner: Any) -> None:
                self.inner = inner

            def send(self, request: Any, **options: Any) -> Any:
                seen.append(f"{request.method} {request.path_url}")
                return self.inner.send(request, **options)

            def close(self) -> None:
                self.inner.close()

        session.adapters["http://"] = Watching(inner)
