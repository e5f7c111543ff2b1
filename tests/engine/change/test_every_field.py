"""Every field of catalog and deployment: created, changed, changed behind our back, taken away; then nothing to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any

import pytest

from compiler.spec.catalog import Catalog
from compiler.spec.deployment import Deployment
from testing.fields import differing, leaves
from testing.lab import Lab, Manifest
from testing.paths import TESTS

DETAILS = "modelDeploymentConfigurationDetails"
SUBNET, OTHER_SUBNET = "ocid1.subnet.oc1..a", "ocid1.subnet.oc1..b"
GROUP, OTHER_GROUP = "ocid1.loggroup.oc1..g", "ocid1.loggroup.oc1..h"
LOG, OTHER_LOG = "ocid1.log.oc1..a", "ocid1.log.oc1..b"
QUERY = 'CpuUtilization[1m]{resourceId = "MODEL_DEPLOYMENT_OCID"}.mean() > '
THRESHOLDS = {"min": 1, "max": 3, "scaleIn": {"threshold": 20}, "scaleOut": {"threshold": 80}}
MORE = {"pendingDuration": "PT5M", "instanceCountAdjustment": 2}
OTHER_THRESHOLDS = {
    "min": 2, "max": 5, "initial": 3, "metric": "memory", "coolDownInSeconds": 600,
    "scaleIn": {"threshold": 30, **MORE}, "scaleOut": {"threshold": 70, **MORE},
}  # fmt: skip
QUERIES = {"min": 1, "max": 3, "scaleIn": {"query": QUERY + "1"}, "scaleOut": {"query": QUERY + "2"}}
OTHER_QUERIES = {"min": 1, "max": 3, "scaleIn": {"query": QUERY + "3", **MORE}, "scaleOut": {"query": QUERY + "4"}}
IMAGE = {"image": "fra.ocir.io/ns/server:1"}
ENVIRONMENT = {"environmentConfigurationType": "OCIR_CONTAINER"}


@dataclass(frozen=True)
class Row:
    """One field: two values of it, an update that somebody else might send, and what else the field needs."""

    field: str
    first: Any
    second: Any
    drift: dict[str, Any] = field(default_factory=dict)
    base: dict[str, Any] = field(default_factory=dict)
    removable: bool = True

    def __str__(self) -> str:
        return self.field

    def settings(self, value: Any) -> dict[str, Any]:
        found: dict[str, Any] = {**self.base}
        *path, last = self.field.split(".")
        node = found
        for key in path:
            node[key] = dict(node.get(key, {}))
            node = node[key]
        if value is not None:
            node[last] = value
        return found


def model(**more: Any) -> dict[str, Any]:
    return {DETAILS: {"deploymentType": "SINGLE_MODEL", "modelConfigurationDetails": more}}


def instance(**more: Any) -> dict[str, Any]:
    size = {"ocpus": 5, "memoryInGBs": 55}
    basic = {"instanceShapeName": "VM.Standard.E4.Flex", "modelDeploymentInstanceShapeConfigDetails": size}
    return model(instanceConfiguration={**basic, **more})


def environment(**more: Any) -> dict[str, Any]:
    return {DETAILS: {"deploymentType": "SINGLE_MODEL", "environmentConfigurationDetails": more}}


def container(**more: Any) -> dict[str, Any]:
    return environment(**{**ENVIRONMENT, **IMAGE, **more})


CATALOG = [
    Row("displayName", "Wine", "Better wine", {"displayName": "Vinegar"}),
    Row("description", "red", "white", {"description": "rosé"}),
    Row("freeformTags", {"team": "cellar"}, {"team": "bar", "cost": "1"}, {"freeformTags": {"team": "x"}}),
    Row("definedTags", {"ops": {"a": "b"}}, {"ops": {"a": "c"}}, {"definedTags": {"ops": {"a": "x"}}}),
    Row("taxonomy.framework", "other", "h2o", {"definedMetadataList": []}),
    Row("taxonomy.frameworkVersion", "1", "2", {"definedMetadataList": []}),
    Row("taxonomy.algorithm", "A", "B", {"definedMetadataList": []}),
    Row("taxonomy.hyperparameters", {"a": 1}, {"a": 2}, {"definedMetadataList": []}),
    Row("custom", [{"key": "k", "value": "1"}],
        [{"key": "k", "value": "2", "category": "Performance", "description": "d", "keywords": ["a", "b"]}],
        {"customMetadataList": [{"key": "k", "value": "x", "category": "Other"}]}),
    Row("custom", [{"key": "k", "value": "1"}], [{"key": "other", "value": "1"}], {"customMetadataList": []}),
    Row("datasets.training", {"uri": "oci://b@n/a", "rows": 3}, {"rows": 4, "columns": 2}, {"customMetadataList": []}),
    Row("datasets.validation", {"uri": "oci://b@n/a", "rows": 3}, {"rows": 4, "columns": 2},
        {"customMetadataList": []}),
    Row("provenance.trainingScript", "train.py", "fit.py", {"provenance": {"trainingScript": "theirs.py"}}),
    Row("provenance.trainingId", "ocid1.datasciencejobrun.oc1..a", "ocid1.datasciencejobrun.oc1..b",
        {"provenance": {"trainingId": "ocid1.datasciencejobrun.oc1..x"}}),
    Row("versionLabel", "first", "second", {"versionLabel": "other"}),
    Row("backup", {"enabled": True, "region": "us-ashburn-1"},
        {"enabled": False, "region": "us-phoenix-1", "notification": "ALL"},
        {"backupSetting": {"isBackupEnabled": True, "backupRegion": "x"}}),
    Row("retention", {"archiveAfterDays": 3}, {"archiveAfterDays": 4, "deleteAfterDays": 5, "notification": "ALL"},
        {"retentionSetting": {"archiveAfterDays": 99}}),
]  # fmt: skip

DEPLOYMENT = [
    Row("displayName", "Wine", "Better wine", {"displayName": "Vinegar"}),
    Row("description", "red", "white", {"description": "rosé"}),
    Row("freeformTags", {"team": "cellar"}, {"team": "bar", "cost": "1"}, {"freeformTags": {"team": "x"}}),
    Row("definedTags", {"ops": {"a": "b"}}, {"ops": {"a": "c"}}, {"definedTags": {"ops": {"a": "x"}}}),
    Row("shape", "VM.Standard.E3.Flex", "VM.Standard2.1", instance()),
    Row("ocpus", 2, 4, instance()),
    Row("memoryInGBs", 32, 64, instance()),
    Row("cpuBaseline", "BASELINE_1_8", "BASELINE_1_2", instance()),
    Row("capacityReservationIds", ["ocid1.reservation.oc1..a"], ["ocid1.reservation.oc1..b"], instance()),
    Row("instances", 2, 3, model(scalingPolicy={"policyType": "FIXED_SIZE", "instanceCount": 7})),
    Row("autoscaling", THRESHOLDS, OTHER_THRESHOLDS,
        model(scalingPolicy={"policyType": "FIXED_SIZE", "instanceCount": 7})),
    Row("autoscaling", QUERIES, OTHER_QUERIES, model(scalingPolicy={"policyType": "FIXED_SIZE", "instanceCount": 7})),
    Row("autoscaling", THRESHOLDS, QUERIES, model(scalingPolicy={"policyType": "FIXED_SIZE", "instanceCount": 7})),
    Row("bandwidthMbps", 20, 30, model(bandwidthMbps=40)),
    Row("maximumBandwidthMbps", 15, 20, model(maximumBandwidthMbps=12)),
    Row("webConcurrency", 2, 3, environment(environmentConfigurationType="DEFAULT")),
    Row("environmentVariables", {"AA": "1"}, {"AA": "2", "BB": "3"},
        environment(environmentConfigurationType="DEFAULT", environmentVariables={"AA": "9", "CC": "1"})),
    Row("container.image", "fra.ocir.io/ns/server:2", "fra.ocir.io/ns/server:3", container(), removable=False),
    Row("container.digest", "sha256:" + "a" * 64, "sha256:" + "b" * 64, container(), {"container": IMAGE}),
    Row("container.signatureId", "ocid1.sig.oc1..a", "ocid1.sig.oc1..b", container(), {"container": IMAGE}),
    Row("container.cmd", ["serve"], ["serve", "--fast"], container(), {"container": IMAGE}),
    Row("container.entrypoint", ["sh"], ["bash"], container(), {"container": IMAGE}),
    Row("container.serverPort", 5000, 5001, container(), {"container": IMAGE}),
    Row("container.healthCheckPort", 5000, 5001, container(), {"container": IMAGE}),
    Row("container.predictApiSpecification", None, "openai", container(),
        {"container": IMAGE}),
    Row("container.customHttpEndpoints", [{"endpointUriSuffix": "/v1", "httpMethods": ["POST"]}],
        [{"endpointUriSuffix": "/v2", "httpMethods": ["GET"]}], container(), {"container": IMAGE}),
    Row("network.subnetId", SUBNET, OTHER_SUBNET, instance(subnetId=SUBNET),
        {"network": {"accessType": "CUSTOM_NETWORKING"}}, removable=False),
    Row("network.privateEndpointId", "ocid1.pe.oc1..a", "ocid1.pe.oc1..b", instance()),
    Row("network.accessType", "MANAGED_NETWORKING_NO_INTERNET_ACCESS", "MANAGED_NETWORKING_INTERNET_ACCESS",
        instance()),
    Row("logs", {"logGroupId": GROUP, "logId": LOG}, {"logGroupId": OTHER_GROUP, "logId": OTHER_LOG},
        {"categoryLogDetails": {"access": {"logGroupId": GROUP, "logId": OTHER_LOG}}}),
    Row("logs.access", {"logGroupId": GROUP, "logId": LOG}, {"logGroupId": OTHER_GROUP, "logId": OTHER_LOG},
        {"categoryLogDetails": {"predict": {"logGroupId": GROUP, "logId": OTHER_LOG}}}),
    Row("logs.predict", {"logGroupId": GROUP, "logId": LOG}, {"logGroupId": OTHER_GROUP, "logId": OTHER_LOG},
        {"categoryLogDetails": {"access": {"logGroupId": GROUP, "logId": LOG}}}),
    Row("state", "inactive", "active", {"state": "inactive"}),
    Row("state", "active", "inactive", {"state": "active"}),
]  # fmt: skip


@pytest.mark.parametrize("row", CATALOG, ids=str)
def test_catalog(row: Row, lab: Lab) -> None:
    def wanted(value: Any) -> Any:
        return Manifest(catalog=row.settings(value), deployment=None)

    lab.settled(wanted(row.first))
    (live,) = lab.models()
    lab.settled(wanted(row.second))
    if row.drift:
        tamper(lab, live, row.drift)
        assert not lab.plan(wanted(row.second), deep=True).empty
        assert lab.apply(wanted(row.second), deep=True).complete
    lab.settled(wanted(row.second))
    restored = lab.models()[0]
    lab.settled(wanted(None))
    assert lab.models()[0].id == live.id  # no new version for any of this
    gone = lab.models()[0]
    lab.settled(wanted(row.second))
    assert settings(lab.models()[0]) == settings(restored)
    assert settings(gone) != settings(restored)


@pytest.mark.parametrize("row", DEPLOYMENT, ids=str)
def test_deployment(row: Row, lab: Lab) -> None:
    def wanted(value: Any) -> Any:
        return Manifest(deployment=row.settings(value))

    lab.settled(wanted(row.first))
    (live,) = lab.deployments()
    lab.settled(wanted(row.second))
    if row.drift:
        tamper(lab, live, row.drift)
        assert not lab.plan(wanted(row.second)).empty
    lab.settled(wanted(row.second))
    restored = lab.deployments()[0]
    assert restored.id == live.id  # never replaced
    if row.removable:
        lab.settled(wanted(None))
        gone = lab.deployments()[0]
        assert gone.id == live.id
        assert settings(gone) != settings(restored) or row.second in (None, "active")
    lab.settled(wanted(row.second))
    assert settings(lab.deployments()[0]) == settings(restored)


def tamper(lab: Lab, live: Any, drift: dict[str, Any]) -> None:
    """What somebody else does, who knows nothing of us."""
    client = lab.connection.data_science
    match drift:
        case {"provenance": provenance}:
            client.update_model_provenance(live.id, provenance)
        case {"state": "active"}:
            client.activate_model_deployment(live.id)
        case {"state": "inactive"}:
            client.deactivate_model_deployment(live.id)
        case _ if live.id.startswith("ocid1.datasciencemodeldeployment."):
            client.update_model_deployment(live.id, beside(live, drift))
        case _:
            client.update_model(live.id, beside(live, drift))
    lab.wait()


def beside(live: Any, drift: dict[str, Any]) -> dict[str, Any]:
    """Somebody else's update, who leaves our own tags alone."""
    if "freeformTags" not in drift:
        return drift
    ours = {key: value for key, value in live.tags.items() if key.startswith("manifact-")}
    return {**drift, "freeformTags": {**drift["freeformTags"], **ours}}


def settings(live: Any) -> dict[str, Any]:
    ours = ("manifact-config", "manifact-artifact")
    names = ("timeCreated", "etag")
    body = {key: value for key, value in live.body.items() if key not in names}
    body["freeformTags"] = {key: value for key, value in live.tags.items() if key not in ours}
    body["provenance"] = {key: value for key, value in (live.provenance or {}).items() if value}
    for name in ("customMetadataList", "definedMetadataList"):
        items = [item for item in body.get(name, ()) if not item["key"].startswith("Manifact")]
        body[name] = sorted(items, key=lambda item: str(item["key"]))
    return body


# What these decide shows in the bytes' way and place, and not in the settings of a version.
PLACES: dict[str, tuple[dict[str, Any], dict[str, Any], int, list[str]]] = {
    # field: (first, second, versions that both make, where the objects of the second lie at the end)
    "staging.always": ({"always": True}, {"always": False}, 1, []),
    "staging.keep": ({"always": True, "keep": True}, {"always": True}, 1, ["models/cellar/local/wine/*.zip"]),
    "staging.keep by reference": ({"byReference": True}, {"byReference": True, "keep": True}, 1, ["models/*/factor.txt",
        "models/*/score.py"]),
    "staging.uri": ({"uri": "oci://staging@local/a/", "always": True}, {"always": True}, 1, []),
    "staging.uri by reference": ({"byReference": True}, {"byReference": True, "uri": "oci://staging@local/b/"}, 1,
        ["models/*/factor.txt", "models/*/score.py"]),
    "byReference": ({}, {"byReference": True}, 2, ["models/*/factor.txt", "models/*/score.py"]),
    "byReference taken away": ({"byReference": True}, {}, 2, ["models/*/factor.txt", "models/*/score.py"]),
}  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_ways_and_places(name: str, lab: Lab) -> None:
    first, second, versions, objects = PLACES[name]

    def wanted(value: dict[str, Any]) -> Any:
        staging = {"uri": "oci://staging@local/models/", **value}
        pointing = staging.pop("byReference", False)
        return Manifest(catalog={"staging": staging, "byReference": pointing}, deployment=None)

    lab.make_bucket()
    lab.settled(wanted(first))
    lab.settled(wanted(second))
    ids = {live.id for live in lab.models()}
    assert len(ids) == versions
    assert [fnmatch(*pair) for pair in zip(lab.objects(), objects, strict=True)] == [True] * len(objects)
    lab.settled(wanted(first))
    assert {live.id for live in lab.models()} == ids  # found again


ELSEWHERE = {
    "custom[].artifact": "cloud/steps/test_custom_metadata_files.py",
    "versionSet": "planning/plan/test_versions.py",
    "keepVersions": "planning/plan/test_versions.py",
    "protect": "planning/plan/test_refusals.py",
    "ignoreChanges": "planning/plan/test_refusals.py",
    "environmentVariables.*.variable": "planning/plan/test_refusals.py",
    "environmentVariables.*.sensitive": "planning/plan/test_refusals.py",
    "smoke": "cli/test_smoke_request.py",
    "smoke.request": "cli/test_smoke_request.py",
}
"""Fields that need more than a table: each has its own test."""


@pytest.mark.parametrize(
    ("table", "spec"), [(CATALOG, Catalog), (DEPLOYMENT, Deployment)], ids=["catalog", "deployment"]
)
def test_the_tables_change_every_field(table: list[Row], spec: Any) -> None:
    known = leaves(spec)
    rows = [(row.settings(row.first), row.settings(row.second)) for row in table]
    changed = {path for pair in rows for path in differing(*pair, known)}
    changed |= {name.partition(" ")[0] for name in PLACES}
    assert known - changed == known & set(ELSEWHERE)


def test_every_field_is_also_changed_behind_our_back() -> None:
    untouched = {row.field for row in (*CATALOG, *DEPLOYMENT) if not row.drift}
    assert untouched == set()


@pytest.mark.parametrize(("field", "file"), ELSEWHERE.items())
def test_what_is_tested_elsewhere_is(field: str, file: str) -> None:
    assert field.rpartition(".")[2] in (TESTS / file).read_text(encoding="utf-8")
