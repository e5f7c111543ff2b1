"""Limits by their numbers, from both sides: the numbers are the documents', written here a second time."""

from __future__ import annotations

import json
from typing import Any

import pytest

from compiler.cloud.connect.retries import DOUBTFUL, REPEATABLE, UNDONE, RetryPolicy
from compiler.diagnostics import Report
from compiler.planning import references
from compiler.planning.limits.catalog import check_limits, check_references
from compiler.planning.live.in_progress import deployments_in_progress, in_progress_warnings
from compiler.planning.live.observed import LiveResource, Observed
from compiler.planning.tags import Scope
from compiler.spec.catalog import Catalog
from compiler.spec.deployment import Deployment

TAGS = 4_420
"""Bytes that a resource has for the user's own tags."""
FLEXIBLE = {
    "VM.Standard3.Flex": ((1, 32), (6, 512)),
    "VM.Standard.E3.Flex": ((1, 64), (6, 1024)),
    "VM.Standard.E4.Flex": ((1, 64), (6, 1024)),
    "VM.Optimized3.Flex": ((1, 18), (6, 256)),
}
"""OCPUs and gigabytes that the API states (oci 2.189, ModelDeploymentInstanceShapeConfigDetails)."""
BUSY, AT_REST = ("CREATING", "UPDATING", "DELETING"), ("ACTIVE", "INACTIVE", "FAILED", "DELETED", "NEEDS_ATTENTION")


def codes(catalog: dict[str, Any] | None = None, deployment: dict[str, Any] | None = None) -> list[str]:
    report = Report()
    given = None if deployment is None else Deployment.model_validate(deployment)
    check_limits(Catalog.model_validate(catalog or {}), given, report)
    return [problem.code for problem in report.diagnostics]


def tags_of(size: int) -> dict[str, Any]:
    """Defined tags that have just so many bytes as JSON, beside no others."""
    empty = len(json.dumps([{}, {"ns": {f"k{n}": "" for n in range(20)}}]))
    share, rest = divmod(size - empty, 20)
    made = {f"k{n}": "v" * (share + (n < rest)) for n in range(20)}
    assert len(json.dumps([{}, {"ns": made}])) == size
    return {"definedTags": {"ns": made}}


@pytest.mark.parametrize(("size", "found"), [(TAGS, []), (TAGS + 1, ["MF702"])])
def test_bytes_of_tags(size: int, found: list[str]) -> None:
    assert codes(tags_of(size)) == found
    assert codes(None, tags_of(size)) == found


@pytest.mark.parametrize("shape", FLEXIBLE)
def test_sizes_of_flexible_shapes(shape: str) -> None:
    (fewest, most), (least, largest) = FLEXIBLE[shape]

    def of(ocpus: float, memory: float) -> list[str]:
        return codes(None, {"shape": shape, "ocpus": ocpus, "memoryInGBs": memory})

    assert of(fewest, least) == of(most, largest) == []
    assert of(most + 1, least) == of(fewest, least - 1) == of(fewest, largest + 1) == ["MF705"]


@pytest.mark.parametrize("state", [*BUSY, *AT_REST])
def test_a_deployment_that_still_moves(state: str) -> None:
    place = Scope("cellar", "local", "ocid1.compartment.oc1..a", "ocid1.project.oc1..a", "eu-frankfurt-1")
    live = LiveResource({"id": "d", "lifecycleState": state, "freeformTags": place.owner("wine")})
    moving = deployments_in_progress(Observed(deployments=(live,)), place, None)
    assert moving == ([live] if state in BUSY else [])
    told = in_progress_warnings(moving, {"d": "noon"})
    found = [(one.code, f"is {state} since noon" in one.message) for one in told.get("wine", ())]
    assert found == [("MF773", True)] * len(moving)


def test_how_often_a_request_is_tried() -> None:
    policy = RetryPolicy()
    assert (policy.attempts, policy.total, policy.first_pause) == (5, 60.0, 0.5)
    assert ({"GET", "HEAD", "PUT", "DELETE"}, {429}, {500, 502, 503, 504}) == (REPEATABLE, UNDONE, DOUBTFUL)


@pytest.mark.parametrize("word", sorted(references.ALL))
def test_words_that_plans_use_themselves(word: str) -> None:
    report = Report()
    check_references({"spec": {"catalog": {"description": word, "displayName": f"{word} of mine"}}}, report)
    assert [(problem.code, word in problem.message) for problem in report.diagnostics] == [("MF115", True)]
