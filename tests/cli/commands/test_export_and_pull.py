"""`export`, `pull`: artifacts out of the catalog, and straight from a build."""

import json
import zipfile

import pytest

from testing import unmanaged
from testing.archives import zipped


@pytest.fixture
def bucket(cellar):
    with unmanaged.cloud(cellar) as connection:
        namespace = connection.object_storage.get_namespace().data
        details = {"name": "exports", "compartmentId": connection.place.compartment_id}
        connection.object_storage.create_bucket(namespace, details)
    return f"oci://exports@{namespace}"


def content(root, name):
    with unmanaged.cloud(root) as connection:
        storage = connection.object_storage
        return storage.get_object(storage.get_namespace().data, "exports", name).data.raw.read()


def test_out_of_the_catalog(cellar, bucket, manifact):
    with unmanaged.cloud(cellar) as connection:
        model = unmanaged.make_model(connection, displayName="red")
        other = unmanaged.make_model(connection, {**unmanaged.FILES, "factor.txt": b"3"}, displayName="white")
    done = json.loads(manifact("export", "red", f"{bucket}/kept/", "--json").out)
    assert (done["model"], done["uri"], done["written"]) == (model, f"{bucket}/kept/red.zip", True)
    assert content(cellar, "kept/red.zip") == zipped(unmanaged.FILES)
    assert "holds just this already" in manifact("export", model, f"{bucket}/kept/red.zip").out
    refused = manifact("export", other, f"{bucket}/kept/red.zip")
    assert (refused.code, "MF763" in refused.err) == (6, True)
    assert manifact("export", other, f"{bucket}/kept/red.zip", "--overwrite").code == 0
    assert content(cellar, "kept/red.zip") != zipped(unmanaged.FILES)
    nowhere = manifact("export", "red", f"{bucket.replace('exports', 'absent')}/red.zip")
    assert (nowhere.code, "absent" in nowhere.err) == (3, True)


def test_straight_from_a_directory(cellar, bucket, manifact, tmp_path):
    folder = cellar / "mine"
    folder.mkdir()
    for name, text in unmanaged.FILES.items():
        (folder / name).write_bytes(text)
    assert "wrote oci://exports@local/mine.zip" in manifact("export", "mine", f"{bucket}/").out
    (tmp_path / "back.zip").write_bytes(content(cellar, "mine.zip"))
    with zipfile.ZipFile(tmp_path / "back.zip") as file:
        assert {name: file.read(name) for name in file.namelist()} == unmanaged.FILES
    assert "holds just this already" in manifact("export", "mine", f"{bucket}/mine.zip").out
    # The same size, other bytes: not taken for the same, and not left there by --overwrite.
    (folder / "factor.txt").write_bytes(b"7")
    refused = manifact("export", "mine", f"{bucket}/mine.zip")
    assert (refused.code, "MF763" in refused.err) == (6, True)
    assert manifact("export", "mine", f"{bucket}/mine.zip", "--overwrite").code == 0
    (tmp_path / "back.zip").write_bytes(content(cellar, "mine.zip"))
    with zipfile.ZipFile(tmp_path / "back.zip") as file:
        assert file.read("factor.txt") == b"7"
    (folder / "oci.pem").write_text("key")
    secret = manifact("export", "mine", f"{bucket}/other.zip")
    assert (secret.code, "MF110" in secret.err) == (1, True)


def test_a_directory_elsewhere_goes_to_the_target_of_this_project_and_stays_as_it_is(
    cellar, bucket, manifact, tmp_path
):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    for name, text in unmanaged.FILES.items():
        (folder / name).write_bytes(text)
    for expected in ("wrote", "holds just this already"):
        done = manifact("export", folder, f"{bucket}/mine.zip")
        assert (done.code, expected in done.out) == (0, True), done.err
    assert {path.name for path in folder.iterdir()} == set(unmanaged.FILES)


def test_an_upload_of_other_bytes_is_never_gone_on_with(cellar, bucket, manifact, tmp_path):
    folder = cellar / "mine"
    folder.mkdir()
    for name, text in unmanaged.FILES.items():
        (folder / name).write_bytes(text)
    manifact("export", "mine", f"{bucket}/first.zip")
    whole = content(cellar, "first.zip")
    with unmanaged.cloud(cellar) as connection:
        storage = connection.object_storage
        namespace = storage.get_namespace().data
        begun = storage.create_multipart_upload(namespace, "exports", {"object": "mine.zip"}).data["uploadId"]
        storage.upload_part(namespace, "exports", "mine.zip", begun, 1, b"x" * len(whole))
    assert manifact("export", "mine", f"{bucket}/mine.zip").code == 0
    assert content(cellar, "mine.zip") == whole


def test_any_version_of_any_model_is_pulled(cellar, manifact):
    with unmanaged.cloud(cellar) as connection:
        client = connection.data_science
        set_id = client.create_model_version_set({**unmanaged.where(connection), "name": "reds"}).data["id"]
        for factor in (b"2", b"3"):
            files = {**unmanaged.FILES, "factor.txt": factor}
            unmanaged.make_model(connection, files, displayName="red", modelVersionSetId=set_id)
    pulled = json.loads(manifact("pull", "red", "newest", "--json").out)
    assert (pulled["directory"], pulled["checked"]) == ("newest", False)
    assert (cellar / "newest" / "factor.txt").read_bytes() == b"3"
    assert manifact("pull", "red", "--version", "1", "first").code == 0
    assert (cellar / "first" / "factor.txt").read_bytes() == b"2"
    assert manifact("pull", "red", "newest").code == 6
