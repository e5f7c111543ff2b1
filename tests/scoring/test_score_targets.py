"""`manifact score` of what a target holds: a model by its name or OCID, a table in a bucket."""

from __future__ import annotations

import json

import pytest

from compiler.cloud.connect.connection import connect
from compiler.spec.project import Target


@pytest.mark.slow
def test_a_name_an_ocid_and_a_manifest_answer_alike_and_objects_are_brought_here(wine, manifact):
    assert manifact("apply").code == 0
    try:
        sample = wine / "samples" / "input.csv"
        with connect("local", Target(), root=wine, project="default") as connection:
            storage = connection.object_storage
            namespace = storage.get_namespace().data.strip('"')
            details = {"name": "tables", "compartmentId": connection.place.compartment_id}
            storage.create_bucket(namespace, details)
            for name in ("wine/one.csv", "wine/two.csv", "wines.csv"):
                storage.put_object(namespace, "tables", name, sample.read_bytes())
        listed = json.loads(manifact("list", "--json").out)
        identifier = next(
            entry["id"] for entry in listed["resources"] if entry["id"].startswith("ocid1.datasciencemodel.")
        )
        words = ["--output", "out.jsonl", "--overwrite", "--workers", 1, "--json"]
        answers = []
        for model in ("wine-cultivar", identifier, "model.yaml"):
            result = manifact("score", model, "--input", sample, *words)
            assert result.code == 0, result.err
            answers.append((wine / "out.jsonl").read_text())
        assert answers == answers[:1] * 3
        bucket = f"oci://tables@{namespace}/"
        for name, files in (("wine", 2), ("wine/", 2), ("wines.csv", 1)):
            result = manifact("score", "wine-cultivar", "--input", bucket + name, *words)
            assert result.code == 0, result.err
            assert (wine / "out.jsonl").read_text() == answers[0] * files
        missing = manifact("score", "wine-cultivar", "--input", bucket + "nothing", *words)
        assert missing.code == 64
        assert json.loads(missing.out)["diagnostics"][0]["code"] == "MF821"
    finally:
        manifact("local", "stop")
