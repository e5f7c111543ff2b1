"""What commands say of isolation, on this machine and on one that cannot have it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
# In a user namespace the number of further ones can be set: from then on this is a machine that allows none.
WITHOUT = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(wine: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))

    def manifact(*words: str, namespaces: bool = True) -> subprocess.CompletedProcess[str]:
        before = [] if namespaces else ["unshare", "--user", "--map-root-user", "sh", "-c", WITHOUT, "sh"]
        command = [*before, sys.executable, "-m", "compiler", *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    if subprocess.run(
        ["unshare", "--user", "--map-root-user", "sh", "-c", WITHOUT, "sh", "true"], check=False
    ).returncode:
        pytest.skip("this machine allows no user namespaces, or does not let them be counted")
    return manifact


def test_verify_tells_each_aspect(run: Run) -> None:
    done = run("verify", "--require-isolation", "--json")
    told = json.loads(done.stdout)["verification"]
    assert (done.returncode, told["isolated"]) == (0, True)
    assert told["isolation"] == {"network": True, "files": True, "processes": True}
    assert "isolated: no network" in run("verify").stdout


def test_verify_on_a_machine_without_namespaces_says_what_does_not_hold(run: Run) -> None:
    done = run("verify", "--json", namespaces=False)
    told = json.loads(done.stdout)["verification"]
    assert (done.returncode, told["isolated"], told["isolation"]["network"]) == (0, False, False)
    assert "not isolated on this machine: it can use the network" in run("verify", namespaces=False).stderr


@pytest.mark.parametrize(
    "words", [["verify"], ["apply", "--yes"], ["apply", "--yes", "--verify", "never"], ["serve", "--port", "0"]]
)
def test_it_is_refused_where_it_is_required(run: Run, wine: Path, words: list[str]) -> None:
    if words[0] == "apply":
        assert run("verify").returncode == 0  # what is remembered of another run does not count
    done = run(*words, "--require-isolation", namespaces=False)
    assert (done.returncode, "error[MF611]" in done.stderr, "network" in done.stderr) == (3, True, True)
    assert not (wine / ".manifact" / "local").exists()


def test_network_and_isolation_exclude_each_other(run: Run) -> None:
    done = run("serve", "--network", "--require-isolation")
    assert (done.returncode, "not allowed with" in done.stderr) == (64, True)
