"""The life of a model deployment, without processes: states, work requests, rules of updates."""

from __future__ import annotations

from typing import Any

import pytest
from oci.data_science import models

ARTIFACT = {"score.py": "def load_model(): ...\ndef predict(data, model): return data"}


@pytest.fixture
def deployed(science, new_model, deployment_details) -> Any:
    created = science.create_model_deployment(deployment_details(new_model(ARTIFACT).id, display_name="d"))
    return science.get_model_deployment(created.data.id).data


def update(**fields: Any) -> models.UpdateModelDeploymentDetails:
    return models.UpdateModelDeploymentDetails(**fields)


def configuration(**model: Any) -> models.UpdateSingleModelDeploymentConfigurationDetails:
    return models.UpdateSingleModelDeploymentConfigurationDetails(
        model_configuration_details=models.UpdateModelConfigurationDetails(**model)
    )


def finished(science, response: Any) -> Any:
    return science.get_work_request(response.headers["opc-work-request-id"]).data


def test_a_deployment_becomes_active_and_says_that_no_process_runs(science, new_model, deployment_details) -> None:
    response = science.create_model_deployment(deployment_details(new_model(ARTIFACT).id))
    assert (response.status, response.data.lifecycle_state) == (201, "CREATING")
    read = science.get_model_deployment(response.data.id).data
    assert read.lifecycle_state == "ACTIVE"
    assert "without processes" in read.lifecycle_details
    assert read.display_name.startswith("modeldeployment")
    work = finished(science, response)
    assert (work.status, work.operation_type) == ("SUCCEEDED", "MODEL_DEPLOYMENT_CREATE")
    (resource,) = work.resources
    assert (resource.entity_type, resource.action_type, resource.identifier) == ("model-deployment", "CREATED", read.id)
    assert [entry.message for entry in science.list_work_request_logs(work.id).data][-1].endswith("succeeded.")
    assert science.list_work_request_errors(work.id).data == []


def test_summaries_hold_the_whole_configuration(cloud, science, deployed) -> None:
    (summary,) = science.list_model_deployments(cloud.compartment_id).data
    assert summary.model_deployment_configuration_details == deployed.model_deployment_configuration_details


def test_work_requests_are_found_by_their_resource(cloud, science, deployed) -> None:
    science.update_model_deployment(deployed.id, update(display_name="e"))
    found = science.list_work_requests(cloud.compartment_id, resource_id=deployed.id, sort_by="timeAccepted").data
    assert {work.operation_type for work in found} == {"MODEL_DEPLOYMENT_CREATE", "MODEL_DEPLOYMENT_UPDATE"}


def test_one_group_of_options_at_a_time_while_active(science, deployed, new_model, refused) -> None:
    other = new_model(ARTIFACT)
    both = update(display_name="e", model_deployment_configuration_details=configuration(model_id=other.id))
    with refused(400, "InvalidParameter", "name and description and model"):
        science.update_model_deployment(deployed.id, both)
    for change in (
        update(display_name="e"),
        update(freeform_tags={"a": "b"}),
        update(model_deployment_configuration_details=configuration(model_id=other.id)),
        update(model_deployment_configuration_details=configuration(bandwidth_mbps=20)),
    ):
        assert finished(science, science.update_model_deployment(deployed.id, change)).status == "SUCCEEDED"
    after = science.get_model_deployment(deployed.id).data
    details = after.model_deployment_configuration_details.model_configuration_details
    assert (after.display_name, after.freeform_tags) == ("e", {"a": "b"})
    assert (details.model_id, details.bandwidth_mbps) == (other.id, 20)
    assert details.instance_configuration.instance_shape_name == "VM.Standard.E4.Flex"


def test_an_inactive_deployment_takes_everything_at_once(science, deployed, new_model) -> None:
    assert finished(science, science.deactivate_model_deployment(deployed.id)).status == "SUCCEEDED"
    assert science.get_model_deployment(deployed.id).data.lifecycle_state == "INACTIVE"
    other = new_model(ARTIFACT)
    both = update(display_name="e", model_deployment_configuration_details=configuration(model_id=other.id))
    science.update_model_deployment(deployed.id, both)
    assert science.get_model_deployment(deployed.id).data.lifecycle_state == "INACTIVE"
    assert finished(science, science.activate_model_deployment(deployed.id)).status == "SUCCEEDED"
    assert science.get_model_deployment(deployed.id).data.lifecycle_state == "ACTIVE"


def test_actions_need_the_right_state(science, deployed, refused) -> None:
    with refused(409, "Conflict", "ACTIVE, not INACTIVE"):
        science.activate_model_deployment(deployed.id)


def test_a_model_in_use_cannot_be_deleted(science, deployed, refused) -> None:
    model = deployed.model_deployment_configuration_details.model_configuration_details.model_id
    with refused(409, "Conflict", "used by"):
        science.delete_model(model)
    response = science.delete_model_deployment(deployed.id)
    assert finished(science, response).resources[0].action_type == "DELETED"
    assert science.get_model_deployment(deployed.id).data.lifecycle_state == "DELETED"
    science.delete_model(model)


def test_what_is_refused_at_creation(science, new_model, deployment_details, refused) -> None:
    with refused(400, "InvalidParameter", "no artifact"):
        science.create_model_deployment(deployment_details(new_model().id))
    model = new_model(ARTIFACT)
    with refused(400, "InvalidParameter", "environment variable"):
        science.create_model_deployment(deployment_details(model.id, environment={"1A": "x"}))
    with refused(400, "InvalidParameter", "2048"):
        science.create_model_deployment(deployment_details(model.id, environment={"AB": "x" * 2048}))
    details = deployment_details(model.id)
    instance = details.model_deployment_configuration_details.model_configuration_details.instance_configuration
    instance.instance_shape_name = "VM.Unknown"
    with refused(400, "InvalidParameter", "VM.Unknown"):
        science.create_model_deployment(details)


def test_shapes(cloud, science) -> None:
    shapes = {shape.name: shape for shape in science.list_model_deployment_shapes(cloud.compartment_id).data}
    assert shapes["VM.Standard.E4.Flex"].shape_series == "AMD_ROME"
