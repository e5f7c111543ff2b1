"""`import`: what plain SDK calls made becomes ours, and the next plan is empty."""

import json
import subprocess

import pytest

from testing import unmanaged
from testing.command import start
from testing.gates import WAITING, open_gates

PLAIN = {}
FULL = {
    "displayName": 'Red: "the" first\n- not: a list # or a comment',
    "description": "line\nbreak \N{BLACK HEART SUIT} \x07",
    "freeformTags": {"cost": "7", "on": "yes", "n": "1.0", "e": ""},
    "definedTags": {"Oracle-Tags": {"CreatedBy": "somebody"}, "finance": {"centre": "42"}},
    "customMetadataList": [
        {"key": "note", "value": "null", "category": "Other", "description": "what"},
        {"key": "no category", "value": "1"},
        {"key": "nothing at all"},
        {"key": "odd category", "value": "1", "category": "Weather"},
        {"key": "long", "value": "x" * 200, "category": "Performance"},
    ],
    "definedMetadataList": [
        {"key": "UseCaseType", "value": "regression"},
        {"key": "Framework", "value": "other"},
        {"key": "FrameworkVersion", "value": "1.10"},
        {"key": "Hyperparameters", "value": '{"b": 1, "a": [2]}'},
    ],
    "inputSchema": '{"schema": [{"name": "x", "dtype": "int64", "required": true}], "version": "1.1"}',
    "retentionSetting": {"archiveAfterDays": 9, "deleteAfterDays": 30, "customerNotificationType": "NONE"},
    "backupSetting": {"isBackupEnabled": True, "backupRegion": "eu-zurich-1", "customerNotificationType": "ALL"},
}


def is_settled(manifact, folder):
    for command in ("plan", "drift"):
        result = manifact(command, folder, "--exit-code")
        assert result.code == 0, result.out + result.err


@pytest.mark.parametrize("details", [PLAIN, FULL], ids=["plain", "full"])
def test_a_model_becomes_ours_and_the_next_plan_is_empty(details, cellar, manifact):
    with unmanaged.cloud(cellar) as connection:
        model = unmanaged.make_model(connection, **details)
        provenance = {"trainingScript": "/home/datascience/train.py", "gitCommit": "0" * 40}
        connection.data_science.create_model_provenance(model, provenance)
        before = connection.data_science.get_model(model).data
    first = manifact("import", model, "models/red", "--name", "red")
    assert first.code == 0, first.err
    assert "nothing in the target was changed" in first.out
    folder = cellar / "models" / "red"
    assert {path.name: path.read_bytes() for path in (folder / "artifact").iterdir()} == unmanaged.FILES
    with unmanaged.cloud(cellar) as connection:
        assert connection.data_science.get_model(model).data == before
    done = manifact("import", model, "models/red", "--yes")
    assert (done.code, "it is yours" in done.out) == (0, True), done.err
    is_settled(manifact, "models/red")
    again = manifact("import", model, "models/red", "--yes")
    assert (again.code, "No changes." in again.out) == (0, True)
    with unmanaged.cloud(cellar) as connection:
        after = connection.data_science.get_model(model).data
    kept = ("displayName", "description", "definedTags", "inputSchema", "retentionSetting", "backupSetting")
    assert {key: after.get(key) for key in kept} == {key: before.get(key) for key in kept}
    assert before["freeformTags"].items() <= after["freeformTags"].items()
    entries = {item["key"]: item.get("value") for item in after["customMetadataList"]}
    assert {item["key"]: item.get("value") for item in details.get("customMetadataList", ())}.items() <= entries.items()
    assert [path.name for path in (cellar / "models").iterdir()] == ["red"]


@pytest.mark.slow
def test_a_deployment_goes_on_serving_and_its_secrets_stay_where_they_are(cellar, manifact, monkeypatch):
    variables = {"DB_PASSWORD": "hunter2", "LEVEL": "info"}
    with unmanaged.cloud(cellar) as connection:
        client = connection.data_science
        model = unmanaged.make_model(connection)
        deployment = unmanaged.make_deployment(connection, model, variables)
        before = client.get_model_deployment(deployment).data
        adopted = json.loads(manifact("import", deployment, "--yes", "--json").out)
        after = client.get_model_deployment(deployment).data
    assert (adopted["variables"], adopted["adopted"]) == (["DB_PASSWORD"], True)
    assert adopted["name"] == "served-by-hand"
    same = ("modelDeploymentConfigurationDetails", "modelDeploymentUrl", "displayName", "lifecycleState")
    assert {key: after[key] for key in same} == {key: before[key] for key in same}
    folder = cellar / "models" / "served-by-hand"
    written = (folder / "model.yaml").read_text()
    assert "LEVEL: info" in written
    is_settled(manifact, "models/served-by-hand")
    everything = [path for path in cellar.rglob("*") if path.is_file() and "local" not in path.parts]
    assert [path for path in everything if b"hunter2" in path.read_bytes()] == []
    # From now on it is planned and applied like any other.
    (folder / "model.yaml").write_text(written.replace("LEVEL: info", "LEVEL: debug"))
    (cellar / "x.json").write_text('[{"x": 3}]')
    assert "MANIFACT_VAR" in manifact("apply", folder).err
    monkeypatch.setenv("MANIFACT_VAR_DB_PASSWORD", "hunter2")
    assert manifact("apply", folder).code == 0
    assert json.loads(manifact("predict", "served-by-hand", "--data", "x.json").out) == {"prediction": [6.0]}
    with unmanaged.cloud(cellar) as connection:
        details = connection.data_science.get_model_deployment(deployment).data["modelDeploymentConfigurationDetails"]
    live = details["environmentConfigurationDetails"]["environmentVariables"]
    assert live == {"DB_PASSWORD": "hunter2", "LEVEL": "debug"}


@pytest.mark.slow
def test_a_deployment_alone_by_the_ocid_of_its_model(cellar, manifact):
    with unmanaged.cloud(cellar) as connection:
        model = unmanaged.make_model(connection)
        deployment = unmanaged.make_deployment(connection, model)
        before = connection.data_science.get_model(model).data
        done = manifact("import", deployment, "models/alone", "--by-id", "--yes")
        assert (done.code, "it is yours" in done.out) == (0, True), done.err
        assert connection.data_science.get_model(model).data == before
    assert f'modelId: "{model}"' in (cellar / "models" / "alone" / "model.yaml").read_text()
    is_settled(manifact, "models/alone")


def test_what_cannot_be_taken_over(cellar, manifact):
    owner = {"manifact-project": "other", "manifact-target": "local", "manifact-name": "x"}
    with unmanaged.cloud(cellar) as connection:
        theirs = unmanaged.make_model(connection, freeformTags=owner)
        tagged = unmanaged.make_model(connection, freeformTags={f"tag{n}": "x" for n in range(8)})
        gone = unmanaged.make_model(connection)
        connection.data_science.delete_model(gone)
        free = unmanaged.make_model(connection, displayName="free")
        broken = unmanaged.make_model(connection, {"score.py": b"(", "runtime.yaml": b""}, displayName="broken")
    (cellar / "full").mkdir()
    (cellar / "full" / "mine.txt").write_text("mine")
    for arguments, code, exit_code in (
        ((theirs, "models/a"), "MF760", 6),
        ((tagged, "models/a"), "MF764", 1),
        ((gone, "models/a"), "MF764", 1),
        ((free, "full"), "MF751", 6),
        ((free, cellar.parent / "outside"), "MF713", 3),
        ((free, "models/a", "--by-id"), "MF764", 1),
        ((broken, "models/broken"), "MF521", 1),
    ):
        refused = manifact("import", *arguments, "--yes")
        assert (refused.code, code in refused.err) == (exit_code, True), refused.err
    assert list((cellar / "models").iterdir()) == []
    assert (cellar / "full" / "mine.txt").read_text() == "mine"
    assert manifact("import", free, "models/free", "--yes").code == 0
    with unmanaged.cloud(cellar) as connection:
        second = unmanaged.make_model(connection, displayName="free too")
    for arguments in ((second, "models/other", "--name", "free"), (free, "models/b")):
        taken = manifact("import", *arguments, "--yes")
        assert (taken.code, "MF760" in taken.err) == (6, True)


def test_files_that_are_no_longer_what_is_live_are_not_taken_for_it(cellar, manifact):
    with unmanaged.cloud(cellar) as connection:
        model = unmanaged.make_model(connection)
    assert manifact("import", model, "models/red").code == 0
    (cellar / "models" / "red" / "artifact" / "factor.txt").write_text("3")
    refused = manifact("import", model, "models/red", "--yes")
    assert (refused.code, "MF764" in refused.err) == (1, True)
    with unmanaged.cloud(cellar) as connection:
        assert connection.data_science.get_model(model).data["freeformTags"] == {}


def test_a_failed_import_leaves_nothing_that_stops_the_project(cellar, manifact):
    down = {f"inner/{name}": content for name, content in unmanaged.FILES.items()}
    control = {**unmanaged.FILES, "line\nbreak\x1b.txt": b""}
    with unmanaged.cloud(cellar) as connection:
        good = unmanaged.make_model(connection, displayName="good")
        right = unmanaged.make_model(connection, displayName="right")
        bad = [unmanaged.make_model(connection, files, displayName="bad") for files in (down, control)]
    assert manifact("import", good, "models/good").code == 0
    for model, code in zip(bad, ("MF533", "MF750"), strict=True):
        refused = manifact("import", model, "models/bad", "--yes")
        assert (refused.code, code in refused.err, "\x1b" in refused.err) == (1, True, False), refused.err
        assert [path.name for path in (cellar / "models").iterdir()] == ["good"]
    second = manifact("import", right, "models/bad", "--yes")
    assert second.code == 0, second.err
    assert manifact("plan", "--exit-code", "models/bad").code == 0
    assert manifact("plan").code == 0


SLOW = (
    WAITING
    + """
def load_model(model_file_name="factor.txt"):
    return 2.0


def predict(data, model=load_model()):
    return {"prediction": [row["x"] * model for row in data]}
"""
)


@pytest.mark.slow
def test_what_still_moves_is_waited_for(cellar, manifact):
    with unmanaged.cloud(cellar) as connection:
        model = unmanaged.make_model(connection, {**unmanaged.FILES, "score.py": SLOW.encode()})
        deployment = unmanaged.begin_deployment(connection, model)
        assert connection.data_science.get_model_deployment(deployment).data["lifecycleState"] == "CREATING"
        pipe = subprocess.PIPE
        with start("import", deployment, "models/slow", "--yes", stdout=pipe, stderr=pipe, text=True) as process:
            told = next(line for line in process.stderr if "waiting" in line)
            open_gates(cellar)
            out, err = process.communicate()
    assert (process.returncode, "it is yours" in out) == (0, True), err
    assert f"deployment {deployment} is CREATING: waiting" in told
    is_settled(manifact, "models/slow")


def test_it_runs_alone_in_a_checkout(cellar, manifact):
    import fcntl

    with unmanaged.cloud(cellar) as connection:
        model = unmanaged.make_model(connection)
        before = connection.data_science.get_model(model).data
    with (cellar / ".manifact" / "apply-local.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        refused = manifact("import", model, "models/red", "--yes", "--timeout", "0.1")
    assert (refused.code, "MF7" in refused.err) == (5, True), refused.err
    with unmanaged.cloud(cellar) as connection:
        assert connection.data_science.get_model(model).data == before
    assert not (cellar / "models").exists()


def test_a_folder_without_a_project_file_is_of_the_store_around_it(tmp_path, monkeypatch, manifact):
    monkeypatch.chdir(tmp_path)
    with unmanaged.cloud(tmp_path, "default") as connection:
        model = unmanaged.make_model(connection)
    done = manifact("import", model, "red", "--name", "red", "--yes")
    assert (done.code, "it is yours" in done.out) == (0, True), done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == [".manifact", "build", "red"]
    is_settled(manifact, "red")
    assert model in manifact("status", "red").out
