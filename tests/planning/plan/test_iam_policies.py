"""The policies of a target: what is known is filled in, and nothing is asked for that is not needed."""

from __future__ import annotations

import json

from compiler.planning.desired.types import Desired, DesiredDeployment, DesiredModel, Staging
from compiler.planning.plan.iam_policies import Needs, needs_of, policies
from compiler.planning.tags import Scope

PLACE = Scope("cellar", "prod", "ocid1.compartment.oc1..aaaa", "ocid1.datascienceproject.oc1..b", "eu-frankfurt-1")


def model(**more: object) -> DesiredModel:
    results = {"runtime_env_path": {"value": "oci://packs@ns/wine/1"}, "runtime_path_exist": {}}
    item = {"key": "ArtifactTestResults", "value": json.dumps(results)}
    return DesiredModel("sha256:0", 1, {"definedMetadataList": [item]}, {}, "set", **more)  # type: ignore[arg-type]


def test_a_plain_target_needs_the_catalog_alone() -> None:
    lines = policies(PLACE, Needs())
    assert "Allow group <group> to manage data-science-models in compartment id ocid1.compartment.oc1..aaaa" in lines
    assert not [line for line in lines if "bucket" in line or "dynamic-group" in line]


def test_the_bucket_of_the_reconciler_is_named() -> None:
    lines = policies(PLACE, Needs(store="gitops"))
    assert [line for line in lines if line.startswith("Allow") and line.endswith("target.bucket.name='gitops'")]


def test_buckets_regions_logs_images_and_networks_are_filled_in() -> None:
    details = {
        "modelConfigurationDetails": {"instanceConfiguration": {"subnetId": "ocid1.subnet.oc1..s"}},
        "environmentConfigurationDetails": {"image": "fra.ocir.io/ns/image:1"},
    }
    body = {
        "modelDeploymentConfigurationDetails": details,
        "categoryLogDetails": {"access": {"logId": "ocid1.log.oc1..l"}},
    }
    staged = Desired("a", model(staging=Staging("ns", "large", "p/")), DesiredDeployment("active", body))
    reference = Desired("b", model(staging=Staging("ns", "files", "p/"), by_reference=True), None)
    text = "\n".join(policies(PLACE, needs_of([staged, reference])))
    here = "in compartment id ocid1.compartment.oc1..aaaa"
    service = "Allow service objectstorage-eu-frankfurt-1"
    for wanted in (
        f"Allow service datascience to manage object-family {here} where ALL {{target.bucket.name='large'}}",
        f"{service} to manage object-family {here} where ALL {{target.bucket.name='large'}}",
        f"Allow dynamic-group <deployments> to read objects {here} where target.bucket.name='packs'",
        f"Allow dynamic-group <deployments> to use log-content {here}",
        f"Allow dynamic-group <deployments> to read repos {here}",
        f"Allow service datascience to use virtual-network-family {here}",
        f"Allow dynamic-group <deployments> to read objects {here} where target.bucket.name='files'",
    ):
        assert wanted in text.splitlines(), wanted
    assert text.count("objectstorage-eu-frankfurt-1") == 1
