"""Buckets and objects through the SDK's own client."""

from __future__ import annotations

import datetime as dt
import io
import json

import oci
import pytest
from oci.object_storage import models

from compiler.localcloud.http.messages import Request


@pytest.fixture
def bucket(cloud, storage) -> str:
    details = models.CreateBucketDetails(name="wines", compartment_id=cloud.compartment_id, freeform_tags={"a": "b"})
    return storage.create_bucket("local", details).data.name


def test_buckets(cloud, storage, bucket, refused) -> None:
    assert storage.get_namespace().data == "local"
    assert storage.get_bucket("local", bucket).data.freeform_tags == {"a": "b"}
    assert storage.head_bucket("local", bucket).status == 200
    assert [b.name for b in storage.list_buckets("local", cloud.compartment_id).data] == [bucket]
    with refused(404, "BucketNotFound"):
        storage.get_bucket("local", "other")
    with refused(404, "NamespaceNotFound"):
        storage.get_bucket("other", bucket)
    storage.put_object("local", bucket, "a", b"")
    with refused(409, "BucketNotEmpty"):
        storage.delete_bucket("local", bucket)
    storage.delete_object("local", bucket, "a")
    storage.delete_bucket("local", bucket)


@pytest.mark.parametrize("name", ["a", "a/b c/ü.txt", "50%/x", "a%2Fb", "a+b&c=d"])
def test_names_of_objects_survive(storage, bucket, name) -> None:
    storage.put_object("local", bucket, name, b"content", opc_meta={"key": "value"}, content_type="text/plain")
    assert storage.get_object("local", bucket, name).data.content == b"content"
    assert [o.name for o in storage.list_objects("local", bucket).data.objects] == [name]
    head = storage.head_object("local", bucket, name).headers
    assert (head["opc-meta-key"], head["content-type"], head["content-length"]) == ("value", "text/plain", "7")
    assert {"accept-ranges", "etag", "version-id", "storage-tier", "last-modified"} <= set(head)


def test_conditions(storage, bucket, refused) -> None:
    etag = storage.put_object("local", bucket, "a", b"1", if_none_match="*").headers["etag"]
    with refused(412, "IfNoneMatchFailed"):
        storage.put_object("local", bucket, "a", b"2", if_none_match="*")
    storage.put_object("local", bucket, "a", b"2", if_match=etag)
    with refused(412, "IfMatchFailed"):
        storage.delete_object("local", bucket, "a", if_match=etag)
    assert storage.get_object("local", bucket, "a", range="bytes=0-0").data.content == b"2"
    with refused(404, "ObjectNotFound"):
        storage.get_object("local", bucket, "b")
    with pytest.raises(oci.exceptions.ServiceError) as caught:
        storage.head_object("local", bucket, "b")
    assert caught.value.status == 404


def test_a_body_with_another_md5_is_refused(storage, bucket, refused) -> None:
    with refused(400, "UnmatchedContentMD5"):
        storage.put_object("local", bucket, "a", io.BytesIO(b"1"), content_md5="1B2M2Y8AsgTpgAmY7PhCfg==")
    assert storage.list_objects("local", bucket).data.objects == []


def test_lists_fold_at_the_delimiter_and_go_on(storage, bucket) -> None:
    for name in ("a/1", "a/2", "b", "c/1", "d"):
        storage.put_object("local", bucket, name, b"x")
    first = storage.list_objects("local", bucket, delimiter="/", limit=3, fields="size,md5").data
    assert (first.prefixes, [o.name for o in first.objects], first.next_start_with) == (["a/", "c/"], ["b"], "d")
    assert first.objects[0].size == 1
    second = storage.list_objects("local", bucket, delimiter="/", start=first.next_start_with).data
    assert [o.name for o in second.objects] == ["d"]
    assert [o.name for o in storage.list_objects("local", bucket, prefix="a/").data.objects] == ["a/1", "a/2"]
    assert [o.name for o in storage.list_objects("local", bucket, start_after="b", end="d").data.objects] == ["c/1"]


def test_rename(storage, bucket) -> None:
    storage.put_object("local", bucket, "a", b"x")
    storage.rename_object("local", bucket, models.RenameObjectDetails(source_name="a", new_name="b"))
    assert [o.name for o in storage.list_objects("local", bucket).data.objects] == ["b"]
    assert storage.get_object("local", bucket, "b").data.content == b"x"


def test_versions_of_objects(storage, bucket) -> None:
    """One each: `model_by_reference` of ADS and AQUA's registration ask for them."""
    for name in ("a/1", "a/2", "ü", "z"):
        storage.put_object("local", bucket, name, b"content")
    listed = oci.pagination.list_call_get_all_results(storage.list_object_versions, "local", bucket, limit=1)
    assert [(v.name, v.size, v.is_delete_marker) for v in listed.data] == [
        (name, 7, False) for name in ("a/1", "a/2", "z", "ü")
    ]
    head = storage.head_object("local", bucket, "z").headers
    assert [v.version_id for v in listed.data if v.name == "z"] == [head["version-id"]]
    folded = storage.list_object_versions("local", bucket, delimiter="/", prefix="").data
    assert ([v.name for v in folded.items], folded.prefixes) == (["z", "ü"], ["a/"])


def test_the_tier_of_an_object(storage, bucket, refused) -> None:
    storage.put_object("local", bucket, "a", b"content")
    details = models.UpdateObjectStorageTierDetails(object_name="a", storage_tier="InfrequentAccess")
    storage.update_object_storage_tier("local", bucket, details)
    assert storage.head_object("local", bucket, "a").headers["storage-tier"] == "InfrequentAccess"
    assert storage.get_object("local", bucket, "a").data.content == b"content"
    with refused(404, "ObjectNotFound"):
        storage.update_object_storage_tier(
            "local", bucket, models.UpdateObjectStorageTierDetails(object_name="b", storage_tier="Archive")
        )


def test_what_a_bucket_here_never_has_is_an_empty_list(storage, bucket, refused) -> None:
    for asked in (
        storage.list_replication_policies,
        storage.list_replication_sources,
        storage.list_preauthenticated_requests,
    ):
        assert asked("local", bucket).data == []
        with refused(404, "BucketNotFound"):
            asked("local", "other")


def test_a_copy_is_an_object_of_its_own(cloud, storage, bucket, refused) -> None:
    storage.create_bucket("local", models.CreateBucketDetails(name="other", compartment_id=cloud.compartment_id))
    storage.put_object("local", bucket, "a/b", b"content", opc_meta={"key": "value"}, content_type="text/plain")

    def copy(source: str, target: str, bucket_name: str = "other", **more: object):
        details = models.CopyObjectDetails(
            source_object_name=source,
            destination_region="us-ashburn-1",
            destination_namespace="local",
            destination_bucket=bucket_name,
            destination_object_name=target,
            **more,
        )
        return storage.copy_object("local", bucket, details)

    work = storage.get_work_request(copy("a/b", "c").headers["opc-work-request-id"]).data
    assert (work.status, work.operation_type, work.percent_complete) == ("COMPLETED", "COPY_OBJECT", 100.0)
    assert storage.list_work_request_errors(work.id).data == []
    copy("a/b", "d", bucket, destination_object_metadata={"opc-meta-key": "other"})
    storage.delete_object("local", bucket, "a/b")
    copied = storage.get_object("local", "other", "c")
    assert (copied.data.content, copied.headers["opc-meta-key"]) == (b"content", "value")
    assert storage.head_object("local", bucket, "d").headers["opc-meta-key"] == "other"
    with refused(404, "ObjectNotFound"):
        copy("a/b", "c")
    with refused(404, "BucketNotFound"):
        copy("d", "c", "nowhere")
    with refused(412, "IfMatchFailed"):
        copy("d", "c", destination_object_if_none_match_e_tag="*")


def _ask(cloud, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    """A request without a signature."""
    reply = cloud.handle(Request(method, path, {"content-length": str(len(body))}, io.BytesIO(body)))
    return reply.status, b"".join(reply.body)


def test_pre_authenticated_requests_need_no_signature(cloud, storage, bucket, refused) -> None:
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)

    def create(access: str, **more: object):
        details = models.CreatePreauthenticatedRequestDetails(
            name="shared", access_type=access, time_expires=more.pop("time_expires", later), **more
        )
        return storage.create_preauthenticated_request("local", bucket, details).data

    storage.put_object("local", bucket, "a", b"content")
    storage.put_object("local", bucket, "data/b", b"below")
    reading = create("ObjectRead", object_name="a")
    assert _ask(cloud, "GET", reading.access_uri) == (200, b"content")
    assert _ask(cloud, "HEAD", reading.access_uri) == (200, b"")
    assert _ask(cloud, "PUT", reading.access_uri, b"x")[0] == 404
    assert _ask(cloud, "GET", reading.access_uri.removesuffix("a") + "data/b")[0] == 404
    assert _ask(cloud, "GET", f"/n/local/b/{bucket}/o/a")[0] == 401
    writing = create("AnyObjectWrite", object_name="data/")
    assert _ask(cloud, "PUT", writing.access_uri + "data/c", b"new")[0] == 200
    assert storage.get_object("local", bucket, "data/c").data.content == b"new"
    assert _ask(cloud, "PUT", writing.access_uri + "elsewhere", b"new")[0] == 404
    listing = create("AnyObjectRead", bucket_listing_action="ListObjects")
    assert {o["name"] for o in json.loads(_ask(cloud, "GET", listing.access_uri)[1])["objects"]} == {
        "a",
        "data/b",
        "data/c",
    }
    assert {found.id for found in storage.list_preauthenticated_requests("local", bucket).data} == {
        reading.id,
        writing.id,
        listing.id,
    }
    assert storage.get_preauthenticated_request("local", bucket, reading.id).data.object_name == "a"
    storage.delete_preauthenticated_request("local", bucket, reading.id)
    assert _ask(cloud, "GET", reading.access_uri)[0] == 404
    with refused(400, "InvalidParameter"):
        create("ObjectRead", object_name="a", time_expires=later - dt.timedelta(days=1))
    with refused(400, "MissingParameter"):
        create("ObjectRead")
