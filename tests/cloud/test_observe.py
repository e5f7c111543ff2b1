"""Records are read side by side: all of them, in order, and no longer once one of them cannot be had."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import pytest

from compiler.cloud.connect.errors import RequestError
from compiler.cloud.observe import READERS, observe, read
from compiler.planning.plan.planner import Options
from testing.lab import Lab
from testing.some import some
from testing.transports import mount, refusal, unmount
from testing.waiting import LONG

RECORD = re.compile(r"/models/[^/?]+$")
MANY = 5 * READERS


def make_models(lab: Lab, count: int) -> list[str]:
    """Models that carry our tags."""
    place = lab.connection.place
    body = {"compartmentId": place.compartment_id, "projectId": place.project_id, "freeformTags": place.owner("wine")}
    return [str(lab.connection.data_science.create_model(body).data["id"]) for _ in range(count)]


@dataclass
class Together:
    """A transport that answers a request for a record only when as many are under way as there are readers."""

    inner: Any = None
    barrier: threading.Barrier = field(default_factory=lambda: threading.Barrier(READERS, timeout=LONG))

    def send(self, request: Any, **options: Any) -> Any:
        if RECORD.search(request.path_url):
            self.barrier.wait()
        return self.inner.send(request, **options)

    def close(self) -> None:
        self.inner.close()


def test_records_are_read_side_by_side_and_in_order(lab: Lab) -> None:
    ids = make_models(lab, 2 * READERS)
    observed = observe(lab.connection, [])
    transport = Together()
    mount(lab, transport)
    wanted = ids[::-1]
    found = read(lab.connection, wanted, observed)
    unmount(lab, transport)
    assert [live.id for live in found] == wanted
    assert all(live.record and live.etag for live in some(found))


@dataclass
class Refused:
    """A transport on which one record may not be read, and which counts the others."""

    one: str
    refusal: Any
    inner: Any = None
    others: int = 0

    def send(self, request: Any, **options: Any) -> Any:
        if RECORD.search(request.path_url):
            if request.path_url.endswith(self.one):
                return self.refusal(request, "404", "NotAuthorizedOrNotFound")
            self.others += 1
            time.sleep(0.1)  # a record takes its time: reading all would take half a second
        return self.inner.send(request, **options)

    def close(self) -> None:
        self.inner.close()


def test_the_first_record_that_cannot_be_read_ends_it(lab: Lab) -> None:
    make_models(lab, MANY)
    first = observe(lab.connection, []).models[0].id
    transport = Refused(first, refusal)
    mount(lab, transport)
    with pytest.raises(RequestError, match=first):
        observe(lab.connection, [], Options(deep=True))
    unmount(lab, transport)
    assert transport.others < MANY - 1
