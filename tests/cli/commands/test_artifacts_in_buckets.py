"""Artifacts that go by way of a bucket, or stay there, through the command line."""

import json

import pytest

from compiler.cloud.connect.connection import connect
from compiler.spec.project import Target

pytestmark = pytest.mark.slow


@pytest.fixture
def bucket(wine):
    """The bucket `staging` of the local target; returns the names of its objects when called."""
    (wine / ".manifact").mkdir()

    def storage(act):
        with connect("local", Target(), root=wine, project="default") as connection:
            return act(connection.object_storage, connection.place.compartment_id)

    storage(lambda client, place: client.create_bucket("local", {"name": "staging", "compartmentId": place}))

    def names():
        found = storage(lambda client, _: client.list_objects("local", "staging").data["objects"])
        return [item["name"] for item in found]

    return names


def write(wine, catalog):
    """Set `spec.catalog`, which stands between two other keys."""
    path = wine / "model.yaml"
    head, _, tail = path.read_text().partition("  catalog:")
    path.write_text(f"{head}  catalog: {json.dumps(catalog)}\n  deployment:{tail.partition('  deployment:')[2]}")


STAGING = {"uri": "oci://staging@local/models/"}


def test_staging_always_and_kept(wine, manifact, bucket):
    write(wine, {"staging": {**STAGING, "always": True}})
    try:
        planned = json.loads(manifact("plan", "--json").out)
        operations = [step["operation"] for change in planned["changes"] for step in change["steps"]]
        assert operations.index("upload_object") < operations.index("export_model_artifact")
        assert operations.index("export_model_artifact") < operations.index("delete_object")
        applied = manifact("apply")
        assert applied.code == 0, applied.err
        assert bucket() == []
        assert manifact("plan", "--deep", "--exit-code").code == 0
        write(wine, {"staging": {**STAGING, "always": True, "keep": True}})
        assert manifact("plan", "--deep", "--exit-code").code == 0  # the bytes are in the catalog already
        answer = json.loads(manifact("predict", "wine-cultivar", "--data", "samples/input.csv").out)
        assert len(answer["prediction"]) == len((wine / "samples" / "input.csv").read_text().splitlines()) - 1
        assert manifact("pull", "wine-cultivar", "pulled").code == 0
    finally:
        assert manifact("destroy", "wine-cultivar", "--yes").code == 0
    assert manifact("apply").code == 0
    try:
        (name,) = bucket()
        assert name.startswith("models/default/local/wine-cultivar/")
        assert name.endswith(".zip")
    finally:
        assert manifact("destroy", "wine-cultivar", "--yes").code == 0


def test_by_reference(wine, manifact, bucket):
    write(wine, {"staging": STAGING, "byReference": True})
    try:
        assert "its files in oci://staging@local/models/default/local/wine-cultivar/" in manifact("plan").out
        applied = manifact("apply")
        assert applied.code == 0, applied.err
        artifact = wine / "build" / "wine-cultivar" / "artifact"
        built = {path.name for path in artifact.iterdir()}
        assert {name.split("/", 5)[5] for name in bucket()} == built
        assert manifact("plan", "--deep", "--exit-code").code == 0
        answer = json.loads(manifact("predict", "wine-cultivar", "--data", "samples/input.csv").out)
        assert len(answer["prediction"]) > 1
        pulled = manifact("pull", "wine-cultivar", "pulled")
        assert pulled.code == 0, pulled.err
        assert "checked against the digest" in pulled.out
        for name in built:
            assert (wine / "pulled" / name).read_bytes() == (artifact / name).read_bytes()
        shown = manifact("show", "wine-cultivar", "--json")
        assert shown.code == 0, shown.err
        lie = "in oci://staging@local/models/default/local/wine-cultivar/"
        assert f"by reference, {lie}" in manifact("show", "wine-cultivar").out
        refused = manifact("export", "wine-cultivar", "oci://staging@local/whole.zip")
        assert lie in refused.err
        assert "manifact pull" in refused.err
    finally:
        assert manifact("destroy", "wine-cultivar", "--yes").code == 0
    assert bucket() == []


@pytest.mark.parametrize("way", [{"byReference": True}, {}])
def test_names_that_object_storage_does_not_take_are_found_by_compile(wine, manifact, way):
    def compiled(length):
        write(wine, {**way, "staging": {"uri": f"oci://staging@local/{'p' * length}/"}})
        return manifact("compile")

    assert compiled(800).code == 0
    refused = compiled(1000)
    assert refused.code == 1
    line = next(n for n, text in enumerate((wine / "model.yaml").read_text().splitlines(), 1) if "catalog:" in text)
    assert "[MF708]" in refused.err
    assert f"model.yaml:{line}:" in refused.err
    assert "Object Storage takes 1,024" in refused.err
