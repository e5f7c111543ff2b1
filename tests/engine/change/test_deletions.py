"""Deletions: only of what was read, and done when a list says so; one manifest's trouble stays its own."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from compiler.cli.console import Console
from compiler.engine.change.apply import ApplyResult
from compiler.engine.change.runner import apply
from compiler.planning.plan.destroy import destroy
from compiler.planning.plan.outcome import ApplyOptions, Status
from testing.lab import Lab, Manifest
from testing.transports import mount, refusal, unmount
from testing.waiting import LONG


@dataclass
class Meanwhile:
    """A transport on which something happens before the first request of one method and kind."""

    inner: Any
    method: str
    path: str
    happen: Callable[[], object]
    happened: bool = False

    def send(self, request: Any, **options: Any) -> Any:
        if not self.happened and request.method == self.method and self.path in request.path_url:
            self.happened = True
            self.happen()
        return self.inner.send(request, **options)

    def close(self) -> None:
        self.inner.close()


def meanwhile(lab: Lab, path: str, happen: Callable[[], object]) -> None:
    """Have something happen just before the first DELETE of `path`."""
    mount(lab, Meanwhile(None, "DELETE", path, happen))


def protect(lab: Lab) -> None:
    (live,) = lab.deployments()
    tags = {"freeformTags": {**live.tags, "manifact-protect": "true"}}
    lab.connection.data_science.update_model_deployment(live.id, tags)
    lab.wait()


def describe(lab: Lab) -> None:
    (live,) = lab.models()
    lab.connection.data_science.update_model(live.id, {"description": "this one we need"})


def test_a_deployment_that_is_protected_after_the_question_is_not_deleted(lab: Lab) -> None:
    lab.settled(Manifest())
    made = destroy(["wine"], lab.observe(), lab.connection.place)
    assert not made.problems
    meanwhile(lab, "/modelDeployments/", lambda: protect(lab))
    outcome = lab.carry_out(made)
    assert [problem.code for problem in outcome.diagnostics] == ["MF716"]
    assert (len(lab.deployments()), len(lab.models())) == (1, 1)


def test_what_no_manifest_has_is_only_deleted_as_it_was_read(lab: Lab) -> None:
    lab.settled(Manifest(deployment=None))
    made = lab.plan(prune=True)
    meanwhile(lab, "/models/", lambda: describe(lab))
    outcome = lab.carry_out(made)
    assert [problem.code for problem in outcome.diagnostics] == ["MF716"]
    assert [live.body["description"] for live in lab.models()] == ["this one we need"]
    assert lab.apply(prune=True).complete
    assert lab.models() == []


def test_old_versions_go_although_the_plan_changed_them_before(lab: Lab) -> None:
    for factor in (2, 3, 4):
        lab.settled(Manifest(factor=factor, catalog={"keepVersions": 1}))
    assert len(lab.models()) == 1


@dataclass
class Forgetting:
    """A transport whose service does not show a deployment any more once it is to be deleted."""

    inner: Any
    refusal: Callable[..., Any]
    asked: bool = False

    def send(self, request: Any, **options: Any) -> Any:
        if self.asked and request.method == "GET" and "/modelDeployments/ocid1." in request.path_url:
            return self.refusal(request, "404", "NotAuthorizedOrNotFound")
        self.asked = self.asked or (request.method == "DELETE" and "/modelDeployments/" in request.path_url)
        return self.inner.send(request, **options)

    def close(self) -> None:
        self.inner.close()


def test_a_record_that_is_gone_after_its_deletion_is_as_good_as_deleted(lab: Lab) -> None:
    lab.settled(Manifest())
    made = destroy(["wine"], lab.observe(), lab.connection.place)
    forgetting = Forgetting(None, refusal)
    mount(lab, forgetting)
    outcome = lab.carry_out(made)
    assert outcome.complete, outcome.diagnostics
    forgetting.asked = False
    assert (lab.models(), lab.deployments()) == ([], [])


def unreadable() -> Iterator[bytes]:
    raise FileNotFoundError(2, "No such file or directory", "model.bin")
    yield b""


@pytest.mark.parametrize("which", ["one", "two"])
def test_a_file_that_is_gone_is_the_trouble_of_one_manifest(which: str, lab: Lab) -> None:
    wanted = {"one": Manifest(name="one"), "two": Manifest(name="two", factor=3)}
    archives = dict(item.archive() for item in wanted.values())
    name, archive = wanted[which].archive()
    archives[name] = replace(archive, chunks=unreadable)
    outcome = lab.carry_out_with(lab.plan(*wanted.values()), archives)
    (problem,) = [problem for problem in outcome.diagnostics if problem.code != "MF723"]
    assert (problem.code, "model.bin" in problem.message) == ("MF724", True)
    failed = {result.change.name for result in outcome.results if result.status is not Status.DONE}
    assert failed == {which}
    assert len(lab.deployments()) == 1
    lab.settled(*wanted.values())


def test_an_attachment_that_is_gone_is_told_as_a_problem(lab: Lab, tmp_path: Any) -> None:
    note = tmp_path / "note.txt"
    note.write_text("n")
    wanted = Manifest(files={"note.txt": note}, catalog={"custom": [{"key": "note", "artifact": "note.txt"}]})
    made, hashes, archives = lab.plan(wanted), wanted.hashes(), dict([wanted.archive()])
    note.unlink()
    outcome = apply(made, lab.connection, archives, ApplyOptions(files={hashes["note.txt"]: note}))
    assert [problem.code for problem in outcome.diagnostics] == ["MF724"]


@dataclass
class OnlyWorkers:
    """A transport that has no network any more for who tells the outcome: only for the threads of apply."""

    inner: Any

    def send(self, request: Any, **options: Any) -> Any:
        if threading.current_thread() is threading.main_thread():
            raise ConnectionError("there is no network")
        return self.inner.send(request, **options)

    def close(self) -> None:
        self.inner.close()


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_was_done_is_told_without_asking_the_service(
    form: str, lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = [Manifest(name="one"), Manifest(name="two", factor=3)]
    made, archives = lab.plan(*wanted), dict(item.archive() for item in wanted)
    transport = OnlyWorkers(None)
    mount(lab, transport)
    outcome = apply(made, lab.connection, archives, ApplyOptions(timeout=LONG))
    Console(json=form == "json").show(ApplyResult(made, outcome))
    told = capsys.readouterr().out
    if form == "json":
        assert [item["status"] for item in json.loads(told)["results"]] == ["done"] * 6
    else:
        assert [line.split()[2:4] for line in told.splitlines() if "/predict" in line] == [
            ["one", "ACTIVE"],
            ["two", "ACTIVE"],
        ]
    unmount(lab, transport)
