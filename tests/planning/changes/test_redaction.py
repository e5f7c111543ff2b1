"""No plan shows what may be a secret, whatever the manifest said of it before; what is sent holds it all the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from compiler.cloud.observe import observe
from compiler.planning.changes.deployment_diff import live_settings
from compiler.planning.desired.variables import Variable, environment_variables, substitute
from compiler.planning.plan.plan import Plan
from compiler.planning.plan.planner import Options, plan
from compiler.planning.plan.saved_plan import save_plan
from testing.lab import Lab, Manifest

SECRET = "hunter2 is the word"
SENSITIVE = {"DB": {"variable": "WORD", "sensitive": True}}
IMAGE = "iad.ocir.io/ns/image:{}"


class Lookup:
    """A manifest whose variable WORD is known here."""

    def __init__(self, written: Any, word: str | None = SECRET) -> None:
        self.written, self.word = written, word

    def archive(self) -> Any:
        return self.written.archive()

    @property
    def files(self) -> dict[str, Any]:
        return {}

    def hashes(self) -> dict[str, str]:
        return {}

    def desired(self) -> Any:
        return substitute(self.written.desired(), lambda _: Variable(self.word, sensitive=True))


def told(lab: Lab, wanted: Any) -> tuple[Plan, str]:
    """A plan and all that is ever written of it."""
    desired = [wanted.desired()]
    made = plan(desired, observe(lab.connection, desired), lab.connection.place)
    return made, repr(made) + json.dumps(made.to_json()) + save_plan(made, desired, Options())


def shown(made: Plan) -> dict[str, tuple[Any, Any]]:
    return {f.path.rpartition(".")[2]: (f.before, f.after) for c in made.changes for f in c.fields}


def live_variables(lab: Lab) -> dict[str, str]:
    return environment_variables(lab.deployments()[0].body)


@pytest.mark.parametrize("more", [{}, {"WEB": "2"}])
def test_a_sensitive_variable_that_becomes_a_literal(more: dict[str, str], lab: Lab) -> None:
    lab.settled(Lookup(Manifest(deployment={"environmentVariables": SENSITIVE})))
    open_one = Manifest(deployment={"environmentVariables": {"DB": "plain", **more}})
    made, text = told(lab, open_one)
    assert SECRET not in text
    assert shown(made)["DB"] == ("(sensitive)", "plain")
    lab.settled(open_one)
    assert live_variables(lab) == {"DB": "plain", **more}


def test_a_literal_whose_name_looks_secret(lab: Lab) -> None:
    lab.settled(Manifest(deployment={"environmentVariables": {"DB_PASSWORD": "hunter2", "LEVEL": "info"}}))
    made, text = told(lab, Manifest(deployment={"environmentVariables": {"DB_PASSWORD": "other", "LEVEL": "debug"}}))
    assert "hunter2" not in text
    assert shown(made) == {"DB_PASSWORD": ("(sensitive)", "(sensitive)"), "LEVEL": ("info", "debug")}


@pytest.mark.parametrize("more", [{}, {"factor": 5}], ids=["same model", "new model"])
def test_what_the_manifest_said_openly_is_shown(more: dict[str, Any], lab: Lab) -> None:
    lab.settled(Manifest(deployment={"environmentVariables": {"LEVEL": "info", "GONE": "1"}, "description": "x"}))
    made, _ = told(lab, Manifest(deployment={"environmentVariables": {"LEVEL": "debug", "NEW": "2"}}, **more))
    found = {name: pair for name, pair in shown(made).items() if name.isupper()}
    assert found == {"LEVEL": ("info", "debug"), "GONE": ("1", None), "NEW": (None, "2")}


def test_what_somebody_set_by_hand(lab: Lab) -> None:
    written = Manifest(deployment={"environmentVariables": {"LEVEL": "info"}})
    lab.settled(written)
    (live,) = lab.deployments()
    environment = {
        "environmentConfigurationType": "DEFAULT",
        "environmentVariables": {"LEVEL": "debug", "MORE": SECRET},
    }
    details = {"deploymentType": "SINGLE_MODEL", "environmentConfigurationDetails": environment}
    lab.connection.data_science.update_model_deployment(live.id, {"modelDeploymentConfigurationDetails": details})
    lab.wait()
    made, text = told(lab, written)
    assert SECRET not in text
    assert shown(made) == {"LEVEL": ("debug", "info"), "MORE": ("(sensitive)", None)}
    lab.settled(written)


@pytest.mark.parametrize("word", [SECRET, None], ids=["known here", "not known here"])
@pytest.mark.parametrize("still", [True, False], ids=["still sensitive", "no more in the manifest"])
def test_ignored_variables_are_sent_as_they_are_and_not_shown(still: bool, word: str | None, lab: Lab) -> None:
    def written(tag: int, variables: Any, **more: Any) -> Any:
        container = {"image": IMAGE.format(tag)}
        return Manifest(deployment={"container": container, "environmentVariables": variables, **more})

    lab.settled(Lookup(written(1, {**SENSITIVE, "LEVEL": "info"})))
    variables = {"LEVEL": "debug", **(SENSITIVE if still else {})}
    wanted = Lookup(written(2, variables, ignoreChanges=["environmentVariables"]), word)
    made, text = told(lab, wanted)
    assert SECRET not in text
    assert "environment" in {step.group for change in made.changes for step in change.steps}
    lab.settled(wanted)
    assert live_variables(lab) == {"DB": SECRET, "LEVEL": "info"}
    image = live_settings(lab.deployments()[0])[
        ("modelDeploymentConfigurationDetails", "environmentConfigurationDetails", "image")
    ]
    assert image == IMAGE.format(2)
