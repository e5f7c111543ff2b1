"""Changes by hand while somebody reconciles the target: they wait for the lease, or break the glass and say why."""

from __future__ import annotations

import json
from typing import Any

import pytest

STORE = "oci://staging@local/gitops/"
LEASE = "gitops/cellar/local/lease.json"
URGENT = ("--break-glass", "--reason", "the endpoint answers nonsense")


@pytest.fixture
def held(repository: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A model in sync, on a target whose lease another process holds."""
    repository.project(store=STORE)
    with repository.lab() as lab:
        lab.make_bucket()
    repository.write("a")
    repository.settle()
    with repository.lab() as lab:
        lease = json.dumps({"holder": "other", "epoch": 7, "origin": "", "ttl": 90}).encode()
        lab.connection.object_storage.put_object("local", "staging", LEASE, lease)
    monkeypatch.chdir(repository.root)
    return repository


COMMANDS = {
    "apply": ("apply", "models/a", "--yes"),
    "destroy": ("destroy", "a", "--yes"),
    "import": ("import", "a", "taken", "--yes"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_waits_for_the_lease_and_says_who_holds_it(held: Any, manifact: Any, command: str) -> None:
    held.write("a", bandwidthMbps=20)
    result = manifact(*COMMANDS[command], "--timeout", "0")
    assert (result.code, "MF780" in result.err) == (5, True), result.err
    assert "other" in result.err
    assert held.live() == {"a": (1, 1)}


def test_break_glass_goes_ahead_and_is_told(held: Any, manifact: Any) -> None:
    held.write("a", bandwidthMbps=20)
    result = manifact("apply", "models/a", "--yes", *URGENT)
    assert result.code == 0, result.err
    assert URGENT[-1] in result.err
    with held.lab() as lab:
        assert (
            json.loads(lab.connection.object_storage.get_object("local", "staging", LEASE).data.content)["holder"]
            == "other"
        )
    result = manifact("destroy", "a", "--yes", *URGENT)
    assert result.code == 0, result.err
    assert held.live() == {}


@pytest.mark.parametrize("words", [["--break-glass"], ["--reason", "urgent"], ["--break-glass", "--reason", " "]])
def test_a_reason_and_the_glass_go_together(held: Any, manifact: Any, words: list[str]) -> None:
    result = manifact("apply", "models/a", "--yes", *words)
    assert (result.code, "MF913" in result.err) == (64, True) or "MF913" in result.err, result.err


def test_the_lease_is_given_back_after_a_change_by_hand(held: Any, manifact: Any) -> None:
    with held.lab() as lab:
        lab.connection.object_storage.delete_object("local", "staging", LEASE)
    held.write("a", bandwidthMbps=20)
    result = manifact("apply", "models/a", "--yes")
    assert result.code == 0, result.err
    with held.lab() as lab:
        assert LEASE not in lab.objects()


WITHOUT_A_BUCKET = {
    **COMMANDS,
    "reconcile": ("reconcile", "--once"),
    "reconcile --plan": ("reconcile", "--plan"),
    "status": ("status", "--target", "local", "--html", "fleet.html"),
}


@pytest.fixture
def bucketless(repository: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A model in sync, on a target whose store is in a bucket that does not exist."""
    repository.write("a")
    repository.settle()
    repository.project(store=STORE)
    repository.write("a", bandwidthMbps=20)
    monkeypatch.chdir(repository.root)
    return repository


@pytest.mark.parametrize("command", WITHOUT_A_BUCKET)
def test_a_bucket_that_does_not_exist_is_one_problem_that_says_what_to_do(
    bucketless: Any, manifact: Any, command: str
) -> None:
    words = WITHOUT_A_BUCKET[command]
    with bucketless.lab() as lab:
        (deployment,) = lab.deployments()
    result = manifact(*(deployment.id if word == "a" and command == "import" else word for word in words))
    assert (result.code, result.err.count("error[")) == (3, 1), result.err
    assert "error[MF713]: the bucket of `reconcile.store` does not exist" in result.err
    assert "'staging' in namespace 'local'" in result.err
    assert "create it" in result.err
    assert "--break-glass --reason TEXT" in result.err
    with bucketless.lab() as lab:
        assert [live.id for live in lab.deployments()] == [deployment.id]


def test_what_the_hint_for_a_missing_bucket_says_works(bucketless: Any, manifact: Any) -> None:
    assert manifact("apply", "models/a", "--yes", *URGENT).code == 0
    with bucketless.lab() as lab:
        lab.make_bucket()
        (live,) = lab.deployments()
    details = live.body["modelDeploymentConfigurationDetails"]["modelConfigurationDetails"]
    assert details["bandwidthMbps"] == 20
    assert manifact("apply", "models/a", "--yes").code == 0
