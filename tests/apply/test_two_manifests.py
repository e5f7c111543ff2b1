"""Any two manifests in sequence, and any tampering between: one apply mends everything, and then nothing is to do."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TAGS = st.dictionaries(st.sampled_from(["team", "cost", "über", "a.b/c"]), st.sampled_from(["", "1", "ß"]), max_size=4)
TEXT = st.sampled_from(["x", "two words", "ünïcode", "${nothing}", "a" * 400])
LOG_ID = st.sampled_from(["ocid1.log.oc1..a", "ocid1.log.oc1..b"])
LOG = st.fixed_dictionaries({"logGroupId": st.just("ocid1.loggroup.oc1..g"), "logId": LOG_ID})
SIDES = {"scaleIn": st.just({"threshold": 20}), "scaleOut": st.just({"threshold": 80})}
AUTOSCALING = st.fixed_dictionaries(
    {"min": st.just(1), "max": st.integers(2, 4), **SIDES},
    optional={"metric": st.sampled_from(["cpu", "memory"]), "coolDownInSeconds": st.just(600)},
)  # fmt: skip
CATALOG = st.fixed_dictionaries(
    {},
    optional={
        "displayName": TEXT.filter(lambda text: len(text) < 255),
        "description": TEXT,
        "freeformTags": TAGS,
        "definedTags": st.dictionaries(st.sampled_from(["ops"]), TAGS.filter(bool)),
        "custom": st.lists(st.sampled_from(["a", "b", "c"]), unique=True).map(
            lambda keys: [{"key": key, "value": key * 2} for key in keys]
        ),
        "versionLabel": st.sampled_from(["one", "two"]),
        "retention": st.just({"archiveAfterDays": 3}),
        "keepVersions": st.sampled_from([1, 2, "all"]),
        "provenance": st.just({"trainingScript": "train.py"}),
    },
)
DEPLOYMENT = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from(["active", "inactive", "absent"]),
        "description": TEXT,
        "freeformTags": TAGS,
        "ocpus": st.sampled_from([1, 1.0, 2]),
        "bandwidthMbps": st.sampled_from([10, 20]),
        "maximumBandwidthMbps": st.just(20).filter(bool),
        "environmentVariables": st.dictionaries(st.sampled_from(["AA", "BB", "CC"]), st.sampled_from(["", "1", "2"])),
        "webConcurrency": st.integers(1, 3),
        "autoscaling": AUTOSCALING,
        "logs": st.one_of(LOG, st.fixed_dictionaries({"access": LOG}), st.fixed_dictionaries({"predict": LOG})),
        "container": st.fixed_dictionaries({"image": st.sampled_from(["fra.ocir.io/n/i:1", "fra.ocir.io/n/i:2"])}),
        "network": st.just({"accessType": "CUSTOM_NETWORKING", "subnetId": "ocid1.subnet.oc1..a"}),
    },
).filter(lambda found: not (found.get("maximumBandwidthMbps") and found.get("bandwidthMbps") == 20))
MANIFEST = st.fixed_dictionaries(
    {"factor": st.sampled_from([2, 3]), "catalog": CATALOG, "deployment": st.none() | DEPLOYMENT}
)
TAMPERING = st.sampled_from(
    ["nothing", "model", "deployment", "deleted model", "deleted deployment", "deactivated model"]
)


def tamper(lab: Any, how: str) -> None:
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
def test_any_manifest_after_any_other(first: Any, second: Any, how: str, kit: Any, blank_store: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        shutil.copytree(blank_store, root)
        with kit.open_at(root) as lab:
            lab.settled(kit.Manifest(**first))
            tamper(lab, how)
            mended = lab.apply(kit.Manifest(**second), deep=True)
            assert mended.complete, mended.diagnostics
            lab.settled(kit.Manifest(**second))
            assert len(lab.deployments()) <= 1
            assert len({live.tags["manifact-artifact"] for live in lab.models()}) == len(lab.models())
