"""Artifacts brought back from the catalog, and resources of others taken over."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from compiler.cloud.datascience.deployments import read_deployment
from compiler.cloud.datascience.models import read_model
from compiler.cloud.pull import pull
from compiler.diagnostics import CompilerError
from compiler.planning.changes.types import Action
from compiler.planning.importing.adoption import adopt
from compiler.planning.importing.fragments import catalog_fragment, deployment_fragment
from testing.archives import zipped
from testing.lab import Lab, Manifest


def foreign_model(lab: Lab, archive: bytes, **more: Any) -> str:
    place, client = lab.connection.place, lab.connection.data_science
    where = {"compartmentId": place.compartment_id, "projectId": place.project_id}
    model = client.create_model({**where, "displayName": "by hand", **more}).data["id"]
    client.create_model_artifact(model, archive, content_disposition='attachment; filename="a.zip"')
    return str(model)


def test_what_was_saved_comes_back(lab: Lab, tmp_path: Path) -> None:
    lab.settled(Manifest())
    (model,), (deployment,) = lab.models(), lab.deployments()
    for number, identifier in enumerate((model.id, deployment.id)):
        found = pull(lab.connection, identifier, tmp_path / f"{number}")
        assert (found.model, found.files, found.checked) == (model.id, 2, True)
        assert found.digest == model.tags["manifact-artifact"] == Manifest().archive()[0]
        assert (found.folder / "factor.txt").read_text() == "2"
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".pull")) == []


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil", "..\\evil"])
def test_nothing_lands_outside(name: str, lab: Lab, tmp_path: Path) -> None:
    model = foreign_model(lab, zipped({"score.py": b"", name: b"x"}))
    refuses(lab, model, tmp_path / "folder", "MF750")
    assert [path.name for path in tmp_path.iterdir() if path.name != ".manifact"] == []


def bomb() -> bytes:
    """More than an archive of a stranger may unpack to, however large it is."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive, archive.open("a", "w") as file:
        for _ in range(257):
            file.write(bytes(1 << 20))
    return buffer.getvalue()


def test_the_limits_of_archives_hold_for_what_somebody_else_saved(lab: Lab, tmp_path: Path) -> None:
    refuses(lab, foreign_model(lab, bomb()), tmp_path / "folder", "MF750")
    assert not (tmp_path / "folder").exists()


def test_the_size_is_that_of_what_was_written(lab: Lab, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("zeros.bin", bytes(1 << 20))
    assert pull(lab.connection, foreign_model(lab, buffer.getvalue()), tmp_path / "folder").size == 1 << 20


@pytest.mark.parametrize("name", ["line\nbreak", "\x1b[31mred"])
def test_names_that_a_terminal_would_obey_are_refused(name: str, lab: Lab, tmp_path: Path) -> None:
    with pytest.raises(CompilerError) as problem:
        pull(lab.connection, foreign_model(lab, zipped({"score.py": b"", name: b"x"})), tmp_path / "folder")
    assert problem.value.diagnostics[0].message.isprintable()


def refuses(lab: Lab, model: str, folder: Path, code: str) -> None:
    with pytest.raises(CompilerError) as problem:
        pull(lab.connection, model, folder)
    assert problem.value.diagnostics[0].code == code


def test_a_file_that_is_not_what_the_list_says(lab: Lab, tmp_path: Path) -> None:
    known = {"score.py": {"sha256": hashlib.sha256(b"good").hexdigest(), "size": 4}}
    listed = json.dumps({"version": 1, "files": known}).encode()
    bad = foreign_model(lab, zipped({"score.py": b"evil", "model_artifact_manifest.json": listed}))
    refuses(lab, bad, tmp_path / "bad", "MF750")
    good = foreign_model(lab, zipped({"score.py": b"good", "model_artifact_manifest.json": listed}))
    assert pull(lab.connection, good, tmp_path / "good").checked


def test_what_is_no_archive_and_what_is_not_there(lab: Lab, tmp_path: Path) -> None:
    refuses(lab, foreign_model(lab, b"no zip at all"), tmp_path / "a", "MF750")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    refuses(lab, foreign_model(lab, zipped({"score.py": b""})), tmp_path / "full", "MF751")
    assert (tmp_path / "full" / "mine.txt").read_text() == "mine"


def test_a_model_of_somebody_else_is_taken_over(lab: Lab, tmp_path: Path) -> None:
    written = Manifest()
    _, archive = written.archive()
    names = {"ModelFileName": "factor.txt", "team": "x"}
    custom = [{"key": key, "value": value, "category": "Other"} for key, value in names.items()]
    details = {
        "description": "theirs",
        "freeformTags": {"cost": "7"},
        "customMetadataList": custom,
        "inputSchema": written.schema,
        "retentionSetting": {"archiveAfterDays": 9, "customerNotificationType": "NONE"},
    }
    model = foreign_model(lab, b"".join(archive.chunks()), **details)
    deployment = serve(lab, model)
    live, serving = read_model(lab.connection, model), read_deployment(lab.connection, deployment)
    found = pull(lab.connection, deployment, tmp_path / "wine")
    imported = Manifest(
        catalog=catalog_fragment(live.body, live.provenance), deployment=deployment_fragment(serving.body)
    )
    imported.catalog.pop("versionSet", None)
    assert found.digest == imported.archive()[0]

    made = adopt(imported.desired(), live, serving, lab.connection.place)
    assert {change.action for change in made.changes} == {Action.ADOPT}
    assert [field.path for change in made.changes for field in change.fields] == []
    before = serving.body["modelDeploymentConfigurationDetails"]
    assert lab.carry_out(made).complete
    for deep in (False, True):
        assert lab.plan(imported, deep=deep).pending == ()
    after = lab.deployments()[0]
    assert after.body["modelDeploymentConfigurationDetails"] == before
    assert lab.models()[0].tags["cost"] == "7"


def serve(lab: Lab, model: str) -> str:
    place, client = lab.connection.place, lab.connection.data_science
    rule = {
        "metricExpressionRuleType": "PREDEFINED_EXPRESSION",
        "metricType": "MEMORY_UTILIZATION",
        "scaleInConfiguration": {"scalingConfigurationType": "THRESHOLD", "threshold": 10, "pendingDuration": "PT3M"},
        "scaleOutConfiguration": {"scalingConfigurationType": "THRESHOLD", "threshold": 90},
    }
    limits = {"minimumInstanceCount": 1, "maximumInstanceCount": 2, "initialInstanceCount": 1, "rules": [rule]}
    policies = [{"autoScalingPolicyType": "THRESHOLD", **limits}]
    scaling = {
        "policyType": "AUTOSCALING",
        "isEnabled": True,
        "coolDownInSeconds": 400,
        "autoScalingPolicies": policies,
    }
    size = {"ocpus": 2.0, "memoryInGBs": 20.0}
    instance = {"instanceShapeName": "VM.Standard.E3.Flex", "modelDeploymentInstanceShapeConfigDetails": size}
    served = {"modelId": model, "instanceConfiguration": instance, "scalingPolicy": scaling, "bandwidthMbps": 15}
    variables = {"environmentConfigurationType": "DEFAULT", "environmentVariables": {"AA": "1"}}
    details = {
        "deploymentType": "SINGLE_MODEL",
        "modelConfigurationDetails": served,
        "environmentConfigurationDetails": variables,
    }
    log = {"logGroupId": "ocid1.loggroup.oc1..g", "logId": "ocid1.log.oc1..l"}
    body = {
        "compartmentId": place.compartment_id,
        "projectId": place.project_id,
        "displayName": "by hand too",
        "modelDeploymentConfigurationDetails": details,
        "categoryLogDetails": {"predict": log},
    }
    deployment = client.create_model_deployment(body).data["id"]
    lab.wait()
    return str(deployment)
