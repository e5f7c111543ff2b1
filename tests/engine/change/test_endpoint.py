"""With real server processes: the endpoint answers, is moved, is put back when it answers wrongly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from compiler.cloud.datascience.invoke import find_deployment, predict
from compiler.cloud.observe import observe
from compiler.diagnostics import exit_code
from compiler.engine.change.runner import apply
from compiler.planning import tags
from compiler.planning.changes.types import Action
from compiler.planning.desired.variables import Variable, environment_variables, substitute
from compiler.planning.plan.destroy import destroy
from compiler.planning.plan.outcome import Status
from compiler.planning.plan.planner import plan
from testing.lab import BROKEN, Lab, Manifest

pytestmark = pytest.mark.slow


@pytest.fixture
def lab(open_lab: Callable[..., Lab]) -> Any:
    return open_lab(processes=True)


def ask(lab: Lab, x: int) -> list[float]:
    deployment = find_deployment(lab.connection, lab.observe().deployments, "wine")
    answer = predict(lab.connection, deployment, [{"x": x}])
    assert answer.status == 200, answer.body
    found: list[float] = answer.json()["prediction"]
    return found


def test_from_nothing_to_an_answer_and_back(lab: Lab) -> None:
    outcome = lab.settled(Manifest(factor=2))
    assert outcome.diagnostics == ()  # tested, and right
    assert ask(lab, 4) == [8]
    lab.settled(Manifest(factor=5))
    assert ask(lab, 4) == [20]
    gone = lab.carry_out(destroy(["wine"], lab.observe(), lab.connection.place))
    assert gone.complete
    assert (lab.models(), lab.deployments()) == ([], [])


def test_a_wrong_answer_puts_the_former_model_back(lab: Lab) -> None:
    lab.settled(Manifest(factor=2))
    wrong = Manifest(factor=7, claimed=8, deployment={"environmentVariables": {"LEVEL": "debug"}})
    outcome = lab.apply(wrong)
    assert [result.status for result in outcome.results] == [Status.DONE, Status.FAILED]
    assert exit_code(outcome.diagnostics) == 4
    assert "row 1 gives 21.0, expected 24" in outcome.diagnostics[0].message
    assert outcome.results[1].detail == "the former settings serve again"
    assert ask(lab, 4) == [8]
    (live,) = lab.deployments()
    assert "LEVEL" not in str(live.body)

    again = lab.plan(wrong)
    assert again.empty
    assert [change.action for change in again.changes] == [Action.NOOP]
    assert [problem.code for problem in again.problems] == ["MF731"]
    assert not lab.plan(wrong, retry=True).empty

    lab.settled(Manifest(factor=7))
    assert ask(lab, 4) == [28]
    assert tags.FAILED not in lab.deployments()[0].tags


def test_an_error_of_the_model_puts_the_former_model_back(lab: Lab) -> None:
    lab.settled(Manifest(factor=2))
    outcome = lab.apply(Manifest(factor=7, score=BROKEN))
    assert exit_code(outcome.diagnostics) == 4
    assert "this model was never any good" in outcome.diagnostics[0].message
    assert ask(lab, 4) == [8]


def test_a_model_that_does_not_load_leaves_the_former_one_serving(lab: Lab) -> None:
    lab.settled(Manifest(factor=2))
    outcome = lab.apply(Manifest(factor=7, score="raise RuntimeError('not here')\n"))
    assert [problem.code for problem in outcome.diagnostics] == ["MF720"]
    assert "not here" in outcome.diagnostics[0].message
    assert outcome.results[-1].detail == "nothing had to be put back: it has its former settings"
    assert ask(lab, 4) == [8]
    lab.settled(Manifest(factor=3))
    assert ask(lab, 4) == [12]


def test_a_first_deployment_that_answers_wrongly_is_taken_off(lab: Lab) -> None:
    outcome = lab.apply(Manifest(factor=2, claimed=3))
    assert outcome.results[-1].detail == "the deployment was deactivated"
    (live,) = lab.deployments()
    assert live.state == "INACTIVE"
    assert lab.plan(Manifest(factor=2, claimed=3)).empty
    lab.settled(Manifest(factor=3))
    assert ask(lab, 4) == [12]


def test_going_back_uploads_nothing(lab: Lab) -> None:
    lab.settled(Manifest(factor=2))
    lab.settled(Manifest(factor=5))
    back = lab.plan(Manifest(factor=2))
    assert not [s for c in back.changes for s in c.steps if s.operation in ("create_model", "create_model_artifact")]
    lab.settled(Manifest(factor=2))
    assert ask(lab, 4) == [8]
    assert len(lab.models()) == 2


def test_a_process_that_died_is_started_again(lab: Lab) -> None:
    lab.settled(Manifest(factor=2))
    lab.kill_servers()
    made = lab.plan(Manifest(factor=2))
    assert [change.action for change in made.pending] == [Action.RESTART]
    lab.settled(Manifest(factor=2))
    assert ask(lab, 4) == [8]


def test_a_replacement_that_answers_wrongly_leaves_the_former_one_serving(lab: Lab) -> None:
    custom = {"network": {"accessType": "CUSTOM_NETWORKING", "subnetId": "ocid1.subnet.oc1..a"}}
    lab.settled(Manifest(factor=2, deployment=custom))
    (former,) = lab.deployments()
    outcome = lab.apply(Manifest(factor=2, claimed=3))
    assert outcome.results[-1].status is Status.FAILED
    assert "the former one still serves" in outcome.results[-1].detail
    assert [live.id for live in lab.deployments()] == [former.id]
    assert ask(lab, 4) == [8]
    assert lab.plan(Manifest(factor=2, claimed=3)).empty
    lab.settled(Manifest(factor=2))
    assert [live.id for live in lab.deployments()] != [former.id]
    assert ask(lab, 4) == [8]


def test_putting_back_restores_the_secrets_that_were_live(lab: Lab) -> None:
    def applied(password: str, **more: Any) -> Any:
        variables = {"DB": {"variable": "PASSWORD", "sensitive": True}, "LEVEL": password}
        written = Manifest(deployment={"environmentVariables": variables}, **more)
        wanted = [substitute(written.desired(), lambda _: Variable(password, sensitive=True))]
        made = plan(wanted, observe(lab.connection, wanted), lab.connection.place)
        return apply(made, lab.connection, dict([written.archive()]))

    assert applied("hunter2").complete
    outcome = applied("hunter3", factor=7, claimed=8)
    assert outcome.results[-1].detail == "the former settings serve again"
    assert environment_variables(lab.deployments()[0].body) == {"DB": "hunter2", "LEVEL": "hunter2"}
