"""Any two manifests in sequence, and any tampering between: one apply mends everything, and then nothing is to do."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.spec.catalog import Catalog
from compiler.spec.deployment import Deployment
from testing.fields import leaves, set_in
from testing.lab import Lab, Manifest, open_at

TAGS = st.dictionaries(st.sampled_from(["team", "cost", "über", "a.b/c"]), st.sampled_from(["", "1", "ß"]), max_size=4)
TEXT = st.sampled_from(["x", "two words", "ünïcode", "${nothing}", "a" * 400])
LOG_ID = st.sampled_from(["ocid1.log.oc1..a", "ocid1.log.oc1..b"])
LOG = st.fixed_dictionaries({"logGroupId": st.just("ocid1.loggroup.oc1..g"), "logId": LOG_ID})
QUERY = 'CpuUtilization[1m]{resourceId = "MODEL_DEPLOYMENT_OCID"}.mean() > '
NAME = TEXT.filter(lambda text: len(text) < 255)


def some(**optional: Any) -> Any:
    """A mapping with any of these fields."""
    return st.fixed_dictionaries({}, optional=optional)


def side(**required: Any) -> Any:
    more = {"pendingDuration": st.just("PT5M"), "instanceCountAdjustment": st.integers(1, 2)}
    return st.fixed_dictionaries({key: st.just(value) for key, value in required.items()}, optional=more)


SIDES = [
    {"scaleIn": side(threshold=20), "scaleOut": side(threshold=80)},
    {"scaleIn": side(query=QUERY + "1"), "scaleOut": side(query=QUERY + "9")},
]
LIMITS = {"min": st.just(1), "max": st.integers(2, 4)}
WAYS = {"initial": st.just(2), "coolDownInSeconds": st.just(600)}
METRIC = {"metric": st.sampled_from(["cpu", "memory"])}
AUTOSCALING = st.one_of(
    st.fixed_dictionaries({**LIMITS, **SIDES[0]}, optional={**WAYS, **METRIC}),
    st.fixed_dictionaries({**LIMITS, **SIDES[1]}, optional=WAYS),
)
CUSTOM = st.fixed_dictionaries(
    {"key": st.sampled_from(["a", "b", "c"]), "value": st.sampled_from(["1", "2"])},
    optional={
        "category": st.sampled_from(["Other", "Performance"]),
        "description": st.just("d"),
        "keywords": st.just(["x", "y"]),
    },
)
DATASET = some(uri=st.just("oci://b@n/x"), rows=st.integers(0, 2), columns=st.integers(0, 2))
NOTIFICATION = st.sampled_from(["NONE", "ALL"])
CATALOG = some(
    displayName=NAME,
    description=TEXT,
    freeformTags=TAGS,
    definedTags=st.dictionaries(st.sampled_from(["ops"]), TAGS.filter(bool)),
    taxonomy=some(
        framework=st.sampled_from(["other", "h2o"]),
        frameworkVersion=st.just("1"),
        algorithm=st.just("A"),
        hyperparameters=st.dictionaries(st.sampled_from(["a", "b"]), st.integers(0, 2), max_size=2),
    ),
    custom=st.lists(CUSTOM, unique_by=lambda item: item["key"]),
    datasets=some(training=DATASET, validation=DATASET),
    provenance=some(trainingScript=st.just("train.py"), trainingId=st.just("ocid1.datasciencejobrun.oc1..a")),
    versionSet=st.just("theirs"),
    versionLabel=st.sampled_from(["one", "two"]),
    backup=st.fixed_dictionaries(
        {"enabled": st.booleans(), "region": st.just("us-ashburn-1")}, optional={"notification": NOTIFICATION}
    ),
    retention=st.fixed_dictionaries(
        {"archiveAfterDays": st.just(3)}, optional={"deleteAfterDays": st.just(5), "notification": NOTIFICATION}
    ),
    keepVersions=st.sampled_from([1, 2, "all"]),
)
ENDPOINT = st.fixed_dictionaries(
    {"endpointUriSuffix": st.sampled_from(["/v1", "/v2"]), "httpMethods": st.sampled_from([["GET"], ["GET", "POST"]])}
)
CONTAINER = st.fixed_dictionaries(
    {"image": st.sampled_from(["fra.ocir.io/n/i:1", "fra.ocir.io/n/i:2"])},
    optional={
        "digest": st.just("sha256:" + "a" * 64),
        "signatureId": st.just("ocid1.sig.oc1..a"),
        "cmd": st.sampled_from([["serve"], ["serve", "--fast"]]),
        "entrypoint": st.just(["sh"]),
        "serverPort": st.sampled_from([5000, 5001]),
        "healthCheckPort": st.just(5000),
        "predictApiSpecification": st.just("openai"),
        "customHttpEndpoints": st.lists(ENDPOINT, max_size=1),
    },
)
NETWORK = st.sampled_from([
    {"accessType": "CUSTOM_NETWORKING", "subnetId": "ocid1.subnet.oc1..a"},
    {"accessType": "CUSTOM_NETWORKING", "subnetId": "ocid1.subnet.oc1..b"},
    {"accessType": "MANAGED_NETWORKING_NO_INTERNET_ACCESS"},
    {"privateEndpointId": "ocid1.pe.oc1..a"},
])  # fmt: skip
SHAPES = st.one_of(
    some(
        shape=st.just("VM.Standard.E3.Flex"),
        ocpus=st.sampled_from([1, 1.0, 2]),
        memoryInGBs=st.sampled_from([16, 32]),
        cpuBaseline=st.sampled_from(["BASELINE_1_8", "BASELINE_1_2"]),
    ),
    st.just({"shape": "VM.Standard2.1"}),
)
SCALING = st.one_of(some(instances=st.integers(1, 3)), st.fixed_dictionaries({"autoscaling": AUTOSCALING}))
BANDWIDTH = st.sampled_from(
    [{}, {"bandwidthMbps": 20}, {"maximumBandwidthMbps": 20}, {"bandwidthMbps": 20, "maximumBandwidthMbps": 40}]
)
REST = some(
    state=st.sampled_from(["active", "inactive", "absent"]),
    displayName=NAME,
    description=TEXT,
    freeformTags=TAGS,
    definedTags=st.dictionaries(st.sampled_from(["ops"]), TAGS.filter(bool)),
    capacityReservationIds=st.just(["ocid1.reservation.oc1..a"]),
    webConcurrency=st.integers(1, 3),
    environmentVariables=st.dictionaries(st.sampled_from(["AA", "BB", "CC"]), st.sampled_from(["", "1", "2"])),
    container=CONTAINER,
    network=NETWORK,
    logs=st.one_of(LOG, some(access=LOG, predict=LOG)),
    ignoreChanges=st.lists(
        st.sampled_from(["instances", "bandwidthMbps", "freeformTags", "environmentVariables", "description"]),
        unique=True,
    ),
    smoke=st.sampled_from(["golden", "off"]),
)
DEPLOYMENT = st.tuples(SHAPES, SCALING, BANDWIDTH, REST).map(
    lambda parts: {k: v for part in parts for k, v in part.items()}
)
MANIFEST = st.fixed_dictionaries(
    {"factor": st.sampled_from([2, 3]), "catalog": CATALOG, "deployment": st.none() | DEPLOYMENT}
)
TAMPERING = st.sampled_from(
    ["nothing", "model", "deployment", "deleted model", "deleted deployment", "deactivated model"]
)


def tamper(lab: Lab, how: str) -> None:
    client = lab.connection.data_science
    models, deployments = lab.models(), lab.deployments()
    if how == "deleted deployment":
        for live in deployments:
            client.delete_model_deployment(live.id)
    elif how == "deleted model" and not deployments:
        client.delete_model(models[-1].id)
    elif how == "deactivated model":
        client.deactivate_model(models[-1].id)
    elif how == "model":
        client.update_model(models[-1].id, {"description": "theirs", "displayName": "theirs"})
    elif how == "deployment" and deployments and deployments[0].state in ("ACTIVE", "INACTIVE"):
        client.update_model_deployment(deployments[0].id, {"description": "theirs", "displayName": "theirs"})
    lab.wait()


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=MANIFEST, second=MANIFEST, how=TAMPERING)
def test_any_manifest_after_any_other(first: Any, second: Any, how: str, blank_store: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        shutil.copytree(blank_store, root)
        with open_at(root) as lab:
            lab.settled(Manifest(**first))
            tamper(lab, how)
            mended = lab.apply(Manifest(**second), deep=True)
            assert mended.complete, mended.diagnostics
            lab.settled(Manifest(**second))
            assert len(lab.deployments()) <= 1
            assert len({live.tags["manifact-artifact"] for live in lab.models()}) == len(lab.models())


def test_a_model_that_somebody_deactivated_is_replaced_first(lab: Lab) -> None:
    """Found by the test above: no setting of a deployment is taken while what it serves is INACTIVE."""
    lab.settled(Manifest(factor=2, deployment={"ocpus": 1}))
    lab.connection.data_science.deactivate_model(lab.models()[0].id)
    lab.settled(Manifest(factor=3, deployment={"ocpus": 2, "bandwidthMbps": 20}))
    assert [live.state for live in lab.deployments()] == ["ACTIVE"]


NOT_DRAWN = {
    "catalog": {
        "byReference": "needs a bucket: test_by_reference.py",
        "staging.uri": "needs a bucket: test_every_field.py",
        "staging.keep": "likewise",
        "staging.always": "likewise",
        "custom[].artifact": "needs a file: test_custom_metadata_files.py",
    },
    "deployment": {
        "protect": "refuses what the next manifest may ask: test_refusals.py",
        "environmentVariables.*.variable": "needs a target's variables: test_refusals.py",
        "environmentVariables.*.sensitive": "likewise",
        "smoke.request": "needs a file: test_smoke_request.py",
    },
}


@pytest.mark.parametrize(
    ("strategy", "spec"), [(CATALOG, Catalog), (DEPLOYMENT, Deployment)], ids=["catalog", "deployment"]
)
def test_every_field_is_drawn(strategy: Any, spec: Any) -> None:
    known, drawn = leaves(spec), set()

    @settings(max_examples=400, derandomize=True, database=None)
    @given(strategy)
    def draw(value: Any) -> None:
        spec.model_validate(value)
        drawn.update(path for path, _ in set_in(value, known))

    draw()
    assert known - drawn == set(NOT_DRAWN[spec.__name__.lower()])
