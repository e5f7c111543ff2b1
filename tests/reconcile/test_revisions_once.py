"""`--once` in a checkout of git: signatures, and limits that a commit cannot widen for itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import Any

import pytest

from compiler.codes import ExitCode
from compiler.diagnostics import CompilerError
from testing.shared_repository import Model, SharedRepository

LIMITS = {"perTurn": 50, "change": "100%"}


def git(repository: Any, *words: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    environ = {"GIT_CONFIG_GLOBAL": os.devnull, "PATH": os.environ["PATH"]}
    subprocess.run(["git", *identity, *words], cwd=repository.root, env=environ, check=True, capture_output=True)


def commit(repository: Any) -> None:
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "--allow-empty", "-m", "x")


@pytest.fixture
def fleet(repository: Any) -> Any:
    """Four models in a repository of git, in sync."""
    git(repository, "init", "-q", "-b", "main")
    (repository.root / ".gitignore").write_text("build\n.manifact\n")
    for number in range(4):
        repository.write(f"m{number}")
    commit(repository)
    assert repository.settle().exit_code is ExitCode.OK
    return repository


def test_a_commit_cannot_widen_its_own_limits(fleet: Any) -> None:
    fleet.project(limits=LIMITS)
    for number in range(4):
        fleet.write(f"m{number}", bandwidthMbps=20)
    commit(fleet)
    blocked = fleet.turn()
    assert {state.reason for state in blocked.states.values()} == {"LimitExceeded"}
    assert blocked.exit_code is ExitCode.REFUSED
    assert fleet.turn().exit_code is ExitCode.REFUSED  # nor in the turn after it
    (key,) = {state.approve for state in blocked.states.values()}
    assert fleet.settle(approve=frozenset({key})).exit_code is ExitCode.OK


def test_commits_must_be_signed_once_a_revision_says_so(fleet: Any, tmp_path: Any) -> None:
    signers = tmp_path / "allowed_signers"
    signers.write_text("")
    fleet.project(source={"verify": {"mode": "range", "allowedSigners": str(signers)}})
    commit(fleet)
    assert fleet.settle().exit_code is ExitCode.OK
    fleet.project()
    fleet.write("m0", bandwidthMbps=20)
    commit(fleet)
    with pytest.raises(CompilerError, match="not signed by an allowed signer"):
        fleet.turn()
    assert fleet.turn(plan_only=True).states["m0"].state == "Acting"


def test_the_operators_file_takes_the_place_of_the_last_revisions_limits(fleet: Any, tmp_path: Any) -> None:
    for number in range(4):
        fleet.write(f"m{number}", bandwidthMbps=20)
    commit(fleet)
    config = tmp_path / "operator.yaml"
    known = {"apiVersion": "manifact/v1", "kind": "Project", "metadata": {"name": "cellar"}}
    config.write_text(json.dumps({**known, "reconcile": {"limits": LIMITS}}))
    assert fleet.turn().exit_code is ExitCode.REFUSED
    config.write_text(json.dumps({**known, "reconcile": {"limits": {"change": "much"}}}))
    with pytest.raises(CompilerError, match=r"operator\.yaml"):
        fleet.turn(config=config)
    config.write_text(json.dumps({**known, "reconcile": {"limits": LIMITS}}))
    assert fleet.settle(config=config).exit_code is ExitCode.OK


@pytest.fixture
def shared(repository: Any) -> SharedRepository:
    made = SharedRepository(repository)
    made.put("m1", Model("generic-rules"))
    made.commit()
    return made


def test_without_a_store_an_old_ci_job_is_still_refused(shared: SharedRepository) -> None:
    shared.turn(wait=True)
    shared.put("m1", Model("generic-rules", version=2))
    shared.commit()
    shared.turn(wait=True)
    shutil.rmtree(shared.root / ".manifact" / "reconcile")
    shared.git("checkout", "-q", "HEAD~1")
    with pytest.raises(CompilerError, match="older"):
        shared.turn()
    shared.git("checkout", "-q", "main")
    assert not shared.sent(lambda: shared.turn(wait=True))


def test_a_clone_too_shallow_for_the_last_limits_names_the_way_out(shared: SharedRepository) -> None:
    shared.turn(wait=True)
    memory = shared.root / ".manifact" / "reconcile" / "shared" / "memory.json"
    memory.write_text(memory.read_text().replace(shared.git("rev-parse", "HEAD"), "0" * 40))
    with pytest.raises(CompilerError, match="MF781") as stop:
        shared.turn()
    assert "--config" in str(stop.value.diagnostics[0].hint)
