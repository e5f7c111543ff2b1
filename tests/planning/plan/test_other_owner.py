"""A renamed project or target is told before a second fleet is planned beside the first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compiler.diagnostics import Severity
from compiler.planning.plan.planner import plan
from testing.lab import Lab, Manifest
from testing.some import some


@pytest.mark.parametrize(("field", "word"), [("project", "cellar"), ("target", "local")])
def test_a_renamed_project_or_target_is_told(lab: Lab, field: str, word: str) -> None:
    names = ("red", "white")
    lab.settled(*(Manifest(name=name) for name in names))
    place = replace(lab.connection.place, **{field: "renamed"})
    desired = [Manifest(name=name).desired() for name in (*names, "new")]
    made = plan(desired, lab.observe(), place)
    told = [problem for problem in made.problems if problem.code == "MF778"]
    assert {problem.severity for problem in told} == {Severity.WARNING}
    assert sorted(problem.message.partition(" of the ")[0] for problem in told) == [
        "deployment 'red'", "deployment 'white'", "model 'red'", "model 'white'",
    ]  # fmt: skip
    assert all(f"the {field} '{word}'" in problem.message for problem in some(told))
    assert all(f"call it '{word}' again" in str(problem.hint) for problem in some(told))


def test_nothing_is_told_of_what_is_settled_or_wholly_another_s(lab: Lab) -> None:
    lab.settled(Manifest(name="red"))
    assert lab.plan(Manifest(name="red")).problems == ()
    place = replace(lab.connection.place, project="theirs", target="prod")
    made = plan([Manifest(name="red").desired()], lab.observe(), place)
    assert [problem.code for problem in made.problems] == []
