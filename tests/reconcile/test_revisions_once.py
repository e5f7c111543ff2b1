"""`--once` in a checkout of git: signatures, and limits that a commit cannot widen for itself."""

from __future__ import annotations

import os
import subprocess
from typing import Any

import pytest

from compiler.codes import ExitCode
from compiler.diagnostics import CompilerError

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
