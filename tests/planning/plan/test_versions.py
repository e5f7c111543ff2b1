"""Versions and their sets, names that change, and what no manifest has any more."""

from __future__ import annotations

from compiler.planning import tags
from compiler.planning.changes.types import Action
from testing.lab import Lab, Manifest, open_at


def numbers(lab: Lab) -> list[int]:
    return sorted(live.summary["versionId"] for live in lab.models())


def test_versions_are_numbered_in_a_set_of_their_own(lab: Lab) -> None:
    for factor in (2, 3, 4):
        lab.settled(Manifest(factor=factor))
    assert numbers(lab) == [1, 2, 3]
    assert {live.summary["modelVersionSetName"] for live in lab.models()} == {"cellar-wine"}


def test_a_set_that_is_there_already_is_joined(lab: Lab) -> None:
    place = lab.connection.place
    body = {"compartmentId": place.compartment_id, "projectId": place.project_id, "name": "theirs"}
    lab.connection.data_science.create_model_version_set(body)
    made = lab.plan(Manifest(catalog={"versionSet": "theirs"}))
    assert [change.kind for change in made.changes] == ["model", "deployment"]
    lab.settled(Manifest(catalog={"versionSet": "theirs"}))
    assert {live.summary["modelVersionSetName"] for live in lab.models()} == {"theirs"}
    gone = lab.destroy("wine")
    assert [change.kind for change in gone] == ["deployment", "model"]  # the set is not ours


def test_old_versions_go_when_they_are_not_to_be_kept(lab: Lab) -> None:
    for factor in (2, 3, 4, 5):
        lab.settled(Manifest(factor=factor, catalog={"keepVersions": 2}))
    assert numbers(lab) == [3, 4]
    lab.settled(Manifest(factor=5, catalog={"keepVersions": 1}))
    assert numbers(lab) == [4]


def test_what_served_last_is_kept_though_the_numbers_began_anew_in_another_set(lab: Lab) -> None:
    for factor in (2, 3, 4):
        lab.settled(Manifest(factor=factor))
    lab.settled(Manifest(factor=5, catalog={"versionSet": "theirs"}))
    former = {live.id for live in lab.models() if live.summary["modelVersionSetName"] == "theirs"}
    lab.settled(Manifest(factor=6, catalog={"versionSet": "theirs", "keepVersions": 2}))
    assert former < {live.id for live in lab.models()}
    assert numbers(lab) == [1, 2]


def test_what_another_deployment_serves_is_kept(lab: Lab) -> None:
    lab.settled(Manifest(factor=2))
    (first,) = lab.models()
    lab.settled(Manifest(name="guest", factor=9))
    (guest,) = [live for live in lab.deployments() if live.tags[tags.NAME] == "guest"]
    details = {"deploymentType": "SINGLE_MODEL", "modelConfigurationDetails": {"modelId": first.id}}
    lab.connection.data_science.update_model_deployment(guest.id, {"modelDeploymentConfigurationDetails": details})
    lab.wait()
    lab.settled(Manifest(factor=3, catalog={"keepVersions": 1}))
    assert first.id in {live.id for live in lab.models()}


def test_a_new_name_takes_over_what_is_live(lab: Lab) -> None:
    lab.settled(Manifest())
    before = {live.id for live in (*lab.models(), *lab.deployments())}
    renamed = Manifest(name="grapes", renamed_from="wine")
    assert {change.action for change in lab.plan(renamed).pending} == {Action.UPDATE}
    lab.settled(renamed)
    assert {live.id for live in (*lab.models(), *lab.deployments())} == before
    assert {live.tags[tags.NAME] for live in lab.deployments()} == {"grapes"}


def test_prune_takes_away_what_no_manifest_has(lab: Lab) -> None:
    lab.settled(Manifest(name="one"), Manifest(name="two", factor=3))
    assert lab.plan(Manifest(name="one")).empty
    made = lab.plan(Manifest(name="one"), prune=True)
    assert {(change.name, change.action) for change in made.changes} == {("two", Action.DELETE)}
    assert lab.carry_out(made).complete
    assert {live.tags[tags.NAME] for live in lab.models()} == {"one"}
    assert lab.plan(Manifest(name="one"), prune=True).empty


def test_another_project_in_the_same_compartment_is_not_touched(lab: Lab) -> None:
    lab.settled(Manifest())
    other = open_at(lab.root, project="vineyard")
    with other:
        assert {change.action for change in other.plan(Manifest()).changes} == {Action.CREATE}
        other.settled(Manifest())
        assert [change.id for change in other.destroy("wine")]
    assert len(lab.models()) == 1
    assert lab.plan(Manifest()).empty


def test_two_targets_share_nothing(lab: Lab) -> None:
    lab.settled(Manifest())
    (live,) = lab.models()
    assert live.tags[tags.TARGET] == "local"
    assert live.tags[tags.PROJECT] == "cellar"


def test_a_deleted_model_is_made_again(lab: Lab) -> None:
    """The retry token of the first creation must not bring the deleted one back."""
    alone = Manifest(deployment=None)
    lab.settled(alone)
    (live,) = lab.models()
    lab.connection.data_science.delete_model(live.id)
    lab.settled(alone)
    (again,) = lab.models()
    assert again.id != live.id


def test_a_replayed_retry_token_of_something_deleted_is_not_believed(lab: Lab) -> None:
    """The list does not show the deleted one: only reading what was made tells."""
    alone = Manifest(deployment=None)
    made = lab.plan(alone)
    assert lab.carry_out(made, alone).complete
    (live,) = lab.models()
    lab.connection.data_science.delete_model(live.id)
    assert lab.carry_out(made, alone).complete  # the very same plan, with the same retry token
    (again,) = lab.models()
    assert again.id != live.id
    assert lab.plan(alone).empty


def test_a_second_deployment_of_the_name_goes(lab: Lab) -> None:
    lab.settled(Manifest())
    (live,) = lab.deployments()
    names = ("compartmentId", "projectId", "displayName", "modelDeploymentConfigurationDetails", "freeformTags")
    lab.connection.data_science.create_model_deployment({name: live.body[name] for name in names})
    lab.wait()
    assert len(lab.deployments()) == 2
    lab.settled(Manifest())
    assert len(lab.deployments()) == 1


def test_a_name_is_destroyed_and_made_anew_again_and_again(lab: Lab) -> None:
    for _ in range(4):
        lab.settled(Manifest())
        lab.destroy("wine")
        assert (lab.models(), lab.deployments()) == ([], [])


def test_a_model_that_is_in_the_catalog_is_deployed_and_left_as_it_is(lab: Lab) -> None:
    lab.settled(Manifest(name="theirs", deployment=None), Manifest(name="other", factor=9, deployment=None))
    first, second = lab.models()
    lab.settled(Manifest(model_id=first.id, deployment={"description": "x", "environmentVariables": {"AA": "1"}}))
    lab.settled(Manifest(model_id=second.id, deployment={}))
    (live,) = lab.deployments()
    details = live.body["modelDeploymentConfigurationDetails"]
    assert details["modelConfigurationDetails"]["modelId"] == second.id
    assert not live.body.get("description")
    assert [model.etag for model in lab.models()] == [first.etag, second.etag]
    lab.destroy("wine")
    assert len(lab.models()) == 2
