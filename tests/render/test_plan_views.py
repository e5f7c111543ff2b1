"""Plans for people, programs and pull requests, and plans that are saved."""

import json

import pytest


def _edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_plan_changes_nothing_and_says_what_it_would_do(wine, manifact):
    first = manifact("plan", "--exit-code")
    assert (first.code, first.err) == (2, "")
    assert "Plan: 3 to create, 0 to update, 0 to delete." in first.out
    assert manifact("plan").out == first.out
    assert "nothing is live" in manifact("status").out


def test_a_plan_as_json_has_the_complete_request_bodies(wine, manifact):
    document = json.loads(manifact("plan", "--json").out)
    assert document["formatVersion"] == 1
    bodies = {
        step["operation"]: step["body"] for change in document["changes"] for step in change["steps"] if step["body"]
    }
    assert bodies["create_model"]["displayName"] == "wine-cultivar"
    assert json.loads(bodies["create_model"]["inputSchema"])["schema"][0]["name"] == "alcohol"
    details = bodies["create_model_deployment"]["modelDeploymentConfigurationDetails"]
    assert details["modelConfigurationDetails"]["instanceConfiguration"]["instanceShapeName"] == "VM.Standard.E4.Flex"


def test_a_plan_as_markdown_is_a_table(wine, manifact):
    lines = manifact("plan", "--markdown").out.splitlines()
    assert lines[0] == "<!-- manifact plan: default local -->"
    assert lines[1] == "### manifact plan for `local`: 3 to create, 0 to update, 0 to delete"
    assert sum(line.startswith("| create |") for line in lines) == 3


@pytest.mark.slow
def test_a_saved_plan_does_what_it_said_or_is_refused(wine, manifact):
    assert manifact("plan", "-o", "plan.json").code == 0
    assert manifact("apply", "--plan", "plan.json").code == 0
    stale = manifact("apply", "--plan", "plan.json")
    assert (stale.code, "MF740" in stale.err) == (6, True)
    assert manifact("plan", "-o", "empty.json").code == 0
    assert "No changes." in manifact("apply", "--plan", "empty.json").out
    assert manifact("destroy", "wine-cultivar", "--yes").code == 0


def test_a_saved_plan_needs_the_artifact_it_was_made_for(wine, manifact):
    manifact("plan", "-o", "plan.json")
    _edit(wine / "samples" / "input.csv", "12.33", "12.37")
    manifact("compile")
    result = manifact("apply", "--plan", "plan.json")
    assert "MF724" in result.err
    assert "nothing is live" in manifact("status").out


@pytest.mark.parametrize("content", ["", "[]", '{"kind": "Plan", "formatVersion": 99}', '{"kind": "Plan"}'])
def test_what_is_no_plan_file_is_refused(wine, manifact, content):
    (wine / "plan.json").write_text(content)
    result = manifact("apply", "--plan", "plan.json")
    assert (result.code, "MF741" in result.err) == (64, True)
