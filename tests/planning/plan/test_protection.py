"""What a plan never takes away: what is protected, what is served, files that are to be kept."""

from __future__ import annotations

import pytest

from compiler.planning import tags
from compiler.planning.changes.types import Action
from compiler.planning.plan.destroy import destroy
from testing.lab import Lab, Manifest


def refused(lab: Lab, *protected: str) -> list[str]:
    made = destroy(["wine"], lab.observe(), lab.connection.place, protected)
    return [problem.code for problem in made.problems]


def test_a_manifest_protects_a_deployment_that_was_applied_without(lab: Lab) -> None:
    lab.settled(Manifest())
    assert refused(lab) == []
    assert refused(lab, "wine") == ["MF730"]
    assert refused(lab, "another") == []


def test_a_deployment_stays_protected_that_the_manifest_does_not_protect(lab: Lab) -> None:
    lab.settled(Manifest(deployment={"protect": True}))
    assert refused(lab) == ["MF730"]


@pytest.mark.parametrize("protect", [True, False])
def test_what_is_deleted_protects_nothing(lab: Lab, protect: bool) -> None:
    lab.settled(Manifest(deployment={"protect": protect}))
    (live,) = lab.deployments()
    lab.connection.data_science.delete_model_deployment(live.id)
    assert refused(lab, "wine") == []


def test_a_former_deployment_takes_no_protection_away(lab: Lab) -> None:
    lab.settled(Manifest())
    (former,) = lab.deployments()
    lab.connection.data_science.delete_model_deployment(former.id)
    lab.settled(Manifest())
    assert refused(lab, "wine") == ["MF730"]


def serve_with(lab: Lab, name: str, model: str) -> None:
    """Have a deployment of another manifest serve a model."""
    (live,) = [live for live in lab.deployments() if live.tags[tags.NAME] == name]
    details = {"deploymentType": "SINGLE_MODEL", "modelConfigurationDetails": {"modelId": model}}
    lab.connection.data_science.update_model_deployment(live.id, {"modelDeploymentConfigurationDetails": details})
    lab.wait()


@pytest.mark.parametrize("guests", [("guest",), ("guest", "other")])
def test_a_version_that_any_deployment_serves_is_kept(lab: Lab, guests: tuple[str, ...]) -> None:
    """One of several is enough."""
    lab.settled(Manifest(factor=2))
    (first,) = lab.models()
    for number, name in enumerate(guests):
        lab.settled(Manifest(name=name, factor=9 + number))
    serve_with(lab, "guest", first.id)
    lab.settled(Manifest(factor=3))
    made = lab.plan(Manifest(factor=4, catalog={"keepVersions": 1}))
    going = {change.id for change in made.changes if change.action is Action.DELETE}
    assert first.id not in going
    assert len(going) == 1
    lab.settled(Manifest(factor=4, catalog={"keepVersions": 1}))
    assert first.id in {live.id for live in lab.models()}


def test_a_model_that_another_deployment_serves_outlives_its_manifest(lab: Lab) -> None:
    lab.settled(Manifest(factor=2))
    (first,) = lab.models()
    lab.settled(Manifest(name="guest", factor=9))
    serve_with(lab, "guest", first.id)
    made = destroy(["wine"], lab.observe(), lab.connection.place)
    assert [(problem.code, first.id in problem.message) for problem in made.problems] == [("MF772", True)]
    assert lab.carry_out(made).complete
    assert first.id in {live.id for live in lab.models()}


@pytest.mark.parametrize("keep", [True, False])
def test_files_in_a_bucket_stay_where_the_manifest_says_so(lab: Lab, keep: bool) -> None:
    lab.make_bucket()
    staging = {"uri": "oci://staging@local/models/", "keep": keep}
    lab.settled(Manifest(deployment=None, catalog={"staging": staging, "byReference": True}))
    held = lab.objects()
    assert held
    lab.destroy("wine")
    assert lab.objects() == (held if keep else [])


def test_files_stay_that_are_to_be_kept_since_the_question(lab: Lab) -> None:
    lab.make_bucket()
    staging = {"uri": "oci://staging@local/models/"}
    lab.settled(Manifest(deployment=None, catalog={"staging": staging, "byReference": True}))
    held, made = lab.objects(), destroy(["wine"], lab.observe(), lab.connection.place)
    lab.settled(Manifest(deployment=None, catalog={"staging": {**staging, "keep": True}, "byReference": True}))
    lab.carry_out(made)
    assert held
    assert lab.objects() == held
