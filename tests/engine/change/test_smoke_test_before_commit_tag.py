"""Between the new model and its test an apply is cut off: the next one asks first, and only then calls it good."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from compiler.cloud.datascience.invoke import find_deployment, predict
from compiler.diagnostics import exit_code
from compiler.engine.change.runner import apply
from compiler.planning import tags
from compiler.planning.plan.outcome import ApplyOptions, Status
from testing.lab import Lab, Manifest
from testing.paths import child_environment

pytestmark = pytest.mark.slow

CHILD = """
import os, sys
from pathlib import Path
from testing.lab import Manifest, open_at
from testing.transports import mount


class Cut:
    inner = None

    def send(self, request, **options):
        answer = self.inner.send(request, **options)
        if request.method == "PUT" and "/modelDeployments/" in request.path_url:
            os._exit(9)
        return answer


lab = open_at(Path(sys.argv[1]), processes=True)
wanted = Manifest(factor=7, claimed=8)
made = lab.plan(wanted)
mount(lab, Cut())
lab.carry_out(made, wanted)
"""


@pytest.fixture
def lab(open_lab: Callable[..., Lab]) -> Any:
    return open_lab(processes=True)


def ask(lab: Lab, x: int) -> list[float]:
    deployment = find_deployment(lab.connection, lab.observe().deployments, "wine")
    found: list[float] = predict(lab.connection, deployment, [{"x": x}]).json()["prediction"]
    return found


def begun(lab: Lab, wanted: Any) -> None:
    """What `--no-wait` leaves, once the service is done."""
    outcome = apply(lab.plan(wanted), lab.connection, dict([wanted.archive()]), ApplyOptions(wait=False))
    assert [result.status for result in outcome.results] == [Status.DONE, Status.STARTED]
    lab.wait()


def is_put_back(lab: Lab, wrong: Any, words: str) -> None:
    mark = lab.deployments()[0].tags[tags.CONFIG]
    outcome = lab.apply(wrong)
    assert exit_code(outcome.diagnostics) == 4
    assert outcome.results[-1].detail == words
    assert ask(lab, 4) == [8]
    (live,) = lab.deployments()
    assert live.tags[tags.CONFIG] == mark
    assert tags.FAILED in live.tags
    assert lab.plan(wrong).empty


@pytest.mark.parametrize("settled", [False, True], ids=["under way", "there"])
def test_a_wrong_model_of_a_killed_process_is_put_back(settled: bool, lab: Lab) -> None:
    lab.settled(Manifest(factor=2))
    command = [sys.executable, "-c", CHILD, str(lab.root)]
    assert subprocess.run(command, env=child_environment(), check=False).returncode == 9
    if settled:
        lab.wait()
        assert ask(lab, 4) == [28]
    words = "the former model serves again" if settled else "the former settings serve again"
    is_put_back(lab, Manifest(factor=7, claimed=8), words)
    lab.settled(Manifest(factor=2))


def test_a_wrong_model_that_nobody_waited_for_is_put_back(lab: Lab) -> None:
    lab.settled(Manifest(factor=2))
    wrong = Manifest(factor=7, claimed=8)
    begun(lab, wrong)
    is_put_back(lab, wrong, "the former model serves again")


def test_the_next_model_is_not_put_back_to_one_that_was_never_asked(lab: Lab) -> None:
    lab.settled(Manifest(factor=2))
    begun(lab, Manifest(factor=7, claimed=8))
    is_put_back(lab, Manifest(factor=9, claimed=8), "the former settings serve again")


def test_a_right_model_that_nobody_waited_for_is_asked_and_marked(lab: Lab) -> None:
    lab.settled(Manifest(factor=2))
    begun(lab, Manifest(factor=3))
    assert "smoke_test" in [step.operation for change in lab.plan(Manifest(factor=3)).changes for step in change.steps]
    lab.settled(Manifest(factor=3))
    assert ask(lab, 4) == [12]


def test_nothing_is_claimed_where_the_former_settings_are_not_known(lab: Lab) -> None:
    lab.settled(Manifest(factor=2))
    settings = {"environmentVariables": {"LEVEL": "debug"}}
    begun(lab, Manifest(factor=2, deployment=settings))
    wrong = Manifest(factor=2, claimed=8, deployment=settings)
    outcome = lab.apply(wrong)
    assert exit_code(outcome.diagnostics) == 4
    assert outcome.results[-1].detail.startswith("nothing was put back: what served before is not known")
    (live,) = lab.deployments()
    assert tags.FAILED in live.tags
    assert lab.plan(wrong).empty
