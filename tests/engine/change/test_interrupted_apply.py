"""Apply is cut off at each of its requests, before and after it is carried out; the next apply completes it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from testing.lab import Lab, Manifest, open_at
from testing.paths import child_environment
from testing.transports import PowerCut, cut_at

SETTINGS = {"deployment": {"bandwidthMbps": 20, "environmentVariables": {"LEVEL": "info"}, "description": "new"}}
BY_REFERENCE = {"byReference": True, "staging": {"uri": "oci://staging@local/models/"}, "keepVersions": 1}
SCENARIOS: dict[str, tuple[dict[str, Any] | None, dict[str, Any]]] = {
    "create": (None, {}),
    "new model": ({}, {"factor": 5}),
    "settings of the deployment": ({}, SETTINGS),
    "settings and model": ({}, {"factor": 5, **SETTINGS}),
    "settings of the model": ({}, {"catalog": {"description": "new", "freeformTags": {"a": "b"}}}),
    "deactivate": ({}, {"deployment": {"state": "inactive"}}),
    "activate": ({"deployment": {"state": "inactive"}}, {"deployment": {"instances": 2}}),
    "replace": (
        {"deployment": {"network": {"accessType": "CUSTOM_NETWORKING", "subnetId": "ocid1.subnet.oc1..s"}}},
        {},
    ),
    "no more deployment": ({}, {"deployment": {"state": "absent"}}),
    "keep one version": ({}, {"factor": 5, "catalog": {"keepVersions": 1}}),
    "rename": ({}, {"name": "grapes", "renamed_from": "wine"}),
    "rename and replace": (
        {"deployment": {"network": {"accessType": "CUSTOM_NETWORKING", "subnetId": "ocid1.subnet.oc1..s"}}},
        {"name": "grapes", "renamed_from": "wine"},
    ),
    "rename and new model": ({}, {"name": "grapes", "renamed_from": "wine", "factor": 5}),
    "new model by reference": ({"catalog": BY_REFERENCE}, {"factor": 5, "catalog": BY_REFERENCE}),
}


@pytest.fixture(scope="module")
def prepared(blank_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A store in the state a scenario begins with, made once."""
    made: dict[str, Path] = {}

    def make(scenario: str) -> Path:
        if scenario not in made:
            root = tmp_path_factory.mktemp("before") / "root"
            shutil.copytree(blank_store, root)
            before = SCENARIOS[scenario][0]
            with open_at(root) as lab:
                lab.make_bucket()
                if before is not None:
                    lab.settled(Manifest(**before))
            made[scenario] = root
        return made[scenario]

    return make


def is_tidy(lab: Lab, wanted: Any) -> None:
    """One committed version for each artifact, one deployment, one version set for each name, nothing else to do."""
    models, deployments = lab.models(), lab.deployments()
    assert [live.id for live in models if "manifact-artifact" not in live.tags] == []
    assert len({live.tags["manifact-artifact"] for live in models}) == len(models)
    assert len(deployments) == (0 if wanted.deployment.get("state") == "absent" else 1)
    assert {live.tags["manifact-name"] for live in (*models, *deployments)} <= {wanted.name}
    # What a new name takes over stays in its set; a version made since is in the new name's.
    assert len({live.summary["modelVersionSetId"] for live in models}) <= (2 if wanted.renamed_from else 1)
    pointing = [live.tags["manifact-artifact"] for live in models if live.body["isModelByReference"]]
    assert {name.split("/")[4] for name in lab.objects()} == {
        digest.removeprefix("sha256:")[:24] for digest in pointing
    }


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_next_apply_completes_what_was_cut_off(
    scenario: str, after: bool, prepared: Callable[[str], Path], tmp_path: Path
) -> None:
    wanted = Manifest(**SCENARIOS[scenario][1])
    cuts = 0
    while True:
        root = tmp_path / f"{cuts}"
        shutil.copytree(prepared(scenario), root)
        with open_at(root) as lab:
            made = lab.plan(wanted)
            cut_at(lab, cuts + 1, after=after)
            try:
                outcome = lab.carry_out(made, wanted)
            except PowerCut:
                cuts += 1
            else:
                assert outcome.complete
                break
        with open_at(root) as lab:
            lab.settled(wanted)
            is_tidy(lab, wanted)
    assert cuts > 0


CHILD = """
import os, sys
from pathlib import Path
from testing.lab import Manifest, open_at
from testing.transports import cut_at
lab = open_at(Path(sys.argv[1]))
wanted = Manifest(factor=5)
made = lab.plan(wanted)
cut_at(lab, int(sys.argv[2]), after=True, cut=lambda: os._exit(9))
assert lab.carry_out(made, wanted).complete
"""


@pytest.mark.slow
@pytest.mark.parametrize("at", [1, 2, 3, 4, 5, 6, 7, 9])
def test_a_process_that_is_killed_leaves_what_the_next_one_completes(
    at: int, blank_store: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    shutil.copytree(blank_store, root)
    with open_at(root) as lab:
        lab.make_bucket()
    command = [sys.executable, "-c", CHILD, str(root), str(at)]
    assert subprocess.run(command, env=child_environment(), check=False).returncode == 9
    with open_at(root) as lab:
        wanted = Manifest(factor=5)
        lab.settled(wanted)
        is_tidy(lab, wanted)
        assert len(lab.models()) == 1
