"""Models by reference, through the SDK: files in a bucket, and a model that points to them."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from oci.data_science import models
from oci.object_storage import models as storage_models

from compiler.localcloud import LocalCloud, open_cloud
from testing.waiting import LONG

SCORE = "def load_model(): return 2\ndef predict(data, model=load_model()): return {'prediction': data['x'] * model}\n"


@pytest.fixture
def cloud(tmp_path: Path, stop_servers) -> Iterator[LocalCloud]:
    with open_cloud(tmp_path / "local") as opened:
        yield opened
    stop_servers(tmp_path / "local")


@pytest.fixture
def bucket(cloud, storage) -> str:
    details = storage_models.CreateBucketDetails(name="wines", compartment_id=cloud.compartment_id)
    storage.create_bucket("local", details)
    storage.put_object("local", "wines", "red/score.py", SCORE.encode())
    storage.put_object("local", "wines", "red/data/words.txt", b"words")
    storage.put_object("local", "wines", "redder", b"something else")
    return "wines"


def reference(prefix: str = "red/", bucket: str = "wines", namespace: str = "local"):
    item = models.OSSModelArtifactReferenceDetails(namespace=namespace, bucket_name=bucket, prefix=prefix)
    return models.RegisterModelArtifactReferenceDetails(model_artifact_references=[item])


def finished(science, response):
    return science.get_work_request(response.headers["opc-work-request-id"]).data


def test_a_model_points_to_its_files(cloud, science, bucket, new_model, refused) -> None:
    model = new_model()
    assert model.is_model_by_reference is False
    work = finished(science, science.register_model_artifact_reference(reference(), model.id))
    assert (work.status, work.operation_type) == ("SUCCEEDED", "REGISTER_MODEL_ARTIFACT")
    assert (work.resources[0].entity_type, work.resources[0].action_type) == ("model-artifact", "CREATED")
    assert science.get_model(model.id).data.is_model_by_reference is True
    assert [item.is_model_by_reference for item in science.list_models(cloud.compartment_id).data] == [True]
    with refused(404, None):  # a HEAD has no body to say more
        science.head_model_artifact(model.id)
    with refused(404, "NotAuthorizedOrNotFound"):
        science.get_model_artifact_content(model.id)
    with refused(409, "Conflict"):
        science.register_model_artifact_reference(reference(), model.id)
    with refused(409, "Conflict"):
        science.create_model_artifact(model.id, b"zip")


def test_what_cannot_be_registered(science, bucket, new_model, refused) -> None:
    with refused(409, "Conflict"):
        science.register_model_artifact_reference(reference(), new_model({"score.py": SCORE}).id)
    model = new_model()
    with refused(400, "InvalidParameter"):
        science.register_model_artifact_reference(reference(namespace="other"), model.id)
    with refused(400, "MissingParameter"):
        science.register_model_artifact_reference(models.RegisterModelArtifactReferenceDetails(), model.id)
    work = finished(science, science.register_model_artifact_reference(reference("white/"), model.id))
    assert work.status == "FAILED"
    assert "'white/' in 'wines'" in science.list_work_request_errors(work.id).data[0].message
    assert science.get_model(model.id).data.is_model_by_reference is False


def test_a_deployment_reads_the_files_when_it_starts(
    science, storage, bucket, new_model, deployment_details, settled, refused
) -> None:
    model = new_model()
    with refused(400, "InvalidParameter", "no artifact"):
        science.create_model_deployment(deployment_details(model.id))
    science.register_model_artifact_reference(reference(), model.id)
    live = settled(science.create_model_deployment(deployment_details(model.id)).data.id, "ACTIVE")
    request = urllib.request.Request(f"{live.model_deployment_url}/predict", json.dumps({"x": 21}).encode())
    with urllib.request.urlopen(request, timeout=LONG) as response:
        assert json.load(response) == {"prediction": 42}
    for name in ("red/score.py", "red/data/words.txt"):
        storage.delete_object("local", bucket, name)
    other = settled(science.create_model_deployment(deployment_details(model.id)).data.id, "FAILED")
    assert other.id != live.id


def test_deleting_the_model_leaves_the_files_alone(science, storage, bucket, new_model) -> None:
    model = new_model()
    science.register_model_artifact_reference(reference(), model.id)
    science.delete_model(model.id)
    assert len(storage.list_objects("local", bucket, prefix="red/").data.objects) == 2
