"""Models and deployments without our tags: made by plain calls of the SDK on the project's embedded OCI."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from compiler.cloud.connect.connection import Connection, connect
from compiler.cloud.connect.watch import WaitOptions
from compiler.cloud.datascience.waiters import await_deployment
from compiler.spec.project import Target
from testing.archives import zipped
from testing.waiting import LONG

SCORE = b"""
def load_model(model_file_name="factor.txt"):
    return 2.0


def predict(data, model=load_model()):
    return {"prediction": [row["x"] * model for row in data]}
"""
RUNTIME = b"""
MODEL_ARTIFACT_VERSION: '3.0'
MODEL_DEPLOYMENT:
  INFERENCE_CONDA_ENV:
    INFERENCE_ENV_PATH: oci://packs@cellar/pack
    INFERENCE_ENV_SLUG: pack
    INFERENCE_ENV_TYPE: published
    INFERENCE_PYTHON_VERSION: '3.11'
"""
FILES = {"score.py": SCORE, "runtime.yaml": RUNTIME, "factor.txt": b"2"}
SHAPE = {"instanceShapeName": "VM.Standard2.1"}


@contextmanager
def cloud(root: Path, project: str = "cellar") -> Iterator[Connection]:
    with connect("local", Target(), root=root, project=project) as connection:
        yield connection


def where(connection: Connection) -> dict[str, str]:
    return {"compartmentId": connection.place.compartment_id, "projectId": connection.place.project_id}


def make_model(connection: Connection, files: dict[str, bytes] | None = None, **details: Any) -> str:
    client = connection.data_science
    body = {**where(connection), "displayName": "By Hand", **details}
    model = client.create_model(body).data["id"]
    content = zipped(FILES if files is None else files)
    client.create_model_artifact(model, content, content_disposition='attachment; filename="a.zip"')
    return str(model)


def begin_deployment(connection: Connection, model: str, environment: Any = None, **details: Any) -> str:
    served: dict[str, Any] = {
        "modelId": model,
        "instanceConfiguration": SHAPE,
        "scalingPolicy": {"policyType": "FIXED_SIZE", "instanceCount": 1},
    }
    configuration: dict[str, Any] = {"deploymentType": "SINGLE_MODEL", "modelConfigurationDetails": served}
    if environment is not None:
        kind = {"environmentConfigurationType": "DEFAULT"}
        configuration["environmentConfigurationDetails"] = {**kind, "environmentVariables": environment}
    body: dict[str, Any] = {**where(connection), "displayName": "served by hand"}
    body["modelDeploymentConfigurationDetails"] = configuration
    return str(connection.data_science.create_model_deployment({**body, **details}).data["id"])


def make_deployment(connection: Connection, model: str, environment: Any = None, **details: Any) -> str:
    made = begin_deployment(connection, model, environment, **details)
    await_deployment(connection, made, None, WaitOptions(timeout=LONG))
    return made


def remove(root: Path) -> None:
    """Delete every deployment, so that no process is left."""
    with cloud(root) as connection:
        client = connection.data_science
        for item in client.list_model_deployments(connection.place.compartment_id).data:
            if item["lifecycleState"] not in ("DELETED", "DELETING"):
                client.delete_model_deployment(item["id"])
