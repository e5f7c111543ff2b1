"""Every field of an answer is one that the SDK knows: nothing of ours leaks into the API."""

from __future__ import annotations

from typing import Any

import oci
import pytest
from oci.data_science import models

SCORE = {"score.py": "def load_model(): ...\ndef predict(data, model): return data"}


@pytest.fixture
def raw(cloud, science):
    """GETs a path and answers its JSON as it is."""

    def get(path: str) -> Any:
        return science.base_client.call_api(
            path, "GET", header_params={"accept": "application/json"}, response_type="object"
        ).data

    return get


def check(value: Any, kind: str) -> None:
    for each in value if isinstance(value, list) else [value]:
        known = set(getattr(models, kind)().attribute_map.values())
        assert set(each) <= known, kind


def test_no_field_is_unknown(cloud, science, new_model, deployment_details, raw) -> None:
    group = science.create_model_version_set(
        models.CreateModelVersionSetDetails(
            compartment_id=cloud.compartment_id, project_id=cloud.project_id, name="wines", description="d"
        )
    ).data
    model = new_model(SCORE, model_version_set_id=group.id, input_schema="{}", display_name="m", description="d")
    science.create_model_provenance(model.id, models.CreateModelProvenanceDetails(git_branch="main"))
    created = science.create_model_deployment(deployment_details(model.id))
    science.deactivate_model_deployment(created.data.id)
    work = created.headers["opc-work-request-id"]
    compartment = f"?compartmentId={cloud.compartment_id}"
    for path, kind in {
        f"/projects{compartment}": "ProjectSummary",
        f"/projects/{cloud.project_id}": "Project",
        f"/modelVersionSets{compartment}": "ModelVersionSetSummary",
        f"/modelVersionSets/{group.id}": "ModelVersionSet",
        f"/models{compartment}": "ModelSummary",
        f"/models/{model.id}": "Model",
        f"/models/{model.id}/provenance": "ModelProvenance",
        f"/modelDeployments{compartment}": "ModelDeploymentSummary",
        f"/modelDeployments/{created.data.id}": "ModelDeployment",
        f"/modelDeploymentShapes{compartment}": "ModelDeploymentShapeSummary",
        f"/workRequests{compartment}": "WorkRequestSummary",
        f"/workRequests/{work}": "WorkRequest",
        f"/workRequests/{work}/logs": "WorkRequestLogEntry",
    }.items():
        answer = raw(path)
        assert answer
        check(answer, kind)


def test_no_field_of_object_storage_is_unknown(cloud, storage) -> None:
    kinds = oci.object_storage.models
    storage.create_bucket("local", kinds.CreateBucketDetails(name="b", compartment_id=cloud.compartment_id))
    storage.put_object("local", "b", "o", b"x")
    for path, kind in {
        "/n/local/b/b": "Bucket",
        f"/n/local/b?compartmentId={cloud.compartment_id}": "BucketSummary",
        "/n/local/b/b/o?fields=name,size,etag,md5,timeCreated,timeModified,storageTier": "ListObjects",
    }.items():
        answer = storage.base_client.call_api(
            path, "GET", header_params={"accept": "application/json"}, response_type="object"
        ).data
        for each in answer if isinstance(answer, list) else [answer]:
            assert set(each) <= set(getattr(kinds, kind)().attribute_map.values())
