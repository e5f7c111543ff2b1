"""A request goes wrong, each in turn: apply gets over it or stops with a clear error, and the next one completes it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from compiler.cloud.connect.errors import RequestError
from testing.lab import Lab, Manifest, open_at
from testing.transports import fail_at

AFTER = {"factor": 5, "deployment": {"bandwidthMbps": 20, "environmentVariables": {"LEVEL": "info"}}}
BY_REFERENCE = {
    "factor": 5,
    "catalog": {"byReference": True, "staging": {"uri": "oci://staging@local/models/"}},
    "deployment": None,
}
FOREVER = 1_000_000
UNTESTED = "MF723"
"""Nothing serves here: the smoke test has nobody to ask."""
# One problem each; what was done though its answer was lost is found changed (MF716) where it is sent again.
CODES = {
    "429 TooManyRequests": {"MF715"},
    "409 IncorrectState": {"MF716"},
    "no connection": {"MF714"},
    "answer lost": {"MF714", "MF716"},
    "503 ServiceUnavailable": {"MF715"},
    "404 NotAuthorizedOrNotFound": {"MF713"},
    "401 NotAuthenticated": {"MF712"},
}
FAULTS = {
    # fault: (how often, whether apply must get over it by itself)
    "429 TooManyRequests": (1, True),
    "409 IncorrectState": (1, True),
    "no connection": (1, False),
    "answer lost": (1, False),
    "503 ServiceUnavailable": (FOREVER, False),
    "404 NotAuthorizedOrNotFound": (1, False),
    "401 NotAuthenticated": (FOREVER, False),
}


@pytest.fixture(scope="module")
def before(blank_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one model, deployed."""
    root = tmp_path_factory.mktemp("before") / "root"
    shutil.copytree(blank_store, root)
    with open_at(root) as lab:
        lab.make_bucket()
        lab.settled(Manifest())
    return root


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("after", [AFTER, BY_REFERENCE], ids=["deployed", "by reference"])
def test_each_request_of_an_apply(after: Any, fault: str, before: Path, tmp_path: Path) -> None:
    times, recovers = FAULTS[fault]
    wanted = Manifest(**after)
    at = 0
    while True:
        at += 1
        root = tmp_path / f"{at}"
        shutil.copytree(before, root)
        with open_at(root) as lab:
            made = lab.plan(wanted)
            faulty = fail_at(lab, at, fault, times)
            outcome = lab.carry_out(made, wanted)
        assert outcome.complete or not recovers
        codes = [problem.code for problem in outcome.diagnostics if problem.code != UNTESTED]
        assert len(codes) == (0 if outcome.complete else 1)
        assert CODES[fault].issuperset(codes)
        with open_at(root) as lab:
            lab.settled(wanted)
            assert len(lab.models()) == 2
            assert len(lab.deployments()) == 1
        if faulty.count < at:
            break
    assert at > 9


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["404 NotAuthorizedOrNotFound", "503 ServiceUnavailable", "no connection"])
def test_each_request_of_an_observation(fault: str, before: Path, tmp_path: Path) -> None:
    """A plan is made as if nothing had happened, or not at all: no answer is ever taken for "deleted"."""
    wanted = Manifest(**AFTER)
    root = tmp_path / "root"
    shutil.copytree(before, root)
    with open_at(root) as lab:
        good = lab.plan(wanted, deep=True)
    at, count = 0, 1
    while count >= at:
        at += 1
        with open_at(root) as lab:
            faulty = fail_at(lab, at, fault)
            found = plan_or_problem(lab, wanted, RequestError)
            count = faulty.count
        assert found in (good.difference, "MF713")
    assert at > 5


def plan_or_problem(lab: Lab, wanted: Any, problem: type[Exception]) -> str:
    try:
        difference: str = lab.plan(wanted, deep=True).difference
    except problem as found:
        return str(found.diagnostics[0].code)  # type: ignore[attr-defined]
    return difference
