"""Multipart uploads, and artifacts between a bucket and the catalog."""

from __future__ import annotations

import io
import random

import oci
import pytest
from oci.data_science import models
from oci.object_storage import models as storage_models

SOURCE = {"artifact_source_type": "ORACLE_OBJECT_STORAGE", "namespace": "local"}


@pytest.fixture
def bucket(cloud, storage) -> str:
    details = storage_models.CreateBucketDetails(name="wines", compartment_id=cloud.compartment_id)
    return storage.create_bucket("local", details).data.name


def export(name: str, bucket: str = "wines") -> models.ExportModelArtifactDetails:
    details = models.ArtifactExportDetailsObjectStorage(
        **SOURCE, source_bucket=bucket, source_object_name=name, source_region="local"
    )
    return models.ExportModelArtifactDetails(artifact_export_details=details)


def finished(science, response):
    return science.get_work_request(response.headers["opc-work-request-id"]).data


def test_the_upload_manager_uploads_in_parts(storage, bucket) -> None:
    content = random.Random(0).randbytes(5 << 20)
    manager = oci.object_storage.UploadManager(storage, allow_parallel_uploads=True)
    stream = io.BytesIO(content)
    response = manager.upload_stream("local", bucket, "a/b", stream, part_size=1 << 20, metadata={"key": "value"})
    assert response.headers["opc-multipart-md5"].endswith("-5")
    head = storage.head_object("local", bucket, "a/b").headers
    assert (head["content-length"], head["opc-meta-key"]) == (str(len(content)), "value")
    assert storage.get_object("local", bucket, "a/b").data.content == content
    middle = storage.get_object("local", bucket, "a/b", range="bytes=1048570-2097160").data.content
    assert middle == content[1048570:2097161]
    assert storage.list_multipart_uploads("local", bucket).data == []


def test_parts_step_by_step(storage, bucket, refused) -> None:
    details = storage_models.CreateMultipartUploadDetails(object="x", content_type="text/plain")
    upload = storage.create_multipart_upload("local", bucket, details).data.upload_id
    etags = {
        n: storage.upload_part("local", bucket, "x", upload, n, str(n).encode()).headers["etag"] for n in (3, 1, 2)
    }
    etags[1] = storage.upload_part("local", bucket, "x", upload, 1, b"one").headers["etag"]
    assert [p.part_number for p in storage.list_multipart_upload_parts("local", bucket, "x", upload).data] == [1, 2, 3]
    assert [u.upload_id for u in storage.list_multipart_uploads("local", bucket).data] == [upload]

    def commit(*numbers: int, etag: str | None = None):
        parts = [storage_models.CommitMultipartUploadPartDetails(part_num=n, etag=etag or etags[n]) for n in numbers]
        body = storage_models.CommitMultipartUploadDetails(parts_to_commit=parts)
        return storage.commit_multipart_upload("local", bucket, "x", upload, body)

    with refused(400, "InvalidUploadPart"):
        commit(1, etag="other")
    commit(3, 1)
    answer = storage.get_object("local", bucket, "x")
    assert (answer.data.content, answer.headers["content-type"]) == (b"one3", "text/plain")
    with refused(404, "NoSuchUpload"):
        commit(1)


def test_an_aborted_upload_leaves_nothing(storage, bucket, tmp_path) -> None:
    details = storage_models.CreateMultipartUploadDetails(object="x")
    upload = storage.create_multipart_upload("local", bucket, details).data.upload_id
    storage.upload_part("local", bucket, "x", upload, 1, b"1")
    storage.abort_multipart_upload("local", bucket, "x", upload)
    storage.delete_bucket("local", bucket)
    assert not [path for path in (tmp_path / "local" / "blobs").rglob("*") if path.is_file()]


def test_export_takes_an_object_into_the_catalog(storage, science, bucket, new_model, refused) -> None:
    storage.put_object("local", bucket, "a.zip", b"content")
    model = new_model()
    work = finished(science, science.export_model_artifact(model.id, export("a.zip")))
    assert (work.status, work.operation_type) == ("SUCCEEDED", "EXPORT_MODEL_ARTIFACT")
    assert (work.resources[0].entity_type, work.resources[0].action_type) == ("model-artifact", "CREATED")
    storage.delete_object("local", bucket, "a.zip")
    assert science.get_model_artifact_content(model.id).data.content == b"content"
    with refused(409, "Conflict"):
        science.export_model_artifact(model.id, export("a.zip"))


def test_an_export_that_fails_says_why(science, bucket, new_model) -> None:
    work = finished(science, science.export_model_artifact(new_model().id, export("missing.zip")))
    assert work.status == "FAILED"
    assert "missing.zip" in science.list_work_request_errors(work.id).data[0].message


def test_import_writes_the_artifact_into_a_bucket(storage, science, bucket, new_model) -> None:
    model = new_model({"score.py": "x"})
    content = science.get_model_artifact_content(model.id).data.content
    details = models.ArtifactImportDetailsObjectStorage(
        **SOURCE, destination_bucket=bucket, destination_object_name="copy.zip", destination_region="local"
    )
    work = finished(
        science,
        science.import_model_artifact(model.id, models.ImportModelArtifactDetails(artifact_import_details=details)),
    )
    assert (work.status, work.resources[0].action_type) == ("SUCCEEDED", "CREATED")
    science.delete_model(model.id)
    assert storage.get_object("local", bucket, "copy.zip").data.content == content


def test_restoring_an_artifact_is_accepted(science, new_model, refused) -> None:
    model = new_model({"score.py": "x"})
    assert science.restore_archived_model_artifact(model.id, restore_model_for_hours_specified=24).status == 202
    assert science.get_model_artifact_content(model.id).status == 200
    with refused(400, "InvalidParameter"):
        science.restore_archived_model_artifact(model.id, restore_model_for_hours_specified=1000)
    with refused(404, "NotAuthorizedOrNotFound"):
        science.restore_archived_model_artifact(new_model().id)
