"""The `oci` command-line client lives a model's life against the embedded OCI.

The client pins other versions than we do, so it lives in a virtual environment of its own: MANIFACT_OCI_CLI names its
executable (`python -m venv cli && cli/bin/pip install oci-cli`), else `oci` on the path is used.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

OCI = os.environ.get("MANIFACT_OCI_CLI") or shutil.which("oci")
SCORE = "def load_model(): return 2\ndef predict(data, model=load_model()): return {'prediction': data['x'] * model}\n"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(OCI is None, reason="the oci command-line client is not installed")]


@pytest.fixture
def oci(served, tmp_path: Path) -> Callable[..., Any]:
    """Runs the client; answers `data` of its JSON."""
    config = tmp_path / "config"
    lines = [f"{name}={value}" for name, value in served.cloud.sdk_config().items()]
    config.write_text("\n".join(["[DEFAULT]", *lines, ""]))
    config.chmod(0o600)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "OCI_CLI_CONFIG_FILE": str(config),
        "SUPPRESS_LABEL_WARNING": "True",
    }

    def run(*arguments: str) -> Any:
        # raw-request names its whole target and refuses an endpoint
        endpoint = {} if arguments[0] == "raw-request" else {"OCI_CLI_ENDPOINT": served.url}
        done = subprocess.run(
            [OCI, *arguments], env=environment | endpoint, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout).get("data") if done.stdout.startswith("{") else done.stdout

    return run


def test_the_life_of_a_model(oci, served, tmp_path: Path) -> None:
    compartment = ("--compartment-id", served.cloud.compartment_id)
    waiting = ("--wait-for-state", "SUCCEEDED", "--wait-for-state", "FAILED", "--wait-interval-seconds", "1")
    science = "data-science"
    archive = tmp_path / "artifact.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("score.py", SCORE)

    project = oci(science, "project", "create", *compartment, "--display-name", "cellar")["id"]
    group = oci(science, "model-version-set", "create", *compartment, "--project-id", project, "--name", "wines")["id"]
    model = oci(
        *(science, "model", "create", *compartment, "--project-id", project, "--display-name", "wine"),
        *("--model-version-set-id", group, "--freeform-tags", '{"a": "b"}'),
    )["id"]
    oci(science, "model", "create-model-provenance", "--model-id", model, "--git-branch", "main")
    oci(science, "model", "create-model-artifact", "--model-id", model, "--model-artifact-file", str(archive))
    copy = tmp_path / "copy.zip"
    oci(science, "model", "get-artifact-content", "--model-id", model, "--file", str(copy))
    assert copy.read_bytes() == archive.read_bytes()
    assert [m["id"] for m in oci(science, "model", "list", *compartment, "--all")] == [model]

    configuration = {
        "deploymentType": "SINGLE_MODEL",
        "modelConfigurationDetails": {
            "modelId": model,
            "instanceConfiguration": {"instanceShapeName": "VM.Standard.E4.Flex"},
            "scalingPolicy": {"policyType": "FIXED_SIZE", "instanceCount": 1},
            "bandwidthMbps": 10,
        },
    }
    details = ("--model-deployment-configuration-details", json.dumps(configuration))
    work = oci(science, "model-deployment", "create", *compartment, "--project-id", project, *details, *waiting)
    assert work["status"] == "SUCCEEDED"
    identifier = work["resources"][0]["identifier"]
    deployment = oci(science, "model-deployment", "get", "--model-deployment-id", identifier)
    assert deployment["lifecycle-state"] == "ACTIVE"
    for url in (deployment["model-deployment-url"], f"{served.url}/{identifier}"):
        target = ("--target-uri", f"{url}/predict", "--http-method", "POST", "--request-body", '{"x": 21}')
        assert oci("raw-request", *target) == {"prediction": 42}
    logs = oci(science, "work-request", "list-work-request-logs", "--work-request-id", work["id"])
    assert logs[-1]["message"].endswith("succeeded.")

    oci("os", "bucket", "create", "--name", "wines", *compartment)
    oci("os", "object", "put", "--bucket-name", "wines", "--file", str(archive), "--name", "a/b.zip")
    assert oci("os", "object", "list", "--bucket-name", "wines")[0]["name"] == "a/b.zip"
    second = oci(science, "model", "create", *compartment, "--project-id", project)["id"]
    source = {
        "artifactSourceType": "ORACLE_OBJECT_STORAGE",
        "namespace": "local",
        "sourceBucket": "wines",
        "sourceObjectName": "a/b.zip",
        "sourceRegion": "local",
    }
    exported = oci(
        *(science, "model", "export-model-artifact", "--model-id", second),
        *("--artifact-export-details", json.dumps(source), *waiting),
    )
    assert exported["status"] == "SUCCEEDED"

    deleted = oci(science, "model-deployment", "delete", "--model-deployment-id", identifier, "--force", *waiting)
    assert deleted["status"] == "SUCCEEDED"
    for each in (model, second):
        oci(science, "model", "delete", "--model-id", each, "--force")
    oci(science, "model-version-set", "delete", "--model-version-set-id", group, "--force")
    oci(science, "project", "delete", "--project-id", project, "--force")
