"""Advice that is followed leads on: a model that is not deployed, an unknown target, data on the command line."""

import csv
import json
import re
import shlex

import pytest
from ruamel.yaml import YAML

from testing import unmanaged


@pytest.fixture
def deployed(rules, manifact):
    """The rules model, deployed (the working directory)."""
    result = manifact("apply", "--yes", "--json")
    assert result.code == 0, result.err
    yield json.loads(result.out)
    unmanaged.remove(rules)


def _advised(told):
    """The command between the backquotes of the last hint."""
    return shlex.split(re.findall(r"`manifact ([^`]+)`", told)[-1])


def _without_deployment(folder):
    text = (folder / "model.yaml").read_text()
    (folder / "model.yaml").write_text(text[: text.index("  deployment:")])


def test_a_model_whose_manifest_deploys_nothing(rules, manifact):
    text = (rules / "model.yaml").read_text()
    _without_deployment(rules)
    assert manifact("apply", "--yes").code == 0
    refused = manifact("predict", ".", "--data", "[[1]]")
    assert (refused.code, "add `deployment: {}` under `spec`" in refused.err) == (3, True)
    (rules / "model.yaml").write_text(text)
    assert _advised(refused.err) == ["apply", "."]
    assert manifact(*_advised(refused.err), "--yes").code == 0
    assert manifact("predict", ".", "--data", "samples/input.csv").code == 0
    unmanaged.remove(rules)


def test_a_model_that_is_not_deployed_yet(rules, manifact):
    refused = manifact("predict", "flat-price", "--data", "[[1]]")
    assert _advised(refused.err)[0] == "apply"


def test_a_wrong_manifest_is_to_be_validated(rules, manifact):
    name = YAML(typ="safe").load(rules / "model.yaml")["metadata"]["name"]
    (rules / "model.yaml").write_text((rules / "model.yaml").read_text().replace("  deployment:", "  deplyment:"))
    refused = manifact("predict", name, "--data", "[[1]]")
    assert _advised(refused.err)[0] == "validate"


@pytest.mark.parametrize("command", [("predict", "--data", "[[1]]"), ("logs",)])
def test_an_unknown_name_is_told_what_was_meant(command, rules, manifact):
    name = YAML(typ="safe").load(rules / "model.yaml")["metadata"]["name"]
    refused = manifact(command[0], f"{name}x", *command[1:])
    assert (refused.code, f"did you mean '{name}'?" in refused.err) == (3, True)
    lost = manifact(command[0], "qqqq", *command[1:])
    assert (lost.code, f"there are: {name}" in lost.err) == (3, True)


def test_a_misspelt_destroy_names_no_model(deployed, manifact):
    name = deployed["results"][0]["name"]
    refused = manifact("destroy", f"{name}x", "--yes")
    assert (refused.code, f"'{name}'" in refused.err) == (3, False)


def test_the_address_of_the_endpoint_is_in_the_documents(deployed, manifact):
    (address,) = [result["endpoint"] for result in deployed["results"] if result["kind"] == "deployment"]
    assert address.endswith("/predict")
    shown = json.loads(manifact("status", "--json").out)["resources"]
    assert [item["endpoint"] for item in shown if item["kind"] == "deployment"] == [address]


def test_data_on_the_command_line(deployed, manifact, rules):
    with (rules / "samples" / "input.csv").open() as file:
        sample = json.dumps([{key: int(value) for key, value in row.items()} for row in csv.DictReader(file)])
    name = deployed["results"][0]["name"]
    from_file = manifact("predict", name, "--data", "samples/input.csv")
    assert from_file.code == 0
    assert manifact("predict", name, "--data", sample).out == from_file.out
    wrong = manifact("predict", name, "--data", "[[1,")
    assert (wrong.code, "the data is not JSON" in wrong.err) == (1, True)


@pytest.mark.parametrize("project", [None, "", "targets: {prod: {region: us-ashburn-1}}\n"])
def test_the_lines_that_add_a_target_can_be_pasted(project, rules, manifact):
    head = "apiVersion: manifact/v1\nkind: Project\nmetadata: {name: rules}\nmanifests: [model.yaml]\n"
    if project is not None:
        (rules / "manifact.yaml").write_text(head + project)
    refused = manifact("plan", "--target", "laboratory")
    assert (refused.code, "unknown target 'laboratory'" in refused.err) == (64, True)
    first, *lines = refused.err.partition("; add ")[2].splitlines()
    pasted = "\n".join(line[4:] for line in lines)
    if project:
        assert "below `targets:`" in first
        (rules / "manifact.yaml").write_text(f"{head}targets:\n{pasted}\n")
    else:
        (rules / "manifact.yaml").write_text(f"{head if project is not None else ''}{pasted}\n")
    assert "error" not in manifact("plan", "--target", "laboratory", "--policies").err


def test_a_failing_predict_says_what_it_was_sent(rules, manifact):
    code = "def load_model():\n    return 1\n\n\ndef predict(data, model=None):\n    raise KeyError('columns')\n"
    text = (rules / "model.yaml").read_text()
    path = YAML(typ="safe").load(text)["spec"]["score"]["file"]
    (rules / path).write_text(code)
    failed = manifact("verify")
    assert (failed.code, "MF602" in failed.err) == (4, True)
    assert "predict() was sent " in failed.err
