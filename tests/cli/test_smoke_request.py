"""`deployment.smoke`: what is asked of a deployment once it is up, when the golden rows are not what is wanted."""

import json
import shutil

import pytest

from testing.paths import MANIFESTS

pytestmark = pytest.mark.slow
RULES = MANIFESTS / "generic-rules"
NAME = "flat-price"


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.fixture
def rules(tmp_path, monkeypatch, manifact):
    """A model that asks a request of its own once it is deployed; destroyed in the end."""
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    edit(folder / "model.yaml", "memoryInGBs: 16", "memoryInGBs: 16\n    smoke: {request: request.json}")
    monkeypatch.chdir(folder)
    yield folder
    assert manifact("destroy", NAME, "--yes").code == 0


def write_request(folder, **changed):
    header, first, *_ = (folder / "samples" / "input.csv").read_text().splitlines()
    row = {**dict(zip(header.split(","), map(float, first.split(",")), strict=True)), **changed}
    (folder / "request.json").write_text(json.dumps([row]))


def deployment(manifact):
    found = json.loads(manifact("status", "--json").out)["resources"]
    return next(item for item in found if item["kind"] == "deployment")


def test_a_request_that_is_answered_passes_and_is_part_of_the_plan(rules, manifact):
    write_request(rules)
    first = manifact("apply")
    assert first.code == 0, first.err
    assert "No changes." in manifact("apply").out
    write_request(rules, rooms=3.0)  # another test of the same settings: nothing is to be changed
    assert "No changes." in manifact("plan").out


def test_a_request_that_is_refused_takes_the_first_deployment_off(rules, manifact):
    (rules / "request.json").write_text(json.dumps([{"colour": "red"}]))
    refused = manifact("apply")
    assert refused.code == 4
    assert "MF722" in refused.err
    assert "the deployment was deactivated" in refused.out
    assert deployment(manifact)["state"] == "INACTIVE"
    blocked = manifact("apply")
    assert ("MF731" in blocked.err, "No changes." in blocked.out) == (True, True)
    write_request(rules)
    mended = manifact("apply")
    assert mended.code == 0, mended.err
    assert deployment(manifact)["state"] == "ACTIVE"


def test_a_request_that_is_refused_puts_the_former_settings_back(rules, manifact):
    write_request(rules)
    assert manifact("apply").code == 0
    (rules / "request.json").write_text(json.dumps([{"colour": "red"}]))
    edit(rules / "model.yaml", "ocpus: 1", "ocpus: 1\n    environmentVariables: {LEVEL: debug}")
    failed = manifact("apply")
    assert (failed.code, "the former settings serve again" in failed.out) == (4, True)
    assert deployment(manifact)["state"] == "ACTIVE"
    assert manifact("predict", NAME, "--data", "samples/input.csv").code == 0


def test_a_request_that_is_no_json_is_told_before_anything_is_done(rules, manifact):
    (rules / "request.json").write_text("{")
    result = manifact("apply")
    assert (result.code, "request.json" in result.err) == (1, True)
    (rules / "request.json").unlink()
    assert "MF001" in manifact("plan").err
