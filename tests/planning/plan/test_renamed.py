"""A manifest with a new name takes over all that is live under the former one, and nothing of anybody else."""

from __future__ import annotations

from collections import Counter

import pytest

from compiler.planning import tags
from compiler.planning.changes.types import Action
from testing.lab import Lab, Manifest

NOTHING_LEFT = {"grapes"}
RENAMED = {"name": "grapes", "renamed_from": "wine"}


def names(lab: Lab) -> set[str]:
    """All names in our tags, on whatever kind of resource."""
    observed = lab.observe()
    everything = (*observed.models, *observed.deployments, *observed.version_sets)
    return {live.tags[tags.NAME] for live in everything if not live.deleted}


@pytest.mark.parametrize(
    ("first", "then"),
    [
        pytest.param((2, 3), {"factor": 3}, id="older versions"),
        pytest.param((2, 3), {"factor": 2}, id="back to an older version"),
        pytest.param((2,), {"factor": 5}, id="with a new version"),
        pytest.param((2, 3), {"factor": 3, "catalog": {"versionSet": "theirs"}}, id="into another set"),
        pytest.param((2, 3), {"factor": 3, "deployment": {"state": "absent"}}, id="without a deployment"),
        pytest.param((2, 3), {"factor": 3, "deployment": None}, id="the deployment not managed any more"),
        pytest.param((2, 3, 4), {"factor": 4, "catalog": {"keepVersions": 2}}, id="older versions go"),
    ],
)
def test_all_of_it_is_carried_over(lab: Lab, first: tuple[int, ...], then: dict[str, object]) -> None:
    for factor in first:
        lab.settled(Manifest(factor=factor))
    lab.settled(Manifest(**RENAMED, **then))
    assert names(lab) == NOTHING_LEFT
    # Without `renamedFrom` nothing of it is orphaned, and the name goes with all it has.
    kept = Manifest(name="grapes", **then)
    assert lab.plan(kept, prune=True).pending == ()
    lab.destroy("grapes")
    assert names(lab) == set()


def test_a_deleting_plan_keeps_older_versions_of_a_renamed_model(lab: Lab) -> None:
    for factor in (2, 3):
        lab.settled(Manifest(factor=factor))
    made = lab.plan(Manifest(**RENAMED, factor=3), prune=True)
    assert Counter(change.action for change in made.pending) == {Action.UPDATE: 3}
    assert {change.cause for change in made.pending} == {"manifest"}


def test_a_name_that_a_manifest_has_again_is_nobodys_former_name(lab: Lab) -> None:
    lab.settled(Manifest(factor=3))
    grapes = Manifest(**RENAMED, factor=3)
    lab.settled(grapes)
    wine = Manifest(factor=7)
    lab.settled(grapes, wine)
    owned = {(live.id, live.tags[tags.NAME]) for live in (*lab.models(), *lab.deployments())}
    assert {name for _, name in owned} == {"grapes", "wine"}
    # The other manifest out of view as well: its deployment tells.
    assert lab.plan(grapes).pending == ()
    assert lab.plan(wine).pending == ()


def test_a_new_manifest_of_the_old_name_keeps_what_is_live_there(lab: Lab) -> None:
    """Both in one commit: what is live is not planned for twice."""
    lab.settled(Manifest(factor=3))
    before = {live.id for live in lab.models()}
    lab.settled(Manifest(**RENAMED, factor=3), Manifest(factor=3))
    assert {live.id for live in lab.models() if live.tags[tags.NAME] == "wine"} == before
