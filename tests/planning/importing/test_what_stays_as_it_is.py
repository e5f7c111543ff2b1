"""What an import leaves alone, as no manifest can say it: a note and an entry of `ignoreChanges`, never a change."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.planning.importing.manifest_from_live import catalog_from_live, deployment_from_live
from compiler.planning.tags import USER_TAGS

FIXED = {"policyType": "FIXED_SIZE", "instanceCount": 2}
RULE = {
    "metricType": "CPU_UTILIZATION",
    "scaleInConfiguration": {"threshold": 20},
    "scaleOutConfiguration": {"threshold": 80},
}
LIMITS = {"minimumInstanceCount": 1, "maximumInstanceCount": 3, "initialInstanceCount": 1}
POLICY = {"autoScalingPolicyType": "THRESHOLD", "rules": [RULE], **LIMITS}
FOREIGN: dict[str, dict[str, Any]] = {
    "two policies": {"policyType": "AUTOSCALING", "autoScalingPolicies": [POLICY, POLICY]},
    "no policy": {"policyType": "AUTOSCALING", "autoScalingPolicies": []},
    "two rules": {"policyType": "AUTOSCALING", "autoScalingPolicies": [{**POLICY, "rules": [RULE, RULE]}]},
    "one side only": {
        "policyType": "AUTOSCALING",
        "autoScalingPolicies": [{**POLICY, "rules": [{**RULE, "scaleInConfiguration": None}]}],
    },
    "switched off": {"policyType": "AUTOSCALING", "isEnabled": False, "autoScalingPolicies": [POLICY]},
}


def record(policy: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    variables = more.pop("variables", None)
    model = {
        "modelId": "ocid1.datasciencemodel.oc1..a",
        "instanceConfiguration": {"instanceShapeName": "VM.Standard2.1"},
        "scalingPolicy": policy,
        "bandwidthMbps": 10,
    }
    details: dict[str, Any] = {"deploymentType": "SINGLE_MODEL", "modelConfigurationDetails": model}
    if variables:
        environment = {"environmentConfigurationType": "DEFAULT", "environmentVariables": variables}
        details["environmentConfigurationDetails"] = environment
    return {"displayName": "theirs", "modelDeploymentConfigurationDetails": details, **more}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_scaling_policy_that_no_manifest_can_say(name: str) -> None:
    found = deployment_from_live(record(FOREIGN[name]))
    assert "instances" in found.fragment["ignoreChanges"]
    assert not {"instances", "autoscaling"} & found.fragment.keys()
    assert ["the scaling policy" in note for note in found.notes] == [True]


@pytest.mark.parametrize("policy", [FIXED, None])
def test_a_fixed_number_of_instances(policy: dict[str, Any] | None) -> None:
    found = deployment_from_live(record(policy))
    assert "instances" not in found.fragment.get("ignoreChanges", [])
    assert found.fragment.get("instances") == (2 if policy else None)
    assert found.notes == ()


@pytest.mark.parametrize("more", [0, 1, 3])
def test_more_tags_than_fit(more: int) -> None:
    live = {f"k{n}": "v" for n in range(USER_TAGS + more)}
    for found in (deployment_from_live(record(freeformTags=live)), catalog_from_live({"freeformTags": live}, None)):
        assert found.fragment["freeformTags"] == dict(list(live.items())[:USER_TAGS])
        assert [note for note in found.notes if "free-form tags beyond" in note] == list(found.notes)
        assert len(found.notes) == (1 if more else 0)


@pytest.mark.parametrize(
    "name", ["OCI_RESOURCE_PRINCIPAL_VERSION", "OCI_RESOURCE_PRINCIPAL_OF_TOMORROW", "CONTAINER_TYPE", "LEVEL"]
)
def test_variables_that_a_manifest_may_not_set(name: str) -> None:
    value = "${var.LEVEL}" if name == "LEVEL" else "x"
    found = deployment_from_live(record(variables={name: value, "OTHER": "1"}))
    assert "environmentVariables" not in found.fragment
    assert "environmentVariables" in found.fragment["ignoreChanges"]
    assert [name in note for note in found.notes] == [True]


@pytest.mark.parametrize(
    ("key", "field"), [("Framework", "framework"), ("FrameworkVersion", "frameworkVersion"), ("Algorithm", "algorithm")]
)
def test_taxonomy(key: str, field: str) -> None:
    found = catalog_from_live({"definedMetadataList": [{"key": key, "value": "other"}]}, None)
    assert found.fragment["taxonomy"] == {field: "other"}
