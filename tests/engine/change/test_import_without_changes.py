"""Deployments of every kind that plain SDK calls make: a manifest says them, and taking them over changes nothing."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from compiler.cloud.datascience.deployments import read_deployment
from compiler.cloud.datascience.models import read_model
from compiler.planning.importing.adoption import adopt
from compiler.planning.importing.manifest_from_live import catalog_from_live, deployment_from_live
from testing.lab import Lab, Manifest
from testing.transports import PowerCut, cut_at

FIXED = {"policyType": "FIXED_SIZE", "instanceCount": 2}
FLEX = {
    "instanceShapeName": "VM.Standard.E4.Flex",
    "modelDeploymentInstanceShapeConfigDetails": {"ocpus": 1.5, "memoryInGBs": 12.0, "cpuBaseline": "BASELINE_1_2"},
}
QUERY = '(CpuUtilization[1m]{resourceId = "MODEL_DEPLOYMENT_OCID"}.grouping().mean() > 70)'
LOG = {"logGroupId": "ocid1.loggroup.oc1..g", "logId": "ocid1.log.oc1..l"}


def side(kind: str, **more: Any) -> dict[str, Any]:
    return {"scalingConfigurationType": kind, **more}


def autoscaling(*rules: dict[str, Any], enabled: bool = True) -> dict[str, Any]:
    limits = {"minimumInstanceCount": 1, "maximumInstanceCount": 3, "initialInstanceCount": 2, "rules": list(rules)}
    policy = {"autoScalingPolicyType": "THRESHOLD", **limits}
    return {
        "policyType": "AUTOSCALING",
        "isEnabled": enabled,
        "coolDownInSeconds": 600,
        "autoScalingPolicies": [policy],
    }


CPU = {
    "metricExpressionRuleType": "PREDEFINED_EXPRESSION",
    "metricType": "CPU_UTILIZATION",
    "scaleInConfiguration": side("THRESHOLD", threshold=20, pendingDuration="PT5M", instanceCountAdjustment=1),
    "scaleOutConfiguration": side("THRESHOLD", threshold=80),
}
BY_QUERY = {
    "metricExpressionRuleType": "CUSTOM_EXPRESSION",
    "scaleInConfiguration": side("QUERY", query=QUERY),
    "scaleOutConfiguration": side("QUERY", query=QUERY, pendingDuration="PT10M"),
}
CONTAINER = {
    "environmentConfigurationType": "OCIR_CONTAINER",
    "image": "iad.ocir.io/ns/image:1",
    "imageDigest": f"sha256:{'a' * 64}",
    "cmd": ["serve"],
    "entrypoint": ["/bin/run", "--x"],
    "serverPort": 5000,
    "healthCheckPort": 5001,
    "environmentVariables": {"AA": "1"},
}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    # name: (modelConfigurationDetails, environmentConfigurationDetails, the rest)
    "flexible": ({"instanceConfiguration": FLEX, "bandwidthMbps": 20, "maximumBandwidthMbps": 40}, {}, {}),
    "fixed": ({"scalingPolicy": FIXED}, {}, {"description": "text", "freeformTags": {"a": "b", "empty": ""}}),
    "autoscaling": ({"scalingPolicy": autoscaling(CPU)}, {}, {}),
    "by query": ({"scalingPolicy": autoscaling(BY_QUERY)}, {}, {}),
    "two rules": ({"scalingPolicy": autoscaling(CPU, BY_QUERY)}, {}, {}),
    "switched off": ({"scalingPolicy": autoscaling(CPU, enabled=False)}, {}, {}),
    "container": ({}, CONTAINER, {}),
    "reserved variable": ({}, {"environmentVariables": {"CONTAINER_TYPE": "TRITON"}}, {}),
    "variable like one of ours": ({}, {"environmentVariables": {"AA": "${var.X}"}}, {}),
    "web concurrency": ({}, {"environmentVariables": {"WEB_CONCURRENCY": "3", "A_KEY": "s3cret"}}, {}),
    "logs": ({}, {}, {"categoryLogDetails": {"access": LOG}}),
    "long description": ({}, {}, {"description": "x" * 500}),
    "tags": ({}, {}, {"freeformTags": {f"t{n}": "x" for n in range(4)}, "definedTags": {"a": {"b": "c"}}}),
}


@pytest.mark.parametrize("case", CASES, ids=lambda name: str(name).replace(" ", "-"))
def test_nothing_but_tags_changes(case: str, lab: Lab) -> None:
    model_details, environment, more = CASES[case]
    live_model, live = made(lab, model_details, environment, more)
    found = deployment_from_live(live.body)
    imported = Manifest(
        catalog=catalog_from_live(live_model.body, live_model.provenance).fragment, deployment=found.fragment
    )
    adopting = adopt(imported.desired(), live_model, live, lab.connection.place)
    assert lab.carry_out(adopting).complete
    for deep in (False, True):
        assert lab.plan(imported, deep=deep).pending == ()
    (after,) = lab.deployments()
    same = ("modelDeploymentConfigurationDetails", "categoryLogDetails", "displayName", "description", "definedTags")
    assert {key: after.body.get(key) for key in same} == {key: live.body.get(key) for key in same}
    assert live.tags.items() <= after.tags.items()
    assert "s3cret" not in str(found)


def made(lab: Lab, model_details: Any, environment: Any, more: Any) -> tuple[Any, Any]:
    place, client = lab.connection.place, lab.connection.data_science
    where = {"compartmentId": place.compartment_id, "projectId": place.project_id}
    model = client.create_model({**where, "displayName": "theirs"}).data["id"]
    _, archive = Manifest().archive()
    client.create_model_artifact(model, b"".join(archive.chunks()), content_disposition='attachment; filename="a.zip"')
    served = {"modelId": model, "instanceConfiguration": {"instanceShapeName": "VM.Standard2.1"}, **model_details}
    details = {"deploymentType": "SINGLE_MODEL", "modelConfigurationDetails": served}
    if environment:
        details["environmentConfigurationDetails"] = {"environmentConfigurationType": "DEFAULT", **environment}
    body = {**where, "displayName": "theirs", "modelDeploymentConfigurationDetails": details, **more}
    deployment = client.create_model_deployment(body).data["id"]
    lab.wait()
    return read_model(lab.connection, model), read_deployment(lab.connection, deployment)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, 5))
def test_a_cut_in_the_middle_is_completed_by_the_next_import(at: int, after: bool, lab: Lab) -> None:
    variables = {"environmentVariables": {"AA": "1", "A_KEY": "s3cret"}}
    model, deployment = made(lab, {}, variables, {"freeformTags": {"a": "b"}})
    before = deployment.body["modelDeploymentConfigurationDetails"]
    imported = Manifest(
        catalog=catalog_from_live(model.body, model.provenance).fragment,
        deployment=deployment_from_live(deployment.body).fragment,
    )
    cutting = cut_at(lab, at, after=after)
    with contextlib.suppress(PowerCut):
        lab.carry_out(adopt(imported.desired(), model, deployment, lab.connection.place))
    lab.wait()
    cutting.at = 0
    again = read_model(lab.connection, model.id), read_deployment(lab.connection, deployment.id)
    assert lab.carry_out(adopt(imported.desired(), *again, lab.connection.place)).complete
    for deep in (False, True):
        assert lab.plan(imported, deep=deep).pending == ()
    (live,) = lab.deployments()
    assert live.body["modelDeploymentConfigurationDetails"] == before
    assert [item.id for item in lab.models()] == [model.id]
