"""One turn after another: what is done about every name, and that the second turn after any turn is empty."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.codes import ExitCode
from compiler.compilation import batch
from compiler.diagnostics import CompilerError

CREATED = {"a": (1, 1), "b": (1, 1)}


@pytest.fixture
def two(repository: Any) -> Any:
    """Two models that are in sync."""
    repository.write("a")
    repository.write("b", factor=3)
    assert repository.settle().exit_code is ExitCode.OK
    assert repository.live() == CREATED
    return repository


def test_a_turn_does_not_wait_and_the_next_one_finishes(repository: Any) -> None:
    repository.write("a")
    first = repository.turn()
    assert first.states["a"].state == "Acting"
    assert first.exit_code is ExitCode.INCOMPLETE
    with repository.lab() as lab:
        lab.wait()
    assert repository.states() in ({"a": "Unfinished"}, {"a": "Acting"})
    done = repository.settle()
    assert (done.states["a"].state, done.exit_code) == ("InSync", ExitCode.OK)
    assert repository.live() == {"a": (1, 1)}


def test_a_plan_sends_nothing(repository: Any) -> None:
    repository.write("a")
    planned = repository.turn(plan_only=True, signal_changes=True)
    assert (planned.states["a"].state, planned.exit_code) == ("Acting", ExitCode.CHANGES)
    assert repository.live() == {}


def test_a_broken_manifest_stops_no_other(two: Any) -> None:
    two.write("c")
    path = two.root / "models" / "b" / "model.yaml"
    path.write_text(path.read_text()[: len(path.read_text()) // 2])
    (two.root / "models" / "a" / "model.yaml").write_text(
        "apiVersion: manifact/v1\nkind: Modell\nmetadata: {name: a}\n"
    )
    result = two.settle(prune=True)
    assert {name: str(state.state) for name, state in result.states.items()} == {
        "a": "Broken",
        "b": "Gone",
        "c": "InSync",
    }
    assert result.exit_code is ExitCode.MANIFEST
    assert result.states["b"].reason == "PruneRefused"  # the name of that file cannot be read
    assert two.live() == {**CREATED, "c": (1, 1)}


@pytest.mark.parametrize("cause", ["live", "manifest", "both"])
def test_the_cause_of_a_difference(two: Any, cause: str) -> None:
    if cause in ("live", "both"):
        two.edit_deployment("a", displayName="by hand")
    if cause in ("manifest", "both"):
        two.write("a", bandwidthMbps=20)
    planned = two.turn(plan_only=True)
    assert planned.states["a"].cause == cause
    assert two.settle().exit_code is ExitCode.OK
    with two.lab() as lab:
        (live,) = [item for item in lab.deployments() if item.tags["manifact-name"] == "a"]
        assert live.body["displayName"] == "a"


def test_a_new_model_is_saved_and_served(two: Any) -> None:
    two.write("a", factor=7)
    planned = two.turn(plan_only=True)
    assert planned.states["a"].cause == "manifest"
    assert two.settle().exit_code is ExitCode.OK
    assert two.live()["a"] == (2, 1)
    assert two.turn().states["a"].state == "InSync"


def test_what_was_deactivated_by_hand_is_reported_and_not_woken(two: Any) -> None:
    two.act_on_deployment("a", "deactivate")
    result = two.settle(signal_changes=True)
    assert (result.states["a"].state, result.exit_code) == ("Drifted", ExitCode.CHANGES)
    assert two.turn().exit_code is ExitCode.OK
    with two.lab() as lab:
        assert sorted(live.state for live in lab.deployments()) == ["ACTIVE", "INACTIVE"]
    two.project(drift={"state": "repair"})
    assert two.settle().states["a"].state == "InSync"


def test_what_was_deleted_by_hand_is_made_again_unless_it_is_only_reported(two: Any) -> None:
    two.project(drift={"missing": "report"})
    two.act_on_deployment("a", "delete")
    assert two.settle().states["a"].state == "Drifted"
    two.project()
    assert two.settle().states["a"].state == "InSync"
    assert two.live() == CREATED


def test_settings_that_are_only_reported_and_manifests_that_go_on(two: Any) -> None:
    two.project(drift={"settings": "report"})
    two.edit_deployment("a", displayName="by hand")
    two.write("b", factor=3, bandwidthMbps=20)
    result = two.settle()
    assert (result.states["a"].state, result.states["b"].state) == ("Drifted", "InSync")
    assert result.states["a"].paths == ("deployment: displayName",)


def test_two_writers_are_told_and_the_fight_ends(two: Any) -> None:
    for _ in range(3):
        two.edit_deployment("a", displayName="mine")
        two.pass_time(300)
        assert two.settle().states["a"].state == "InSync"
    two.edit_deployment("a", displayName="mine")
    for _ in range(24):
        two.pass_time(3600)
        assert two.turn().states["a"].state == "Contested"
    assert two.settle(now=frozenset({"a"})).states["a"].state == "InSync"


def test_two_reconcilers_that_apply_in_turn_are_told(two: Any) -> None:
    """Another checkout of the same project says something else: ours, theirs, ours, theirs, and there it stays."""
    manifest = two.root / "models" / "a" / "model.yaml"
    memory = two.root / ".manifact" / "reconcile" / "local" / "memory.json"
    for expected in ("InSync", "Contested", "Contested"):
        ours, remembered = manifest.read_text(), memory.read_text()
        two.write("a", bandwidthMbps=50)
        assert two.settle().states["a"].state == "InSync"  # as the other one sees it, which has a memory of its own
        manifest.write_text(ours)
        memory.write_text(remembered)
        two.pass_time(60)
        assert two.settle().states["a"].state == expected
    two.write("a", bandwidthMbps=30)
    assert two.settle().states["a"].state == "InSync"


def test_an_autoscaled_number_of_instances_is_no_drift(repository: Any) -> None:
    repository.write("a", ignoreChanges=["instances"])
    repository.settle()
    with repository.lab() as lab:
        live = lab.deployments()[0]
        configuration = live.body["modelDeploymentConfigurationDetails"]
        configuration["modelConfigurationDetails"]["scalingPolicy"] = {"policyType": "FIXED_SIZE", "instanceCount": 3}
        details = {"modelDeploymentConfigurationDetails": configuration}
        lab.connection.data_science.update_model_deployment(live.id, details)
        lab.wait()
    assert repository.turn(deep=True).states["a"].state == "InSync"


def test_suspended_names_are_left_alone(two: Any) -> None:
    two.write("a", factor=9, metadata={"suspend": True})
    result = two.settle(prune=True)
    assert (result.states["a"].state, result.exit_code) == ("Suspended", ExitCode.OK)
    assert two.live() == CREATED


def test_a_replacement_needs_consent(two: Any) -> None:
    two.write("a", state="absent")
    result = two.turn(consent=False)
    assert (result.states["a"].reason, result.exit_code) == ("NeedsConsent", ExitCode.REFUSED)
    assert two.live() == CREATED
    assert two.settle().states["a"].state == "InSync"
    assert two.live() == {"a": (1, 0), "b": (1, 1)}


def test_a_store_that_is_lost_makes_nothing_happen_twice(two: Any) -> None:
    import shutil

    two.edit_deployment("a", displayName="by hand")
    two.turn()
    shutil.rmtree(two.root / ".manifact" / "reconcile")
    assert two.settle().exit_code is ExitCode.OK
    shutil.rmtree(two.root / ".manifact" / "reconcile")
    seen: list[str] = []
    two.patches.append(lambda connection: watch(connection, seen))
    assert set(two.states().values()) == {"InSync"}
    assert {line.split()[0] for line in seen} == {"GET"}


def watch(connection: Any, seen: list[str]) -> None:
    """Note every request."""
    session = connection.data_science.base_client.session
    inner = session.adapters["http://"]

    class Watching:
        def send(self, request: Any, **options: Any) -> Any:
            seen.append(f"{request.method} {request.path_url}")
            return inner.send(request, **options)

        def close(self) -> None:
            inner.close()

    session.adapters["http://"] = Watching()


def test_a_model_that_does_not_verify_is_not_tried_again_until_it_changes(two: Any) -> None:
    two.project(limits={"change": "100%"})
    two.write("a", factor=9)
    (two.root / "models" / "a" / "samples" / "output.csv").write_text("y\n1\n1\n")
    two.write("b", factor=4)
    result = two.settle()
    assert (result.states["a"].reason, result.states["b"].state) == ("VerificationFailed", "InSync")
    assert result.exit_code is ExitCode.VERIFICATION
    for _ in range(20):
        two.pass_time(600)
        again = two.turn()
        assert not again.states["a"].begins
        assert again.exit_code is ExitCode.VERIFICATION
    assert two.live()["a"] == (1, 1)
    two.write("a", factor=9)
    assert two.settle().exit_code is ExitCode.OK


def test_a_sensitive_value_is_in_no_file_of_the_store(two: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "correct-horse-battery"
    target = {"variables": {"DB": {"value": secret, "sensitive": True}}}
    known = {"apiVersion": "manifact/v1", "kind": "Project", "metadata": {"name": "cellar"}}
    two.write_project({**known, "targets": {"local": target}})
    two.write("a", environmentVariables={"DB": "${var.DB}"})
    result = two.settle(report=two.root / "report.md")
    assert result.states["a"].state == "InSync"
    two.edit_deployment("a", displayName=secret)
    two.project()
    for turn in (two.turn(), two.turn(plan_only=True)):
        assert secret not in turn.to_markdown()
    two.write_project({**known, "targets": {"local": target}})
    two.turn(report=two.root / "report.md")
    files = [two.root / "report.md", *(two.root / ".manifact" / "reconcile").rglob("*.json")]
    assert len(files) > 3
    assert not [path for path in files if secret in path.read_text()]


def test_a_broken_manifest_is_not_compiled_again_before_it_is_touched(
    two: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = two.root / "models" / "a" / "model.yaml"
    path.write_text(path.read_text().replace('"kind": "Model"', '"kind": "Modell"'))
    assert two.turn().states["a"].state == "Broken"
    compiled: list[str] = []
    genuine = batch.compile_anew

    def counting(manifest: Any, **options: Any) -> Any:
        compiled.append(manifest.parent.name)
        return genuine(manifest, **options)

    monkeypatch.setattr(batch, "compile_anew", counting)
    again = two.turn()
    assert (again.states["a"].state, again.states["a"].diagnostics[0].code) == ("Broken", "MF102")
    assert compiled == []
    path.write_text(path.read_text() + "\n")
    assert two.turn().states["a"].state == "Broken"
    assert compiled == ["a"]
    path.write_text(path.read_text().replace("Modell", "Model"))
    assert two.turn().states["a"].state == "InSync"


def test_what_is_no_project_asks_for_a_project_file(repository: Any) -> None:
    (repository.root / "manifact.yaml").unlink()
    with pytest.raises(CompilerError, match=r"there is no manifact\.yaml"):
        repository.turn()
    assert list(repository.root.iterdir()) == []


def test_the_round_over_the_fleet_finds_what_lists_do_not_show(two: Any) -> None:
    two.project(deep="1h")
    two.write("a", catalog={"description": "ours"})
    two.settle()
    with two.lab() as lab:
        model = next(live for live in lab.models() if live.tags["manifact-name"] == "a")
        lab.connection.data_science.update_model(model.id, {"description": "by hand"})
    seen = set()
    for _ in range(5):
        two.pass_time(900)
        result = two.turn()
        seen.add(str(result.states["a"].cause))
    assert seen == {"", "live"}


def test_a_newer_commit_waits_for_the_deployment_and_the_one_between_is_never_served(repository: Any) -> None:
    """Nothing is cancelled: what is on its way ends, and then the newest is served."""
    repository.write("a", factor=2)
    repository.turn()
    seen: list[str] = []
    repository.patches.append(lambda connection: watch(connection, seen))
    for factor in (3, 4):
        repository.write("a", factor=factor)
        state = repository.turn().states["a"]
        assert not state.begins or state.state in ("Unfinished", "Acting")
    assert repository.settle().exit_code is ExitCode.OK
    assert not [line for line in seen if line.startswith("DELETE") or "deactivate" in line]
    with repository.lab() as lab:
        (deployment,) = lab.deployments()
        newest = max(lab.models(), key=lambda live: live.age)
        assert deployment.model_id == newest.id


def test_an_artifact_with_other_bytes_is_reported(two: Any) -> None:
    """What the record says of its md5, and what the service says, differ; only another version could mend it."""
    with two.lab() as lab:
        model = next(live for live in lab.models() if live.tags["manifact-name"] == "a")
        entries = model.body["customMetadataList"]
        for entry in entries:
            if entry["key"] == "ManifactArtifactMd5":
                entry["value"] = "AAAAAAAAAAAAAAAAAAAAAA=="
        lab.connection.data_science.update_model(model.id, {"customMetadataList": entries})
    state = two.turn(deep=True).states["a"]
    assert (state.state, state.reason) == ("Drifted", "ReportOnly")
    assert two.live() == CREATED
