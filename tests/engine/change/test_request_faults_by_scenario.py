"""Every kind of plan, and in each of its requests in turn a fault: it ends right, or the next apply makes it so."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from testing.lab import Lab, Manifest, open_at
from testing.some import some
from testing.transports import fail_at

CUSTOM = {"network": {"accessType": "CUSTOM_NETWORKING", "subnetId": "ocid1.subnet.oc1..s"}}
STAGED = {"staging": {"uri": "oci://staging@local/large/", "always": True}}
SCENARIOS: dict[str, tuple[dict[str, Any] | None, dict[str, Any], bool]] = {
    # what is live, what is wanted, whether the rest is pruned
    "create": (None, {}, False),
    "create through a bucket": (None, {"catalog": STAGED}, False),
    "settings of the model": ({}, {"catalog": {"description": "new", "freeformTags": {"a": "b"}}}, False),
    "deactivate": ({}, {"deployment": {"state": "inactive"}}, False),
    "activate": ({"deployment": {"state": "inactive"}}, {"deployment": {"instances": 2}}, False),
    "replace": ({"deployment": CUSTOM}, {}, False),
    "no more deployment": ({}, {"deployment": {"state": "absent"}}, False),
    "keep one version": ({}, {"factor": 5, "catalog": {"keepVersions": 1}}, False),
    "rename": ({}, {"name": "grapes", "renamed_from": "wine"}, False),
    "prune": ({"name": "gone"}, {"name": "kept"}, True),
}
# One problem each; what was done though its answer was lost is found changed (MF716) where it is sent again.
CODES = {"404 NotAuthorizedOrNotFound": {"MF713"}, "answer lost": {"MF714", "MF716"}}
FAULTS = list(CODES)
UNTESTED = "MF723"
"""Nothing serves here: the smoke test has nobody to ask."""


def is_tidy(lab: Lab, wanted: Any) -> None:
    models, deployments = lab.models(), lab.deployments()
    assert all("manifact-artifact" in live.tags for live in some(models))
    assert len({live.tags["manifact-artifact"] for live in models}) == len(models)
    assert len(deployments) == (0 if wanted.deployment.get("state") == "absent" else 1)
    sets = [live for live in lab.observe().version_sets if not live.deleted]
    assert len(sets) == len({live.summary["modelVersionSetId"] for live in models})
    assert lab.objects() == []


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_each_request(scenario: str, fault: str, blank_store: Path, tmp_path: Path) -> None:
    first, then, prune = SCENARIOS[scenario]
    wanted, before = Manifest(**then), tmp_path / "before"
    shutil.copytree(blank_store, before)
    with open_at(before) as lab:
        lab.make_bucket()
        if first is not None:
            lab.settled(Manifest(**first))
    at, faulty = 0, None
    while faulty is None or faulty.count >= at:
        at += 1
        root = tmp_path / f"{at}"
        shutil.copytree(before, root)
        with open_at(root) as lab:
            made = lab.plan(wanted, prune=prune)
            faulty = fail_at(lab, at, fault)
            outcome = lab.carry_out(made, wanted)
        codes = [problem.code for problem in outcome.diagnostics if problem.code != UNTESTED]
        assert len(codes) == (0 if outcome.complete else 1)
        assert CODES[fault].issuperset(codes)
        with open_at(root) as lab:
            assert lab.apply(wanted, prune=prune).complete
            assert lab.plan(wanted, deep=True, prune=prune).empty
            is_tidy(lab, wanted)
        shutil.rmtree(root)
    assert at > 1
