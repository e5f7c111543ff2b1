"""The table of manifest fields: every field has a row, and a body comes back as the manifest that made it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.planning.canonical import Path, comparable, normal
from compiler.planning.changes import option_groups
from compiler.planning.changes.deployment_diff import IGNORED, live_settings
from compiler.planning.changes.differences import Difference, difference
from compiler.planning.changes.model_steps import VersionChange, update_steps
from compiler.planning.desired.deployment_body import create_deployment_details
from compiler.planning.desired.model_body import create_model_details
from compiler.planning.desired.types import ArtifactFacts, Desired, DesiredModel
from compiler.planning.fields import catalog, deployment
from compiler.planning.fields.field import Clear, Field, Owned
from compiler.planning.importing.fragments import catalog_fragment, deployment_fragment
from compiler.planning.live.last_applied import LastApplied
from compiler.planning.live.observed import LiveResource
from compiler.planning.paths import below, put, value_at
from compiler.planning.tags import Scope
from compiler.spec.catalog import Catalog
from compiler.spec.deployment import Deployment

OCID = "ocid1.thing.oc1..{}"
MODEL = OCID.format("model")
QUERY = 'CpuUtilization[1m]{resourceId = "MODEL_DEPLOYMENT_OCID"}.mean() > 1'
LOG = st.fixed_dictionaries(
    {"logGroupId": st.just(OCID.format("g")), "logId": st.sampled_from([OCID.format("l"), MODEL])}
)
MORE = {"pendingDuration": st.just("PT5M"), "instanceCountAdjustment": st.integers(1, 3)}
WORDS = st.lists(st.sampled_from(["serve", "--fast", "x"]), min_size=1, max_size=3)
TAGS = st.dictionaries(st.sampled_from("abc"), st.sampled_from("xyz"), min_size=1)


def scaled(side: st.SearchStrategy[Any], **more: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """`autoscaling` with these sides."""
    needed = {"min": st.just(1), "max": st.just(4), "scaleIn": side, "scaleOut": side}
    return st.fixed_dictionaries(
        needed, optional={"initial": st.just(2), "coolDownInSeconds": st.integers(300, 900), **more}
    )


AUTOSCALING = st.one_of(
    scaled(
        st.fixed_dictionaries({"threshold": st.integers(1, 100)}, optional=MORE),
        metric=st.sampled_from(["cpu", "memory"]),
    ),
    scaled(st.fixed_dictionaries({"query": st.just(QUERY)}, optional=MORE)),
)
DEPLOYMENT_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "displayName": st.sampled_from(["Wine", "Vinegar"]),
    "description": st.sampled_from(["red", "white"]),
    "freeformTags": TAGS,
    "definedTags": st.dictionaries(st.sampled_from(["ops", "cost"]), TAGS, min_size=1),
    "shape": st.sampled_from(["VM.Standard.E4.Flex", "VM.Standard3.Flex"]),
    "ocpus": st.sampled_from([1, 2, 2.5]),
    "memoryInGBs": st.sampled_from([16, 20.5, 64]),
    "cpuBaseline": st.sampled_from(["BASELINE_1_8", "BASELINE_1_2"]),
    "capacityReservationIds": st.just([OCID.format("c")]),
    "network.accessType": st.just("CUSTOM_NETWORKING"),
    "network.subnetId": st.just(OCID.format("s")),
    "network.privateEndpointId": st.just(OCID.format("p")),
    "instances": st.integers(1, 5),
    "autoscaling": AUTOSCALING,
    "bandwidthMbps": st.integers(10, 20),
    "maximumBandwidthMbps": st.integers(21, 40),
    "container.image": st.sampled_from(["fra.ocir.io/n/i:1", "fra.ocir.io/n/i:2"]),
    "container.digest": st.just("sha256:" + "0" * 64),
    "container.signatureId": st.just(OCID.format("i")),
    "container.cmd": WORDS,
    "container.entrypoint": WORDS,
    "container.serverPort": st.integers(8080, 8090),
    "container.healthCheckPort": st.integers(8080, 8090),
    "container.predictApiSpecification": st.just("openai"),
    "container.customHttpEndpoints": st.just([{"endpointUriSuffix": "/x", "httpMethods": ["GET", "PUT"]}]),
    "environmentVariables": st.dictionaries(st.sampled_from(["AB", "CD"]), st.sampled_from(["1", "2"]), min_size=1),
    "webConcurrency": st.integers(1, 4),
    "logs": st.one_of(LOG, st.fixed_dictionaries({"access": LOG}, optional={"predict": LOG})),
}
"""A value of every field."""
DAYS = st.integers(0, 9)
NOTIFICATION = {"notification": st.sampled_from(["NONE", "ALL"])}
CATALOG_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "displayName": st.just("Wine"),
    "description": st.just("red"),
    "freeformTags": TAGS,
    "definedTags": st.dictionaries(st.just("ops"), TAGS, min_size=1),
    "custom": st.just([{"key": "k", "value": "v", "category": "Reports", "description": "d", "keywords": ["a"]}]),
    "versionLabel": st.sampled_from(["one", "two"]),
    "backup": st.fixed_dictionaries({"enabled": st.booleans()}, optional={"region": st.just("fra"), **NOTIFICATION}),
    "retention": st.fixed_dictionaries({"archiveAfterDays": DAYS}, optional={"deleteAfterDays": DAYS, **NOTIFICATION}),
}
SENT_OTHERWISE = {"taxonomy", "versionSet", "provenance"}
"""Fields of `spec.catalog` that are no value of CreateModelDetails by themselves."""


def manifests(values: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Manifests with some of these fields."""
    return st.fixed_dictionaries({}, optional=values).map(spread)


def spread(fields: dict[str, Any]) -> dict[str, Any]:
    manifest: dict[str, Any] = {}
    for name, value in fields.items():
        put(manifest, tuple(name.split(".")), value)
    if "container" in manifest:
        manifest["container"].setdefault("image", "fra.ocir.io/n/i:1")
    if "autoscaling" in manifest:
        manifest.pop("instances", None)
    return manifest


def named(fields: tuple[Field, ...]) -> set[str]:
    return {field.name.partition(".")[0] for field in fields}


def aliases(kind: type[Deployment | Catalog]) -> set[str]:
    return {field.alias or name for name, field in kind.model_fields.items()}


def body_of(manifest: dict[str, Any]) -> dict[str, Any]:
    return create_deployment_details("wine", Deployment.model_validate(manifest), MODEL)


def test_every_field_of_a_deployment_has_a_row() -> None:
    besides = {"deploymentType", "modelId", "environmentConfigurationType"}  # bodies need them, no manifest says them
    assert named(deployment.DEPLOYMENT) - besides == aliases(Deployment) - deployment.OUTSIDE
    assert {field.name for field in deployment.DEPLOYMENT} - besides == set(DEPLOYMENT_VALUES)


def test_every_field_of_the_catalog_has_a_row() -> None:
    read = {"inputSchema", "outputSchema"}
    assert named(catalog.CATALOG) - read == aliases(Catalog) - catalog.OUTSIDE
    assert named(catalog.CATALOG) - read - SENT_OTHERWISE == set(CATALOG_VALUES)


@given(manifest=manifests(DEPLOYMENT_VALUES))
def test_a_deployment_comes_back_from_its_body(manifest: dict[str, Any]) -> None:
    body = body_of(manifest)
    fragment = deployment_fragment(body)
    for name in DEPLOYMENT_VALUES:  # what was said is said again, word for word
        said = value_at(manifest, tuple(name.split(".")))
        if said is not None and name not in ("webConcurrency", "environmentVariables", "logs", "autoscaling"):
            assert value_at(fragment, tuple(name.split("."))) == normal(said), name
    assert normal(body_of(fragment)) == normal(body)


@given(manifest=manifests(CATALOG_VALUES))
def test_catalog_settings_come_back_from_their_body(manifest: dict[str, Any]) -> None:
    body = create_model_details("wine", ArtifactFacts("", 0), Catalog.model_validate(manifest))
    fragment = catalog_fragment(body)
    assert all(fragment[name].items() >= normal(said).items() if isinstance(said, dict) else fragment[name] == said
               for name, said in manifest.items() if name != "custom")  # fmt: skip
    again = create_model_details("wine", ArtifactFacts("", 0), Catalog.model_validate(fragment))
    assert comparable(again) == comparable(body)


@given(before=manifests(DEPLOYMENT_VALUES), after=manifests(DEPLOYMENT_VALUES))
def test_updates_of_all_groups_make_the_body_that_is_wanted(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Whatever changes is sent by some group, with the value that is wanted."""
    have = live_settings(LiveResource({"id": "x", **body_of(before)}))
    want = option_groups.settings_leaves(body_of(after))
    found = difference(want, have, set(have), strict=True)
    sent = option_groups.update_body((*option_groups.changed_groups(found), "identity"), have, found)
    told = option_groups.settings_leaves(sent)
    for path, (_, wanted) in found.values.items():
        assert told.get(path) == wanted, path
    if found:
        assert option_groups.changed_groups(found) or all(
            below(p, option_groups.GROUPS["identity"]) for p in found.values
        )


@pytest.mark.parametrize("field", deployment.DEPLOYMENT, ids=lambda field: field.name)
def test_a_row_is_consistent(field: Field) -> None:
    if field.group:
        assert below(field.path, option_groups.GROUPS[field.group])
    else:
        assert field.name == "deploymentType"  # a change of it makes a new deployment
    assert not field.ignored_as or field.path in IGNORED[field.ignored_as]
    if field.owned is Owned.ALWAYS and field.cleared is Clear.LEFT_OUT:
        assert field.name in ("ocpus", "memoryInGBs", "instances", "autoscaling")  # always replaced by another value


def test_fields_that_can_be_ignored_are_those_of_the_schema() -> None:
    schema = Deployment.model_json_schema(by_alias=True)["properties"]["ignoreChanges"]
    assert sorted(IGNORED) == sorted(schema["items"]["enum"])


@pytest.mark.parametrize(
    "path",
    [("modelDeploymentConfigurationDetails", "colour"), ("colour",), (*deployment.MODEL, "instanceColour")],
    ids=".".join,
)
def test_a_difference_that_no_update_sends_raises(path: Path) -> None:
    with pytest.raises(LookupError, match=r"no update sends .*olour$"):
        option_groups.changed_groups(Difference({path: (None, "red")}))


def test_a_difference_of_a_model_that_no_update_sends_raises() -> None:
    model = DesiredModel("sha256:0", 0, {}, {}, "wine")
    version = VersionChange(Desired("wine", model, None), Scope("p", "t", "c", "d"), LastApplied(), "set")
    with pytest.raises(LookupError, match="colour"):
        update_steps(version, LiveResource({"id": "x"}), Difference({("colour",): (None, "red")}))
