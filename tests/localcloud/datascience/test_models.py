"""Projects, models, provenance and artifacts through the SDK's own client."""

from __future__ import annotations

import base64
import hashlib
import io
from typing import Any

import oci
import pytest
from oci.data_science import models

MISSING = "ocid1.datasciencemodel.oc1.local.missing"


def test_every_field_of_a_model_comes_back_as_it_was_sent(new_model, science) -> None:
    metadata = [models.Metadata(key="Framework", value="scikit-learn", category="Other", description="d")]
    sent = {
        "display_name": "wine",
        "description": "Ein Wein, süß",
        "freeform_tags": {"team": "cellar"},
        "defined_tags": {"space": {"key": "value"}},
        "custom_metadata_list": metadata,
        "defined_metadata_list": metadata,
        "input_schema": '{"schema": []}',
        "output_schema": '{"schema": [1]}',
        "version_label": "first",
        "backup_setting": models.BackupSetting(is_backup_enabled=False, backup_region="x"),
        "retention_setting": models.RetentionSetting(archive_after_days=30),
    }
    created = new_model(**sent)
    read = science.get_model(created.id).data
    assert read == created
    assert {name: getattr(read, name) for name in sent} == sent
    assert (read.lifecycle_state, read.category) == ("ACTIVE", "USER")


def test_lists_leave_out_schemas_and_metadata(cloud, new_model, science) -> None:
    new_model(display_name="wine", input_schema="{}", freeform_tags={"a": "b"})
    (summary,) = science.list_models(cloud.compartment_id).data
    assert summary.freeform_tags == {"a": "b"}
    assert not hasattr(summary, "input_schema")


def test_a_model_without_a_name_gets_one(new_model) -> None:
    assert new_model().display_name.startswith("datasciencemodel")


def test_update_changes_only_what_it_names(new_model, science) -> None:
    model = new_model(display_name="wine", description="old", input_schema="{}")
    updated = science.update_model(model.id, models.UpdateModelDetails(description="new")).data
    assert (updated.display_name, updated.description, updated.input_schema) == ("wine", "new", "{}")


def test_schemas_of_a_model_cannot_be_updated(new_model, science, refused) -> None:
    model = new_model()
    with refused(400, "InvalidParameter", "inputSchema"):
        science.base_client.call_api(
            f"/models/{model.id}", "PUT", header_params={"content-type": "application/json"}, body={"inputSchema": "{}"}
        )


def test_stale_etag_is_refused(new_model, science, refused) -> None:
    model = new_model()
    etag = science.get_model(model.id).headers["etag"]
    science.update_model(model.id, models.UpdateModelDetails(description="1"), if_match=etag)
    with refused(412, "NoEtagMatch"):
        science.update_model(model.id, models.UpdateModelDetails(description="2"), if_match=etag)
    with refused(412, "NoEtagMatch"):
        science.delete_model(model.id, if_match=etag)


def test_pages_of_a_list_hold_every_model_once(cloud, new_model, science, refused) -> None:
    names = {new_model(display_name=f"m{number}").display_name for number in range(7)}
    for sort_by in ("timeCreated", "displayName"):
        pages = oci.pagination.list_call_get_all_results(
            science.list_models, cloud.compartment_id, limit=3, sort_by=sort_by
        )
        assert [m.display_name for m in pages.data] == sorted(names, reverse=sort_by == "timeCreated")
    for limit in (0, 101):
        with refused(400, "InvalidParameter", "limit"):
            science.list_models(cloud.compartment_id, limit=limit)


def test_lists_filter_by_their_fields(cloud, new_model, science) -> None:
    model = new_model(display_name="a")
    other = new_model(display_name="b")
    science.delete_model(other.id)
    assert [m.id for m in science.list_models(cloud.compartment_id, display_name="a").data] == [model.id]
    assert [m.id for m in science.list_models(cloud.compartment_id, lifecycle_state="DELETED").data] == [other.id]
    assert [m.id for m in science.list_models(cloud.compartment_id, id=model.id).data] == [model.id]


def test_the_same_retry_token_makes_one_model(cloud, science, refused) -> None:
    def details(name: str) -> Any:
        return models.CreateModelDetails(
            compartment_id=cloud.compartment_id, project_id=cloud.project_id, display_name=name
        )

    first = science.create_model(details("a"), opc_retry_token="token").data
    assert science.create_model(details("a"), opc_retry_token="token").data == first
    assert len(science.list_models(cloud.compartment_id).data) == 1
    with refused(409, "InvalidatedRetryToken"):
        science.create_model(details("b"), opc_retry_token="token")


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"display_name": "x" * 256}, "InvalidParameter", "displayName"),
        ({"freeform_tags": {str(n): "" for n in range(11)}}, "LimitExceeded", "freeform"),
        ({"freeform_tags": {"a": "x" * 257}}, "InvalidParameter", "tag"),
        ({"custom_metadata_list": [models.Metadata(key="a", value="x" * 16_001)]}, "InvalidParameter", "16000"),
        ({"custom_metadata_list": [models.Metadata(key="a")] * 2}, "InvalidParameter", "twice"),
        ({"custom_metadata_list": [models.Metadata(value="a")]}, "MissingParameter", "key"),
    ],
)
def test_limits_of_a_model(new_model, refused, fields, code, words) -> None:
    with refused(400, code, words):
        new_model(**fields)


def test_a_model_needs_a_project_that_exists(cloud, science, refused) -> None:
    details = models.CreateModelDetails(compartment_id=cloud.compartment_id, project_id="ocid1.datascienceproject.x")
    with refused(404, "NotAuthorizedOrNotFound"):
        science.create_model(details)
    with refused(400, "MissingParameter", "projectId"):
        science.create_model(models.CreateModelDetails(compartment_id=cloud.compartment_id))


def test_activate_and_deactivate(new_model, science, refused) -> None:
    model = new_model()
    assert science.deactivate_model(model.id).data.lifecycle_state == "INACTIVE"
    with refused(409, "Conflict"):
        science.deactivate_model(model.id)
    assert science.activate_model(model.id).data.lifecycle_state == "ACTIVE"


def test_a_deleted_model_stays_readable_but_takes_no_changes(new_model, science, refused) -> None:
    model = new_model({"score.py": ""})
    science.delete_model(model.id)
    assert science.get_model(model.id).data.lifecycle_state == "DELETED"
    for act in (
        lambda: science.update_model(model.id, models.UpdateModelDetails()),
        lambda: science.delete_model(model.id),
        lambda: science.head_model_artifact(model.id),
        lambda: science.create_model_provenance(model.id, models.CreateModelProvenanceDetails()),
    ):
        with pytest.raises(oci.exceptions.ServiceError) as caught:
            act()
        assert caught.value.status == 404


def test_provenance(new_model, science, refused) -> None:
    model = new_model()
    with refused(404, "NotAuthorizedOrNotFound"):
        science.get_model_provenance(model.id)
    details = models.CreateModelProvenanceDetails(git_branch="main", training_script="train.py")
    science.create_model_provenance(model.id, details)
    with refused(409, "Conflict"):
        science.create_model_provenance(model.id, details)
    science.update_model_provenance(model.id, models.UpdateModelProvenanceDetails(git_branch="other"))
    read = science.get_model_provenance(model.id).data
    assert (read.git_branch, read.training_script) == ("other", "train.py")


def test_artifact_is_kept_byte_for_byte(new_model, science, refused) -> None:
    model = new_model()
    with refused(404, "NotAuthorizedOrNotFound"):
        science.get_model_artifact_content(model.id)
    content = bytes(range(256)) * 5000
    science.create_model_artifact(model.id, io.BytesIO(content), content_disposition='attachment; filename="a.zip"')
    head = science.head_model_artifact(model.id).headers
    assert head["content-length"] == str(len(content))
    assert head["content-md5"] == base64.b64encode(hashlib.md5(content).digest()).decode()
    assert head["content-disposition"] == "attachment; filename=a.zip"  # without quotes: ADS takes the rest as the name
    assert science.get_model_artifact_content(model.id).data.content == content
    part = science.get_model_artifact_content(model.id, range="bytes=1000000-1000009")
    assert (part.status, part.data.content) == (206, content[1_000_000:1_000_010])
    assert science.get_model_artifact_content(model.id, range="bytes=-3").data.content == content[-3:]
    with refused(416, "InvalidRange"):
        science.get_model_artifact_content(model.id, range=f"bytes={len(content)}-")


def test_an_artifact_cannot_be_replaced_but_the_same_request_may_come_again(new_model, science, refused) -> None:
    model = new_model()
    science.create_model_artifact(model.id, b"first", opc_retry_token="t")
    science.create_model_artifact(model.id, b"first", opc_retry_token="t")
    with refused(409, "InvalidatedRetryToken"):
        science.create_model_artifact(model.id, b"second", opc_retry_token="t")
    with refused(409, "Conflict"):
        science.create_model_artifact(model.id, b"second", opc_retry_token="u")
    assert science.get_model_artifact_content(model.id).data.content == b"first"


def test_blobs_go_with_the_last_that_uses_them(cloud, new_model, science, tmp_path) -> None:
    model = new_model({"score.py": ""})
    science.delete_model(model.id)
    assert [path for path in (tmp_path / "local" / "blobs").rglob("*") if path.is_file()] == []


def test_projects(cloud, science, refused, new_model) -> None:
    project = science.create_project(
        models.CreateProjectDetails(compartment_id=cloud.compartment_id, display_name="p")
    ).data
    science.update_project(project.id, models.UpdateProjectDetails(description="d"))
    assert science.get_project(project.id).data.description == "d"
    assert [p.id for p in science.list_projects(cloud.compartment_id, display_name="p").data] == [project.id]
    new_model()
    with refused(409, "Conflict", "still holds"):
        science.delete_project(cloud.project_id)
    science.delete_project(project.id)
    assert science.get_project(project.id).data.lifecycle_state == "DELETED"


def test_models_of_a_version_set_are_numbered(cloud, science, new_model, refused) -> None:
    details = models.CreateModelVersionSetDetails(
        compartment_id=cloud.compartment_id, project_id=cloud.project_id, name="wines"
    )
    group = science.create_model_version_set(details).data
    with refused(409, "Conflict", "wines"):
        science.create_model_version_set(details)
    first = new_model(model_version_set_id=group.id)
    second = new_model()
    science.update_model(second.id, models.UpdateModelDetails(model_version_set_id=group.id, version_label="v2"))
    second = science.get_model(second.id).data
    assert [(m.version_id, m.model_version_set_name) for m in (first, second)] == [(1, "wines"), (2, "wines")]
    listed = science.list_models(cloud.compartment_id, model_version_set_name="wines", version_label="v2").data
    assert [m.id for m in listed] == [second.id]
    with refused(409, "Conflict", "still has models"):
        science.delete_model_version_set(group.id)


def test_unknown_things_are_404(science, refused) -> None:
    with refused(404, "NotAuthorizedOrNotFound", MISSING):
        science.get_model(MISSING)
    with refused(404, "NotAuthorizedOrNotFound"):
        science.get_work_request(MISSING)
