"""What only the service can answer: shapes of the region, and whether the conda environment is there."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from compiler.cloud.connect import watch
from compiler.cloud.observe import observe
from compiler.cloud.preflight import preflight
from compiler.diagnostics import exit_code
from compiler.engine.change.runner import apply
from compiler.planning.limits.shapes import KNOWN_SHAPES
from compiler.planning.plan.outcome import ApplyOptions
from compiler.planning.plan.planner import Options, plan
from testing.lab import Lab, Manifest
from testing.transports import fail_at, refuse
from testing.waiting import LONG

PACK = "published/wine/1.0/wine_p311"


@pytest.fixture
def cloud(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The same service, as if it were a real region: there a conda environment is needed."""
    monkeypatch.setattr(watch, "CLOUD_PAUSES", watch.LOCAL_PAUSES)
    return replace(lab.connection, local=False)


def put(lab: Lab, name: str) -> None:
    storage = lab.connection.object_storage
    namespace = storage.get_namespace().data
    body = {"name": "conda", "compartmentId": lab.connection.place.compartment_id}
    storage.create_bucket(namespace, body)
    storage.put_object(namespace, "conda", name, b"pack")


def uri(lab: Lab, bucket: str = "conda") -> str:
    return f"oci://{bucket}@{lab.connection.object_storage.get_namespace().data}/{PACK}"


def with_environment(path: str, **catalog: Any) -> Any:
    """A manifest whose artifact names a conda environment, as compile writes it."""
    wanted = Manifest(catalog=catalog).desired()
    results = {
        "runtime_env_path": {"category": "conda_env", "success": True, "value": path},
        "runtime_path_exist": {"category": "conda_env"},
    }
    item = {"key": "ArtifactTestResults", "value": json.dumps(results)}
    return replace(wanted, model=replace(wanted.model, body={**wanted.model.body, "definedMetadataList": [item]}))


def planned(connection: Any, wanted: Any, *, deep: bool = False) -> Any:
    return plan([wanted], observe(connection, [wanted], Options(deep=deep)), connection.place)


def exists(lab: Lab) -> Any:
    (live,) = lab.models()
    (value,) = [item["value"] for item in live.body["definedMetadataList"] if item["key"] == "ArtifactTestResults"]
    return json.loads(value)["runtime_path_exist"].get("success")


def test_an_environment_that_is_there_is_recorded_and_makes_no_difference(cloud: Any, lab: Lab) -> None:
    put(lab, PACK)
    wanted, archives = with_environment(uri(lab)), dict([Manifest().archive()])
    made = planned(cloud, wanted)
    assert preflight(cloud, made) == {}
    assert apply(made, cloud, archives, ApplyOptions(timeout=LONG)).complete
    assert exists(lab) is True
    for deep in (False, True):
        assert planned(cloud, wanted, deep=deep).empty
    # Another change of the same list keeps the answer.
    other = with_environment(uri(lab), taxonomy={"algorithm": "tree"}, description="new")
    extra = {"key": "Algorithm", "value": "tree"}
    body = {**other.model.body, "definedMetadataList": [*other.model.body["definedMetadataList"], extra]}
    other = replace(other, model=replace(other.model, body=body))
    assert apply(planned(cloud, other), cloud, archives, ApplyOptions(timeout=LONG)).complete
    assert exists(lab) is True
    assert planned(cloud, other, deep=True).empty


def test_one_that_is_certainly_missing_blocks_the_plan(cloud: Any, lab: Lab) -> None:
    put(lab, "something/else")
    made = planned(cloud, with_environment(uri(lab)))
    (problem,) = preflight(cloud, made)["wine"]
    assert (problem.code, problem.severity) == ("MF777", "error")
    blocked = made.with_diagnostics(preflight(cloud, made))
    outcome = apply(blocked, cloud, dict([Manifest().archive()]), ApplyOptions(timeout=LONG))
    assert (exit_code(outcome.diagnostics), lab.models()) == (1, [])


def test_one_that_cannot_be_seen_is_a_warning(cloud: Any, lab: Lab) -> None:
    made = planned(cloud, with_environment(uri(lab, "not-mine")))
    (problem,) = preflight(cloud, made)["wine"]
    assert (problem.code, problem.severity) == ("MF777", "warning")
    assert apply(made, cloud, dict([Manifest().archive()]), ApplyOptions(timeout=LONG)).complete
    assert exists(lab) is None


def test_the_target_local_needs_no_environment(lab: Lab) -> None:
    assert preflight(lab.connection, planned(lab.connection, with_environment(uri(lab)))) == {}


@pytest.mark.parametrize("shape", KNOWN_SHAPES)
def test_a_shape_that_compile_knows_is_one_on_the_target_local(lab: Lab, shape: str) -> None:
    assert preflight(lab.connection, lab.plan(Manifest(deployment={"shape": shape}))) == {}


def test_a_shape_that_the_region_does_not_have(lab: Lab) -> None:
    (problem,) = preflight(lab.connection, lab.plan(Manifest(deployment={"shape": "VM.Standard.E4.Flx"})))["wine"]
    assert (problem.code, problem.hint) == ("MF776", "did you mean 'VM.Standard.E4.Flex'?")
    lab.settled(Manifest())
    moved = lab.plan(Manifest(deployment={"shape": "VM.Nowhere9"}))
    assert [found.code for found in preflight(lab.connection, moved)["wine"]] == ["MF776"]


def test_shapes_are_asked_for_only_where_one_is_wanted(lab: Lab) -> None:
    lab.settled(Manifest())
    for made in (lab.plan(Manifest()), lab.plan(Manifest(deployment={"description": "new"}))):
        seen = fail_at(lab, 1_000_000, "429 TooManyRequests")
        assert preflight(lab.connection, made) == {}
        assert seen.count == 0


def test_who_may_not_list_shapes_is_not_stopped(lab: Lab) -> None:
    made = lab.plan(Manifest())
    fail_at(lab, 1, "404 NotAuthorizedOrNotFound", 1)
    assert preflight(lab.connection, made) == {}


def test_a_large_save_that_is_refused_comes_with_its_policies(cloud: Any, lab: Lab) -> None:
    put(lab, PACK)
    staging = {"uri": uri(lab).replace(PACK, "large/"), "always": True}
    wanted = Manifest(catalog={"staging": staging}).desired()
    made, archives = planned(cloud, wanted), dict([Manifest().archive()])
    place = lab.connection.place
    for path in ("/b/conda/", "exportArtifact"):
        refused = refuse(lab, path)
        outcome = apply(made, cloud, archives, ApplyOptions(timeout=LONG))
        refused.path = None
        (problem,) = [found for found in outcome.diagnostics if found.code == "MF713"]
        assert problem.hint is not None
        service = (
            f"Allow service datascience to manage object-family in compartment id {place.compartment_id} where ALL"
        )
        assert f"{service} {{target.bucket.name='conda'}}" in problem.hint
        made = planned(cloud, wanted)
    assert apply(made, cloud, archives, ApplyOptions(timeout=LONG)).complete
