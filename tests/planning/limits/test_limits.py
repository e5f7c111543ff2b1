"""Every limit of the service is met at compile, with the place in the manifest."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.diagnostics import Report, SourceRange
from compiler.ir import Golden
from compiler.localcloud.datascience.deployments.shapes import SHAPES
from compiler.planning.desired.from_manifest import ManifestFiles, ManifestIdentity, desired
from compiler.planning.desired.types import ArtifactFacts
from compiler.planning.limits.artifact import check_saved
from compiler.planning.limits.catalog import check_limits
from compiler.planning.limits.shapes import FLEX_SHAPES, KNOWN_SHAPES
from compiler.spec.catalog import Catalog
from compiler.spec.deployment import Deployment

QUERY = {"query": "CpuUtilization[1m].mean() > 1"}
OWN = "ocid1.subnet.oc1..a"
AUTO = {"min": 1, "max": 3, "scaleIn": {"threshold": 20}, "scaleOut": {"threshold": 80}}
IMAGE = {"image": "fra.ocir.io/n/i:1"}

DEPLOYMENTS: list[tuple[str, str, dict[str, Any]]] = [
    ("MF702", "freeformTags", {"freeformTags": {f"k{n}": "v" for n in range(5)}}),
    ("MF702", "freeformTags.manifact-name", {"freeformTags": {"manifact-name": "v"}}),
    ("MF702", "definedTags", {"definedTags": {"ns": {f"k{n}": 1 for n in range(65)}}}),
    ("MF702", "freeformTags", {"definedTags": {"ns": {f"k{n}": "v" * 250 for n in range(25)}}}),
    ("MF703", "environmentVariables", {"environmentVariables": {"AA": "x" * 2046}}),
    ("MF703", "environmentVariables.OCI_RESOURCE_PRINCIPAL_RPST",
        {"environmentVariables": {"OCI_RESOURCE_PRINCIPAL_RPST": "x"}}),
    ("MF703", "environmentVariables.WEB_CONCURRENCY",
        {"environmentVariables": {"WEB_CONCURRENCY": "2"}, "webConcurrency": 3}),
    ("MF727", "environmentVariables.DB_PASSWORD", {"environmentVariables": {"DB_PASSWORD": "hunter2"}}),
    ("MF704", "container.serverPort", {"container": {**IMAGE, "serverPort": 24224}}),
    ("MF704", "container.healthCheckPort", {"container": {**IMAGE, "healthCheckPort": 8446}}),
    ("MF705", "ocpus", {"ocpus": 65}),
    ("MF705", "memoryInGBs", {"memoryInGBs": 5}),
    ("MF705", "ocpus", {"shape": "VM.Standard2.1", "ocpus": 1}),
    ("MF705", "cpuBaseline", {"shape": "VM.Standard2.1", "cpuBaseline": "BASELINE_1_8"}),
    ("MF705", "ocpus", {"shape": "VM.Optimized3.Flex", "ocpus": 19, "memoryInGBs": 100}),
    ("MF706", "instances", {"instances": 2, "autoscaling": AUTO}),
    ("MF706", "autoscaling", {"autoscaling": {**AUTO, "min": 4}}),
    ("MF706", "autoscaling", {"autoscaling": {**AUTO, "initial": 4}}),
    ("MF706", "autoscaling.scaleIn", {"autoscaling": {**AUTO, "scaleIn": {"threshold": 80}}}),
    ("MF706", "autoscaling", {"autoscaling": {**AUTO, "scaleIn": {"query": '{resourceId = "MODEL_DEPLOYMENT_OCID"}'}}}),
    ("MF706", "autoscaling.scaleOut.query", {"autoscaling": {"min": 1, "max": 2, "scaleIn": QUERY, "scaleOut": QUERY}}),
    ("MF706", "autoscaling.scaleIn.pendingDuration",
        {"autoscaling": {**AUTO, "scaleIn": {"threshold": 20, "pendingDuration": "PT2M"}}}),
    ("MF706", "autoscaling.scaleIn.pendingDuration",
        {"autoscaling": {**AUTO, "scaleIn": {"threshold": 20, "pendingDuration": "PT2H"}}}),
    ("MF707", "bandwidthMbps", {"bandwidthMbps": 9}),
    ("MF707", "maximumBandwidthMbps", {"bandwidthMbps": 20, "maximumBandwidthMbps": 20}),
    ("MF707", "maximumBandwidthMbps", {"bandwidthMbps": 20, "maximumBandwidthMbps": 41}),
    ("MF709", "container", {"container": {**IMAGE, "cmd": ["x" * 2048]}}),
    ("MF709", "network.subnetId",
        {"network": {"accessType": "MANAGED_NETWORKING_INTERNET_ACCESS", "subnetId": OWN}}),
    ("MF709", "network", {"network": {"accessType": "CUSTOM_NETWORKING"}}),
    ("MF709", "logs", {"logs": {"logGroupId": "ocid1.loggroup.oc1..a"}}),
    ("MF709", "logs", {"logs": {}}),
]  # fmt: skip

CATALOGS: list[tuple[str, str, dict[str, Any]]] = [
    ("MF702", "freeformTags.manifact-config", {"freeformTags": {"manifact-config": "v"}}),
    ("MF708", "custom.0", {"custom": [{"key": "k"}]}),
    ("MF708", "custom.0", {"custom": [{"key": "k", "value": "v", "artifact": "a.html"}]}),
    ("MF708", "custom.1.key", {"custom": [{"key": "k", "value": "v"}, {"key": "K", "value": "w"}]}),
    ("MF708", "custom.0.key", {"custom": [{"key": "ManifactApplied", "value": "v"}]}),
    ("MF708", "description", {"description": "d" * 401}),
    ("MF708", "retention.deleteAfterDays", {"retention": {"archiveAfterDays": 9, "deleteAfterDays": 8}}),
]


SAVED: list[tuple[str, str, dict[str, Any], dict[str, Any], int]] = [
    ("MF708", "spec.catalog.custom", {"custom": [{"key": "a", "value": "v" * 15_900}]}, {}, 1),
    ("MF708", "spec.catalog.taxonomy", {"taxonomy": {"hyperparameters": {"a": "v" * 16_000}}}, {}, 1),
    ("MF708", "spec", {}, {}, 400 * 10**9 + 1),
    ("MF726", "spec.samples.golden", {}, {"shape": "VM.Standard2.1"}, 1),
]


def problems(catalog: dict[str, Any], deployment: dict[str, Any]) -> list[tuple[str, str]]:
    report = Report(lambda pointer: SourceRange(".".join(map(str, pointer))))
    check_limits(Catalog.model_validate(catalog), Deployment.model_validate(deployment), report)
    return [(found.code, str(found.where)) for found in report.diagnostics]


@pytest.mark.parametrize(("code", "where", "fragment"), DEPLOYMENTS)
def test_deployment(code: str, where: str, fragment: dict[str, Any]) -> None:
    assert (code, f"spec.deployment.{where}") in problems({}, fragment)


@pytest.mark.parametrize(("code", "where", "fragment"), CATALOGS)
def test_catalog(code: str, where: str, fragment: dict[str, Any]) -> None:
    assert (code, f"spec.catalog.{where}") in problems(fragment, {})


@pytest.mark.parametrize(("code", "where", "catalog", "deployment", "size"), SAVED)
def test_what_only_shows_when_everything_is_together(
    code: str, where: str, catalog: dict[str, Any], deployment: dict[str, Any], size: int
) -> None:
    report = Report(lambda pointer: SourceRange(".".join(map(str, pointer))))
    golden = Golden(({"text": "x" * (11 << 20)},), ("y",), 0.0)
    endpoint = Deployment.model_validate(deployment) if deployment else None
    artifact = ArtifactFacts("sha256:0", size)
    identity, files = ManifestIdentity("p", "n"), ManifestFiles(golden=golden)
    wanted = desired(identity, artifact, Catalog.model_validate(catalog), endpoint, files)
    check_saved(wanted, report)
    assert (code, where) in [(found.code, str(found.where)) for found in report.diagnostics]


def test_all_problems_are_found_at_once() -> None:
    assert len(problems({"custom": [{"key": "k"}]}, {"bandwidthMbps": 5, "ocpus": 99})) >= 3


def test_what_is_just_within_the_limits_passes() -> None:
    fragment = {
        "freeformTags": {f"k{n}": "v" for n in range(4)},
        "environmentVariables": {"AA": "x" * 2045},
        "bandwidthMbps": 10,
        "maximumBandwidthMbps": 20,
        "ocpus": 64,
        "memoryInGBs": 1024,
        "autoscaling": {**AUTO, "scaleIn": {"threshold": 20, "pendingDuration": "PT1H"}},
        "container": {**IMAGE, "serverPort": 1024, "healthCheckPort": 65535},
        "network": {"accessType": "CUSTOM_NETWORKING", "subnetId": OWN},
    }
    assert problems({"custom": [{"key": "k", "value": "v" * 10_000}]}, fragment) == []


def test_the_embedded_oci_has_every_shape_that_compile_knows() -> None:
    assert set(KNOWN_SHAPES) == set(SHAPES)
    for name, flex in FLEX_SHAPES.items():
        assert SHAPES[name].flexible == (flex.ocpus[1], flex.memory[1])


def test_a_shape_that_is_not_known_here_is_left_to_the_service() -> None:
    assert problems({}, {"shape": "VM.Standard9.Flex", "ocpus": 500}) == [("MF775", "spec.deployment.shape")]


@pytest.mark.parametrize(
    ("shape", "hint"),
    [("VM.Standard.E4.Flexx", "did you mean 'VM.Standard.E4.Flex'?"), ("XX.New9", "the service is asked at plan")],
)
def test_an_unknown_shape_is_a_warning_as_regions_get_new_ones(shape: str, hint: str) -> None:
    report = Report(lambda pointer: SourceRange(".".join(map(str, pointer))))
    check_limits(Catalog(), Deployment(shape=shape), report)
    assert [(d.code, d.severity, d.hint) for d in report.diagnostics] == [("MF775", "warning", hint)]
    assert str(report.diagnostics[0].where) == "spec.deployment.shape"
