"""Two applies of one name at the same time: one model, one deployment, no orphan, whoever wins."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from testing.lab import Manifest, open_at
from testing.paths import child_environment
from testing.some import some

pytestmark = pytest.mark.slow

CHILD = """
import json, sys
from pathlib import Path
from testing.lab import Manifest, open_at
lab = open_at(Path(sys.argv[1]))
wanted = Manifest(**json.loads(sys.argv[2]))
made = lab.plan(wanted)
print("planned", flush=True)
sys.stdin.readline()
outcome = lab.carry_out(made, wanted)
print(json.dumps([outcome.complete, [problem.code for problem in outcome.diagnostics]]))
"""


def start(root: Path, **manifest: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD, str(root), json.dumps(manifest)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=child_environment())


def both(root: Path, *manifests: dict[str, Any]) -> list[tuple[bool, list[str]]]:
    """Both plan from the same observation; only then both carry out."""
    children = [start(root, **manifest) for manifest in manifests]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "planned\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    found = [json.loads(child.communicate()[0]) for child in children]
    assert [child.returncode for child in children] == [0, 0]
    return [(complete, [code for code in codes if code != "MF723"]) for complete, codes in found]


def root_of(blank_store: Path, tmp_path: Path) -> Path:
    root = tmp_path / "root"
    shutil.copytree(blank_store, root)
    return root


def agrees_or_loses_cleanly(found: list[tuple[bool, list[str]]]) -> None:
    assert any(complete for complete, _ in found), found
    assert all(complete or codes == ["MF716"] for complete, codes in some(found)), found


@pytest.mark.parametrize("before", [None, {"factor": 3}], ids=["first", "update"])
def test_the_same_manifest_twice(before: Any, blank_store: Path, tmp_path: Path) -> None:
    root = root_of(blank_store, tmp_path)
    with open_at(root) as lab:
        if before:
            lab.settled(Manifest(**before))
    agrees_or_loses_cleanly(both(root, {"factor": 2}, {"factor": 2}))
    with open_at(root) as lab:
        lab.settled(Manifest(factor=2))
        assert len(lab.models()) == (2 if before else 1)
        assert len(lab.deployments()) == 1
        assert len([live for live in lab.observe().version_sets if not live.deleted]) == 1


@pytest.mark.parametrize("before", [None, {"factor": 3}], ids=["first", "update"])
def test_two_manifests_of_one_name(before: Any, blank_store: Path, tmp_path: Path) -> None:
    root = root_of(blank_store, tmp_path)
    with open_at(root) as lab:
        if before:
            lab.settled(Manifest(**before))
    agrees_or_loses_cleanly(both(root, {"factor": 2}, {"factor": 5}))
    with open_at(root) as lab:
        assert len(lab.deployments()) == 1  # already now: nobody has to come and tidy up
        lab.settled(Manifest(factor=2))
        assert len(lab.models()) == (3 if before else 2)
        assert all("manifact-artifact" in live.tags for live in some(lab.models()))
        assert len(lab.deployments()) == 1
