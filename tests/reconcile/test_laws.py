"""Laws of the pure parts: sizes of documents, secrets, backoff, limits, events."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.diagnostics import Diagnostic
from compiler.engine.store.protocol import FolderStore
from compiler.planning.canonical import text
from compiler.planning.changes.types import Action, Cause, Change, FieldChange
from compiler.planning.live.observed import Kind
from compiler.planning.plan.outcome import Result, Status
from compiler.reconcile.persistence import Kept, document_key, load, pages_of, save_memory, save_statuses
from compiler.reconcile.reporting.conditions import DOCUMENT, MESSAGE, NameStatus, from_row, scrubbed, status_of
from compiler.reconcile.reporting.events import transitions
from compiler.reconcile.reporting.html import status_html
from compiler.reconcile.turn.decisions import decide
from compiler.reconcile.turn.deep_round import due_names
from compiler.reconcile.turn.facts import Fleet, NameFacts
from compiler.reconcile.turn.memory import Memory, NameMemory, Tombstone
from compiler.reconcile.turn.orders import Orders
from compiler.reconcile.turn.recall import after_acting, before_acting
from compiler.reconcile.turn.settings import Limits, Settings
from compiler.reconcile.turn.states import NameState, State

NOW = 1_800_000_000.0
SETTINGS = Settings(store="local", drift={"state": "report", "content": "report"}, limits=Limits(per_turn=1000))
ROW = 250
"""Most bytes of a row of the fleet index."""


def change(name: str, **more: object) -> Change:
    known = {"reason": "the manifest changed", "id": f"ocid1.{name}", "fields": (FieldChange("a", 1, 2),), **more}
    return Change(Kind.DEPLOYMENT, name, Action.UPDATE, **known)  # type: ignore[arg-type]


def facts(name: str, *changes: Change, **more: object) -> NameFacts:
    known = {"wanted": "w", "manifest": f"models/{name}/model.yaml", "resource_states": {f"ocid1.{name}": "ACTIVE"}}
    return NameFacts(name, changes=changes, **{**known, **more})  # type: ignore[arg-type]


def fleet(*items: NameFacts, **more: object) -> Fleet:
    return Fleet({item.name: item for item in items}, {}, project="cellar", **more)  # type: ignore[arg-type]


@given(st.text(max_size=3000), st.lists(st.text(max_size=200), max_size=400), st.sampled_from(list(State)))
def test_documents_have_a_size(message: str, paths: list[str], state: State) -> None:
    name = "n" * 63
    decided = NameState(name, state, "R" * 100, message, "both", tuple(paths), next_try=NOW)
    status = status_of(decided, facts(name, change(name), endpoint="https://e/" * 500), None, NOW)
    assert status.document is not None
    assert len(status.document["message"]) <= MESSAGE
    assert len(text(status.document).encode()) <= DOCUMENT
    assert len(json.dumps(status.to_row(), separators=(",", ":")).encode()) <= ROW
    known = from_row(json.loads(json.dumps(status.to_row())))
    assert (known.truths, known.since, known.digest) == (status.truths, status.since, status.digest)


@given(st.text(min_size=1, max_size=50), st.text(max_size=400), st.text(max_size=400))
def test_no_secret_is_in_a_message(secret: str, before: str, after: str) -> None:
    found = scrubbed(before + secret + after, [secret])
    flat = " ".join(secret.split())
    if len(flat) > 2 and flat not in "(hidden)" and flat not in " ".join((before + " " + after).split()):
        assert flat not in found.replace("(hidden)", "")


def test_since_moves_with_the_status_only() -> None:
    acting = NameState("a", State.ACTING, "Differs", "one")
    first = status_of(acting, facts("a", change("a")), None, NOW)
    second = status_of(replace(acting, message="two"), facts("a", change("a")), first, NOW + 60)
    assert second.since == first.since
    third = status_of(NameState("a", State.IN_SYNC, "InSync"), facts("a"), second, NOW + 120)
    assert third.since[-1] == NOW + 120
    assert third.since[0] == NOW


def test_the_same_failure_for_500_turns_is_one_event_and_so_is_the_recovery() -> None:
    known: dict[str, object] = {}
    events = []
    for turn in range(500):
        broken = NameState("a", State.BROKEN, "ManifestInvalid", "wrong")
        after = {"a": status_of(broken, facts("a"), known.get("a"), NOW + turn)}  # type: ignore[arg-type]
        events += transitions(known, after, "t", "r")  # type: ignore[arg-type]
        known = dict(after)
    assert [event["type"] for event in events if event["type"] in ("Compiled", "Ready")] == ["Compiled", "Ready"]
    good = {"a": status_of(NameState("a", State.IN_SYNC, "InSync"), facts("a"), known["a"], NOW)}  # type: ignore[arg-type]
    told = transitions(known, good, "t", "r")  # type: ignore[arg-type]
    assert {(event["type"], event["status"]) for event in told} >= {("Compiled", "True"), ("Ready", "True")}
    assert transitions(good, good, "t", "r") == []


def failing(code: str, turns: int, every: float) -> tuple[int, list[float]]:
    """How often a name that always fails is tried, and when."""
    memory, tried = Memory(), []
    known = fleet(facts("a", change("a")))
    for turn in range(turns):
        now = NOW + turn * every
        states = decide(known, memory, SETTINGS, Orders(consent=True), now)
        memory = before_acting(memory, known, states, SETTINGS, now)
        if states["a"].begins:
            tried.append(now)
            failed = (Result(states["a"].act[0], Status.FAILED, diagnostics=(Diagnostic(code, "no"),)),)
            memory = after_acting(memory, known, {"a": failed}, SETTINGS, now)
    return len(tried), tried


def test_what_only_a_change_can_mend_is_tried_once_a_day() -> None:
    assert failing("MF713", 24 * 60, 60)[0] == 1


def test_other_failures_are_tried_ever_more_seldom_up_to_an_hour() -> None:
    count, tried = failing("MF721", 24 * 60, 60)
    pauses = [b - a for a, b in itertools.pairwise(tried)]
    assert 20 < count < 40
    assert max(pauses) <= 3600 * 1.2 + 60
    assert pauses[0] < 120


def test_a_busy_service_slows_the_fleet_and_nobody_fails_for_good() -> None:
    known = fleet(facts("a", change("a")), facts("b", change("b")))
    settings = replace(SETTINGS, limits=Limits(change=100, per_turn=10))
    states = decide(known, Memory(), settings, Orders(consent=True), NOW)
    busy = (Result(states["a"].act[0], Status.FAILED, diagnostics=(Diagnostic("MF715", "429"),)),)
    memory = after_acting(before_acting(Memory(), known, states, settings, NOW), known, {"a": busy}, settings, NOW)
    soon = decide(known, memory, settings, Orders(consent=True), NOW + 10)
    assert {state.reason for state in soon.values()} == {"ServiceBusy"}
    later = decide(known, memory, settings, Orders(consent=True), NOW + 31)
    assert [name for name, state in later.items() if not state.begins] == []


@pytest.mark.parametrize(
    ("live", "changing", "begins"), [(100, 30, True), (100, 31, False), (2, 1, True), (2, 2, False)]
)
def test_a_class_beyond_its_limit_is_stopped_as_a_whole(live: int, changing: int, begins: bool) -> None:
    items = [facts(f"m{n}", *([change(f"m{n}")] if n < changing else [])) for n in range(live)]
    states = decide(fleet(*items), Memory(), SETTINGS, Orders(consent=True), NOW)
    assert {states[f"m{n}"].begins for n in range(changing)} == {begins}


def test_an_approval_is_for_that_very_difference() -> None:
    items = [facts(f"m{n}", change(f"m{n}")) for n in range(4)]
    blocked = decide(fleet(*items), Memory(), SETTINGS, Orders(consent=True), NOW)
    (key,) = {state.approve for state in blocked.values()}
    orders = Orders(consent=True, approve=frozenset({key}))
    decided = decide(fleet(*items), Memory(), SETTINGS, orders, NOW)
    assert [name for name, state in decided.items() if not state.begins] == []
    more = [*items, facts("m4", change("m4"))]
    assert not any(state.begins for state in decide(fleet(*more), Memory(), SETTINGS, orders, NOW).values())


def test_finishing_what_was_begun_is_never_limited() -> None:
    items = [facts(f"m{n}", change(f"m{n}", cause=Cause.UNFINISHED)) for n in range(10)]
    states = decide(fleet(*items), Memory(), SETTINGS, Orders(), NOW)
    assert {state.state for state in states.values()} == {State.UNFINISHED}


def test_a_deployment_that_is_stuck_stalls_alone() -> None:
    stuck = facts("a", in_progress="UPDATING", in_progress_since=NOW - 7200)
    states = decide(fleet(stuck, facts("b", change("b"))), Memory(), SETTINGS, Orders(consent=True), NOW)
    assert (states["a"].reason, states["b"].state) == ("Stalled", State.ACTING)


def test_a_deployment_that_is_stuck_for_two_hours_is_one_event() -> None:
    known: dict[str, NameStatus] = {}
    events = []
    for minute in range(120):
        stuck = facts("a", in_progress="UPDATING", in_progress_since=NOW)
        now = NOW + 60 * minute
        state = decide(fleet(stuck), Memory(), SETTINGS, Orders(consent=True), now)["a"]
        after = {"a": status_of(state, stuck, known.get("a"), now)}
        events += transitions(known, after, "t", "r")
        known = after
    assert [event["status"] for event in events if event["type"] == "Stalled"] == ["True"]


def test_what_failed_its_smoke_test_is_not_tried_again_until_it_changes() -> None:
    memory, failed = Memory(), facts("a", change("a"), failed_test=True)
    for turn in range(50):
        states = decide(fleet(failed), memory, SETTINGS, Orders(consent=True), NOW + 3600 * turn)
        memory = before_acting(memory, fleet(failed), states, SETTINGS, NOW + 3600 * turn)
        assert (states["a"].state, states["a"].begins) == (State.FAILED, False)
    mended = facts("a", change("a"), wanted="another test")
    assert decide(fleet(mended), memory, SETTINGS, Orders(consent=True), NOW)["a"].begins


def test_a_refused_source_finishes_what_was_begun_and_begins_nothing() -> None:
    begun, fresh = facts("a", change("a", cause=Cause.UNFINISHED)), facts("b", change("b"))
    states = decide(fleet(begun, fresh), Memory(), SETTINGS, Orders(consent=True, source_problem="git is down"), NOW)
    assert (states["a"].begins, states["b"].state) == (True, State.BLOCKED)


def test_memory_comes_back_as_it_was_written() -> None:
    names = {
        "a": NameMemory(begun="w", differs_since=1.0, failures=2, failed_wanted="w", retry_at=3.0),
        "b": NameMemory(repairs=((1.0, ("x",)),), contested=("x",), contested_wanted="w"),
        "c": NameMemory(tombstone=Tombstone("r", 1.0, 2.0, ("id",), 3)),
    }
    memory = Memory("r", "p", "o", "m", 1.0, 2.0, 3.0, names)
    assert Memory.from_json(json.loads(json.dumps(memory.to_json()))) == memory


def test_the_page_holds_nothing_that_runs() -> None:
    names = [
        {"name": "<script>x</script>", "state": "Broken", "reason": "R", "since": 1, "conditions": {}, "message": "<b>"}
    ]
    page = status_html({"formatVersion": 1, "target": "<t>", "revision": "", "names": names}, NOW)  # type: ignore[typeddict-item]
    assert "<script" not in page
    assert "<b>&lt;" not in page
    assert "&lt;t&gt;" in page


def test_ten_thousand_names_and_messages_of_a_megabyte_stay_within_their_sizes(tmp_path: Path) -> None:
    """The document of a name 8 KiB, a row of the index 250 bytes, a page 500 names; memory only of what is open."""
    names = [f"model-{number:05}-{'x' * 50}" for number in range(10_000)]
    message = "the service said: " + '\u00e9\n"' * 333_000
    states = {name: NameState(name, State.BACKING_OFF, "RequestFailed", message, "live") for name in names[:20]}
    states |= {name: NameState(name, State.IN_SYNC, "InSync") for name in names[20:]}
    known = {name: facts(name, change(name)) for name in names}
    statuses = {name: status_of(state, known[name], None, NOW) for name, state in states.items()}
    store = FolderStore(tmp_path)
    save_statuses(store, Kept(), {name: statuses[name] for name in names[:40]})
    for name in names[:40]:
        found = store.read(document_key(name))
        assert found is not None
        assert len(found[0]) <= DOCUMENT
    pages = pages_of(statuses)
    assert len(pages) == 20
    assert all(len(line.encode()) <= ROW + 2 for page in pages.values() for line in page.splitlines())
    kept = load_pages(store, pages)
    assert {name: status.since for name, status in kept.statuses.items()} == {n: s.since for n, s in statuses.items()}


def load_pages(store: FolderStore, pages: Mapping[str, str]) -> Kept:
    for key, page in pages.items():
        store.write(key, page.encode())
    save_memory(store, Memory(), 10_000)
    return load(store)


@settings(deadline=None)
@given(st.integers(1, 200), st.floats(20, 3000))
def test_a_round_reads_every_name_once_in_its_time(count: int, every: float) -> None:
    names = {f"n{number}" for number in range(count)}
    period, now, seen = 3600.0, NOW, []
    while now < NOW + period:
        later = min(NOW + period, now + every)
        seen += due_names(names, now, later, period)
        now = later
    assert sorted(seen) == sorted(names)
    assert due_names(names, NOW, NOW + 2 * period, period) == names
    assert due_names(names, 0.0, NOW, period) == due_names(names, NOW, NOW + 60, 0.0) == frozenset()
