"""No plan shows a variable that is a secret by its name or its value; the lists are the tests' own."""

from __future__ import annotations

import json
import re

import pytest

from compiler.cloud.observe import observe
from compiler.planning.plan.planner import plan
from compiler.planning.secret_detection import looks_secret
from testing.lab import Lab, Manifest
from testing.security_lists import entries

NAMES = entries("secret_variables")
VALUES = entries("secret_values")
OPEN = dict(entry.split("=", 1) for entry in entries("open_variables"))
VALUE = "lorem ipsum dolor"


def told(lab: Lab, before: dict[str, str], after: dict[str, str]) -> tuple[str, str]:
    """What is shown of a plan that gives a live deployment other variables; and all of it, with what is to be sent."""
    lab.settled(Manifest(deployment={"environmentVariables": before}))
    wanted = [Manifest(deployment={"environmentVariables": after}).desired()]
    made = plan(wanted, observe(lab.connection, wanted), lab.connection.place)
    assert made.changes
    fields = [field for change in made.changes for field in change.fields]
    return str(fields), json.dumps(made.to_json(), ensure_ascii=False)


def test_no_secret_name_shows_its_value_in_a_plan(lab: Lab) -> None:
    names = [name for name in NAMES if re.fullmatch(r"\w+", name)]
    old, new = ({name: f"<{name} of {age}>" for name in names} for age in ("old", "now"))
    shown, everything = told(lab, old, new)
    assert [name for name in names if f"<{name} of" in shown] == []
    assert [name for name in names if old[name] in everything] == []
    assert [name for name in names if name not in shown] == []


def test_no_secret_value_is_shown_in_a_plan(lab: Lab) -> None:
    live = {f"SETTING_{number}": value for number, value in enumerate(VALUES)}
    new = {name: value.translate(str.maketrans("23", "32")) for name, value in live.items()}
    shown, everything = told(
        lab, live, {**new, "SETTING_1": "-----BEGIN DSA PRIVATE KEY-----", "SETTING_2": "none", "SETTING_3": "none"}
    )
    assert [value for value in [*VALUES, *new.values()] if value in shown] == []
    assert [value for value in VALUES if value in everything] == []


def test_open_variables_are_shown_in_a_plan(lab: Lab) -> None:
    new = {name: f"{value}9" for name, value in OPEN.items() if value.isalpha() and value != "true"}
    shown, _ = told(lab, OPEN, {**OPEN, **new})
    assert [value for value in new.values() if value not in shown] == []
    assert len(new) >= 3


@pytest.mark.parametrize("name", NAMES)
def test_a_secret_name(name: str) -> None:
    assert looks_secret(name, VALUE)
    assert not looks_secret(name.upper().replace("_", "x").replace("-", "x") + "X", VALUE)
    assert not looks_secret(name, "")


@pytest.mark.parametrize("name", OPEN)
def test_an_open_variable(name: str) -> None:
    assert not looks_secret(name, OPEN[name])
