"""CreateModelDeploymentDetails from `spec.deployment`."""

from __future__ import annotations

from typing import Any

from compiler.planning.canonical import Body
from compiler.planning.fields.deployment import DEPLOYMENT
from compiler.planning.fields.field import body_of
from compiler.planning.references import MODEL
from compiler.spec.deployment import Deployment, VariableReference

GIGABYTES_PER_OCPU = 16


def create_deployment_details(name: str, spec: Deployment, model_id: str | None = None) -> Body:
    """The body without compartment, project and our tags; `modelId` is a reference unless `model_id` is given."""
    values: dict[str, Any] = {
        **spec.model_dump(by_alias=True),
        "displayName": spec.display_name or name,
        "deploymentType": "SINGLE_MODEL",
        "modelId": model_id or MODEL,
        "environmentConfigurationType": "OCIR_CONTAINER" if spec.container else "DEFAULT",
        "instances": None if spec.autoscaling else spec.instances or 1,
        **_size(spec),
    }
    return body_of(DEPLOYMENT, values)


def flexible(shape: str) -> bool:
    """Whether a shape takes OCPUs and memory (ADS 2.16.1 and the console go by the name)."""
    return shape.endswith("Flex")


def sensitive_variables(spec: Deployment) -> tuple[str, ...]:
    """Names of the environment variables that the manifest calls sensitive."""
    variables = spec.environment_variables.items()
    return tuple(sorted(key for key, value in variables if isinstance(value, VariableReference) and value.sensitive))


def _size(spec: Deployment) -> Body:
    """The size with its defaults; none for a shape of a fixed one."""
    if not flexible(spec.shape):
        return {"ocpus": None, "memoryInGBs": None, "cpuBaseline": None}
    ocpus = spec.ocpus or 1
    return {"ocpus": ocpus, "memoryInGBs": spec.memory_in_gbs or GIGABYTES_PER_OCPU * ocpus}
