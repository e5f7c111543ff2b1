"""Artifacts of metadata items, version sets with models, Identity and Logging, through the SDK's own clients."""

from __future__ import annotations

import oci
import pytest
from oci.data_science import models


def test_artifacts_of_metadata_items(new_model, science, refused, tmp_path) -> None:
    items = [models.Metadata(key="Report", value="x", category="Reports")]
    model = new_model(
        custom_metadata_list=items, defined_metadata_list=[models.Metadata(key="Readme", category="Readme")]
    )
    for holder, key in (("custom", "Report"), ("defined", "Readme")):

        def call(verb: str, *content: bytes, holder=holder, key=key):
            suffix = "_content" if verb == "get" else ""
            return getattr(science, f"{verb}_model_{holder}_metadatum_artifact{suffix}")(model.id, key, *content)

        with refused(404, "NotAuthorizedOrNotFound"):
            call("get")
        call("create", b"first")
        with refused(409, "Conflict"):
            call("create", b"second")
        call("update", b"second")
        assert call("get").data.content == b"second"
        assert call("head").headers["content-length"] == "6"
    assert science.get_model(model.id).data.custom_metadata_list[0].has_artifact is True
    science.delete_model_custom_metadatum_artifact(model.id, "Report")
    assert science.get_model(model.id).data.custom_metadata_list[0].has_artifact is False
    with refused(404, "NotAuthorizedOrNotFound"):
        science.create_model_custom_metadatum_artifact(model.id, "Other", b"x")
    science.delete_model(model.id)
    assert not [path for path in (tmp_path / "local" / "blobs").rglob("*") if path.is_file()]


@pytest.mark.parametrize("key", ["Readme", "License", "FineTuneConfiguration", "DeploymentConfiguration"])
def test_a_file_of_defined_metadata_lists_its_key(new_model, science, refused, tmp_path, key) -> None:
    """As AQUA attaches them, right after a model was made without the key."""
    model = new_model()
    with refused(404, "NotAuthorizedOrNotFound"):
        science.update_model_defined_metadatum_artifact(model.id, key, b"# Wine")
    science.create_model_defined_metadatum_artifact(model.id, key, b"# Wine")
    found = {item.key: item.has_artifact for item in science.get_model(model.id).data.defined_metadata_list}
    assert found == {key: True}
    assert science.get_model_defined_metadatum_artifact_content(model.id, key).data.content == b"# Wine"
    science.update_model_defined_metadatum_artifact(model.id, key, b"# Cellar")
    assert science.get_model_defined_metadatum_artifact_content(model.id, key).data.content == b"# Cellar"
    with refused(404, "NotAuthorizedOrNotFound"):
        science.create_model_defined_metadatum_artifact(model.id, "Framework", b"x")
    with refused(404, "NotAuthorizedOrNotFound"):
        science.create_model_custom_metadatum_artifact(model.id, key, b"x")


def test_a_version_set_goes_with_its_models(cloud, science, new_model) -> None:
    details = models.CreateModelVersionSetDetails(
        compartment_id=cloud.compartment_id, project_id=cloud.project_id, name="wines"
    )
    group = science.create_model_version_set(details).data
    model = new_model({"score.py": ""}, model_version_set_id=group.id)
    response = science.delete_model_version_set(group.id, is_delete_related_models=True)
    work = science.get_work_request(response.headers["opc-work-request-id"]).data
    assert (work.operation_type, work.status) == ("MODELVERSIONSET_DELETE", "SUCCEEDED")
    assert science.get_model(model.id).data.lifecycle_state == "DELETED"
    assert science.get_model_version_set(group.id).data.lifecycle_state == "DELETED"
    science.create_model_version_set(details)  # the name is free again


@pytest.fixture
def identity(cloud, client):
    return client(oci.identity.IdentityClient)


@pytest.fixture
def logging(cloud, client):
    return client(oci.logging.LoggingManagementClient)


def test_identity(cloud, identity) -> None:
    config = cloud.sdk_config()
    assert identity.get_tenancy(config["tenancy"]).data.id == config["tenancy"]
    assert identity.get_user(config["user"]).data.id == config["user"]
    assert [c.id for c in identity.list_compartments(config["tenancy"]).data] == [cloud.compartment_id]
    assert identity.get_compartment(cloud.compartment_id).data.name == "default"
    assert [r.region_name for r in identity.list_region_subscriptions(config["tenancy"]).data] == [config["region"]]


def test_logging(cloud, logging, refused) -> None:
    details = oci.logging.models.CreateLogGroupDetails(compartment_id=cloud.compartment_id, display_name="wines")
    logging.create_log_group(details)
    (group,) = logging.list_log_groups(cloud.compartment_id, display_name="wines").data
    logging.create_log(group.id, oci.logging.models.CreateLogDetails(display_name="access", log_type="CUSTOM"))
    (log,) = logging.list_logs(group.id).data
    assert logging.get_log(group.id, log.id).data.display_name == "access"
    with refused(409, "Conflict"):
        logging.delete_log_group(group.id)
    logging.delete_log(group.id, log.id)
    logging.delete_log_group(group.id)


def test_resource_search(client, new_model, science, deployment_details, refused) -> None:
    search = client(oci.resource_search.ResourceSearchClient)
    model = new_model({"score.py": ""}, display_name="wine")
    deployment = science.create_model_deployment(deployment_details(model.id, display_name="served")).data

    def found(query: str) -> list[str]:
        details = oci.resource_search.models.StructuredSearchDetails(query=query)
        return [item.identifier for item in search.search_resources(details).data.items]

    assert found(f"query datasciencemodeldeployment resources where ModelId='{model.id}'") == [deployment.id]
    assert found("query datasciencemodel resources where displayName = 'wine' && lifecycleState = 'ACTIVE'") == [
        model.id
    ]
    assert found("query datasciencemodel resources where displayName != 'wine'") == []
    assert found("query instance resources") == []
    assert {model.id, deployment.id} <= set(found("query all resources"))
    text = oci.resource_search.models.FreeTextSearchDetails(text="serv")
    assert [item.identifier for item in search.search_resources(text).data.items] == [deployment.id]
    with refused(400, "InvalidParameter"):
        found("query datasciencemodel resources where timeCreated > 'x'")
