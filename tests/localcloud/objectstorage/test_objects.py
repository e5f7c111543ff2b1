"""Buckets and objects through the SDK's own client."""

from __future__ import annotations

import io

import oci
import pytest
from oci.object_storage import models


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
