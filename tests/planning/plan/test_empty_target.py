"""What a plan of a manifest against an empty target looks like, and that nothing is left after it."""

from __future__ import annotations

import json

from compiler.ir import Golden
from compiler.planning import tags
from compiler.planning.changes.types import Action
from compiler.planning.desired.from_manifest import ManifestFiles, ManifestIdentity, desired
from compiler.planning.desired.types import ArtifactFacts, Desired
from compiler.planning.live.observed import Kind, Observed
from compiler.planning.plan.planner import plan
from compiler.planning.tags import Scope
from compiler.spec.catalog import Catalog
from compiler.spec.deployment import Deployment

PLACE = Scope("cellar", "local", "ocid1.compartment.oc1..c", "ocid1.datascienceproject.oc1..p")
FACTS = ArtifactFacts("sha256:" + "a" * 64, 1234, '{"schema": []}', None, ({"key": "ModelFileName", "value": "m"},))
GOLDEN = Golden(({"x": 1},), (2,), 1e-6)


def wanted(**more: object) -> Desired:
    return desired(
        ManifestIdentity("cellar", "wine"),
        FACTS,
        Catalog.model_validate(more.get("catalog", {})),
        Deployment.model_validate(more.get("deployment", {})),
        ManifestFiles(golden=GOLDEN, git={"gitCommit": "abc"}),
    )


def test_everything_is_created_in_order() -> None:
    made = plan([wanted()], Observed(), PLACE)
    assert [(change.kind, change.action) for change in made.changes] == [
        (Kind.VERSION_SET, Action.CREATE),
        (Kind.MODEL, Action.CREATE),
        (Kind.DEPLOYMENT, Action.CREATE),
    ]
    operations = [step.operation for change in made.changes for step in change.steps]
    assert operations == [
        "create_model_version_set",
        "create_model",
        "create_model_provenance",
        "create_model_artifact",
        "head_model_artifact",
        "update_model",
        "create_model_deployment",
        "smoke_test",
        "update_model_deployment",
    ]


def test_the_commit_mark_comes_with_the_last_request_of_the_model() -> None:
    change = next(c for c in plan([wanted()], Observed(), PLACE).changes if c.kind is Kind.MODEL)
    first, last = change.steps[0].body or {}, change.steps[-1].body or {}
    assert tags.ARTIFACT not in first["freeformTags"]
    assert last["freeformTags"][tags.ARTIFACT] == FACTS.digest
    assert last["freeformTags"][tags.CONFIG].startswith("2:")


def test_desired_survives_json() -> None:
    one = wanted(deployment={"environmentVariables": {"LOG_LEVEL": "info"}}, catalog={"freeformTags": {"a": "b"}})
    assert Desired.from_json(json.loads(json.dumps(one.to_json()))) == one
