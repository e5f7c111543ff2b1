"""The main job through the command line: real SDK, embedded OCI, a real server process, real HTTP."""

import json
import urllib.request

import joblib
import pandas as pd
import pytest

from testing.waiting import LONG


@pytest.fixture
def live(wine, manifact):
    """The wine model, applied; destroyed in the end."""
    result = manifact("apply")
    assert result.code == 0, result.err
    yield wine
    assert manifact("destroy", "wine-cultivar", "--yes").code == 0


def _status(manifact):
    return json.loads(manifact("status", "--json").out)["resources"]


def _deployment(manifact):
    (found,) = [item for item in _status(manifact) if item["kind"] == "deployment"]
    return found


def _models(manifact):
    return [item for item in _status(manifact) if item["kind"] == "model"]


def _edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.slow
def test_the_deployed_model_answers_as_the_estimator_does(live, manifact):
    rows = pd.read_csv(live / "samples" / "input.csv")
    expected = joblib.load(live / "model.joblib").predict(rows).tolist()
    answer = json.loads(manifact("predict", "wine-cultivar", "--data", "samples/input.csv").out)
    assert answer == {"prediction": expected}

    body = json.dumps(rows.head(5).to_dict("records")).encode()
    request = urllib.request.Request(
        _deployment(manifact)["url"] + "/predict", body, {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=LONG) as response:
        assert json.load(response) == {"prediction": expected[:5]}


@pytest.mark.slow
def test_a_second_apply_and_a_plan_change_nothing(live, manifact):
    again = manifact("apply")
    assert (again.code, again.out) == (0, "  target: local\n  No changes.\n")
    assert manifact("plan", "--exit-code").code == 0


@pytest.mark.slow
def test_a_changed_deployment_setting_updates_the_deployment_alone(live, manifact):
    before = _status(manifact)
    _edit(live / "model.yaml", "memoryInGBs: 16", "memoryInGBs: 32")
    planned = manifact("plan", "--exit-code")
    assert planned.code == 2
    assert "memoryInGBs: 16 -> 32" in planned.out
    assert "0 to create, 1 to update, 0 to delete" in planned.out
    assert manifact("apply").code == 0
    assert [item["id"] for item in _status(manifact)] == [item["id"] for item in before]
    assert manifact("plan", "--exit-code").code == 0


@pytest.mark.slow
@pytest.mark.parametrize("what", ["sample", "model"])
def test_new_bytes_make_a_new_version_and_the_deployment_moves(live, manifact, what):
    before = _deployment(manifact)
    if what == "sample":
        _edit(live / "samples" / "input.csv", "12.33", "12.35")
    else:
        model = joblib.load(live / "model.joblib")
        joblib.dump(model, live / "model.joblib", compress=3)
    assert "1 to create, 1 to update, 0 to delete" in manifact("plan").out
    result = manifact("apply")
    assert result.code == 0, result.err
    assert [model["version"] for model in _models(manifact)] == [1, 2]
    after = _deployment(manifact)
    assert (after["id"], after["url"]) == (before["id"], before["url"])
    assert manifact("plan", "--exit-code").code == 0


@pytest.mark.slow
def test_a_bad_request_is_refused_by_naming_the_field(live, manifact, tmp_path):
    rows = pd.read_csv(live / "samples" / "input.csv").head(2)
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(rows.rename(columns={"alcohol": "alcool"}).to_dict("records")))
    result = manifact("predict", "wine-cultivar", "--data", bad)
    assert result.code == 1
    assert "alcool" in result.err
    assert "alcohol" in result.err


@pytest.mark.slow
def test_destroy_needs_a_yes_and_leaves_nothing(wine, manifact):
    manifact("apply")
    refused = manifact("destroy", "wine-cultivar")
    assert (refused.code, "MF903" in refused.err) == (6, True)
    assert len(_status(manifact)) == 2
    assert manifact("destroy", "wine-cultivar", "--yes").code == 0
    assert _status(manifact) == []
    assert "No changes." in manifact("destroy", "wine-cultivar", "--yes").out
    assert manifact("apply").code == 0
    assert len(_status(manifact)) == 2
    assert manifact("destroy", "model.yaml", "--yes").code == 0


@pytest.mark.slow
def test_what_was_saved_can_be_pulled_and_its_server_writes_a_log(live, manifact):
    pulled = manifact("pull", "wine-cultivar", "back")
    assert (pulled.code, "checked against" in pulled.out) == (0, True)
    built = live / "build" / "wine-cultivar" / "artifact"
    assert {p.name: p.read_bytes() for p in (live / "back").iterdir()} == {
        p.name: p.read_bytes() for p in built.iterdir()
    }
    again = manifact("pull", "wine-cultivar", "back")
    assert (again.code != 0, "MF751" in again.err) == (True, True)
    logged = manifact("logs", "wine-cultivar")
    assert (logged.code, logged.out.startswith("  target: local\n")) == (0, True)
