"""`targets.<name>.overrides`: catalog and deployment of one target, merged over every manifest's."""

import json

import pytest

PROJECT = """\
apiVersion: manifact/v1
kind: Project
metadata:
  name: cellar
defaults:
  spec:
    catalog:
      freeformTags: {team: cellar}
targets:
  local:
    overrides:
      catalog:
        freeformTags: {stage: here}
      deployment:
        memoryInGBs: 32
        environmentVariables: {LEVEL: debug}
"""


@pytest.fixture
def project(wine):
    """The wine model in a project whose target has settings of its own."""
    (wine / "manifact.yaml").write_text(PROJECT)
    return wine


def bodies(manifact):
    document = json.loads(manifact("plan", "--json").out)
    steps = [step for change in document["changes"] for step in change["steps"] if step["body"]]
    return {step["operation"]: step["body"] for step in steps}


def test_they_are_merged_over_the_manifest_and_decide_no_byte(project, manifact):
    assert manifact("compile").code == 0
    digest = json.loads(manifact("compile", "--json").out)["builds"][0]["digest"]
    model, deployment = (bodies(manifact)[name] for name in ("create_model", "create_model_deployment"))
    assert {key: model["freeformTags"][key] for key in ("team", "stage")} == {"team": "cellar", "stage": "here"}
    assert model["description"].startswith("Which of three cultivars")
    assert json.loads(model["inputSchema"])["schema"][0]["name"] == "alcohol"
    details = deployment["modelDeploymentConfigurationDetails"]
    size = details["modelConfigurationDetails"]["instanceConfiguration"]["modelDeploymentInstanceShapeConfigDetails"]
    assert size == {"ocpus": 1.0, "memoryInGBs": 32.0}
    assert details["environmentConfigurationDetails"]["environmentVariables"] == {"LEVEL": "debug"}
    (project / "manifact.yaml").write_text(PROJECT.partition("targets:")[0])
    assert json.loads(manifact("compile", "--json").out)["builds"][0]["digest"] == digest
    assert "stage" not in bodies(manifact)["create_model"]["freeformTags"]


@pytest.mark.parametrize(
    ("line", "code", "where"),
    [
        ("memoryInGBs: 2", "MF705", "manifact.yaml:15:22"),
        ("memoryInGB: 32", "MF101", "manifact.yaml:15:9"),
        ("memoryInGBs: lots", "MF103", "manifact.yaml:15:22"),
    ],
)
def test_what_is_wrong_is_shown_where_the_project_file_says_it(project, manifact, line, code, where):
    text = (project / "manifact.yaml").read_text()
    (project / "manifact.yaml").write_text(text.replace("memoryInGBs: 32", line))
    assert manifact("compile").code == 0  # is about no target
    result = manifact("plan")
    assert (result.code, f"{where}: error[{code}]" in result.err) == (1, True), result.err


def test_a_manifest_without_a_deployment_gets_none_from_its_target(project, manifact):
    text = (project / "model.yaml").read_text()
    (project / "model.yaml").write_text(text.partition("  deployment:")[0])
    found = bodies(manifact)
    assert "create_model_deployment" not in found
    assert found["create_model"]["freeformTags"]["stage"] == "here"


@pytest.mark.slow
def test_apply_carries_them_out_and_then_nothing_is_left_to_do(project, manifact):
    assert manifact("apply").code == 0
    try:
        assert manifact("plan", "--exit-code").code == 0
        text = (project / "manifact.yaml").read_text()
        (project / "manifact.yaml").write_text(text.replace("memoryInGBs: 32", "memoryInGBs: 24"))
        assert "memoryInGBs: 32 -> 24" in manifact("plan").out
    finally:
        assert manifact("destroy", "wine-cultivar", "--yes").code == 0
