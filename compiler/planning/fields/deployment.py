"""The fields of `spec.deployment`. A new one is a row here and a field of `compiler.spec.deployment.Deployment`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler.planning.canonical import Body, Path
from compiler.planning.fields.field import Field, Owned, plain, unsaid
from compiler.planning.fields.scaling import autoscaling_of, autoscaling_policy, fixed_size, instances_of

DETAILS = "modelDeploymentConfigurationDetails"
MODEL: Path = (DETAILS, "modelConfigurationDetails")
MODEL_ID: Path = (*MODEL, "modelId")
INSTANCE: Path = (*MODEL, "instanceConfiguration")
SIZE: Path = (*INSTANCE, "modelDeploymentInstanceShapeConfigDetails")
SCALING: Path = (*MODEL, "scalingPolicy")
ENVIRONMENT: Path = (DETAILS, "environmentConfigurationDetails")
VARIABLES: Path = (*ENVIRONMENT, "environmentVariables")
LOGS: Path = ("categoryLogDetails",)


def _variables(written: Mapping[str, Any]) -> Body:
    """Environment variables; a reference to a manifact variable as its placeholder."""
    return {
        name: value if isinstance(value, str) else f"${{var.{value['variable']}}}" for name, value in written.items()
    }


def _logs(written: Mapping[str, Any]) -> Body:
    """CategoryLogDetails: one log for both categories, or each its own."""
    one = {key: written[key] for key in ("logGroupId", "logId") if written[key]}
    both = one if len(one) > 1 else None
    logs = {name: plain(written[name]) or both for name in ("access", "predict")}
    return {name: log for name, log in logs.items() if log}


DEPLOYMENT: tuple[Field, ...] = (
    Field("displayName", ("displayName",), "identity"),
    Field("description", ("description",), "identity", cleared="", ignored_as="description", owned=Owned.SETTABLE),
    Field("freeformTags", ("freeformTags",), "identity", ignored_as="freeformTags"),
    Field("definedTags", ("definedTags",), "identity", cleared={}, ignored_as="definedTags"),
    Field("deploymentType", (DETAILS, "deploymentType"), decode=unsaid),
    Field("modelId", MODEL_ID, "model", decode=unsaid),
    Field("shape", (*INSTANCE, "instanceShapeName"), "compute"),
    Field("ocpus", (*SIZE, "ocpus"), "compute", owned=Owned.ALWAYS),
    Field("memoryInGBs", (*SIZE, "memoryInGBs"), "compute", owned=Owned.ALWAYS),
    Field("cpuBaseline", (*SIZE, "cpuBaseline"), "compute", owned=Owned.SETTABLE),
    Field("capacityReservationIds", (*INSTANCE, "capacityReservationIds"), "compute", cleared=[], owned=Owned.SETTABLE),
    Field("network.accessType", (*INSTANCE, "networkAccessType"), "compute"),
    Field("network.subnetId", (*INSTANCE, "subnetId"), "compute"),
    Field("network.privateEndpointId", (*INSTANCE, "privateEndpointId"), "compute"),
    Field("instances", SCALING, "compute", fixed_size, instances_of, ignored_as="instances", owned=Owned.ALWAYS),
    Field(
        "autoscaling",
        SCALING,
        "compute",
        autoscaling_policy,
        autoscaling_of,
        ignored_as="instances",
        owned=Owned.ALWAYS,
    ),
    Field("bandwidthMbps", (*MODEL, "bandwidthMbps"), "bandwidth", ignored_as="bandwidthMbps"),
    Field(
        "maximumBandwidthMbps",
        (*MODEL, "maximumBandwidthMbps"),
        "bandwidth",
        cleared=None,
        ignored_as="bandwidthMbps",
        owned=Owned.SETTABLE,
    ),
    Field("environmentConfigurationType", (*ENVIRONMENT, "environmentConfigurationType"), "environment", decode=unsaid),
    Field("container.image", (*ENVIRONMENT, "image"), "environment"),
    Field("container.digest", (*ENVIRONMENT, "imageDigest"), "environment"),
    Field("container.signatureId", (*ENVIRONMENT, "imageSignatureId"), "environment"),
    Field("container.cmd", (*ENVIRONMENT, "cmd"), "environment", cleared=[]),
    Field("container.entrypoint", (*ENVIRONMENT, "entrypoint"), "environment", cleared=[]),
    Field("container.serverPort", (*ENVIRONMENT, "serverPort"), "environment"),
    Field("container.healthCheckPort", (*ENVIRONMENT, "healthCheckPort"), "environment"),
    Field("container.predictApiSpecification", (*ENVIRONMENT, "predictApiSpecification"), "environment"),
    Field("container.customHttpEndpoints", (*ENVIRONMENT, "customHttpEndpoints"), "environment", cleared=[]),
    Field(
        "environmentVariables",
        VARIABLES,
        "environment",
        _variables,
        cleared={},
        ignored_as="environmentVariables",
        owned=Owned.ALWAYS,
    ),
    Field("webConcurrency", (*VARIABLES, "WEB_CONCURRENCY"), "environment", str, unsaid),
    Field("logs", LOGS, "logging", _logs, cleared={}, owned=Owned.ALWAYS),
)
"""In the order of the request body."""

OUTSIDE = frozenset({"state", "protect", "ignoreChanges", "smoke"})
"""Fields of `spec.deployment` that are in no request body."""
WHOLE_OBJECTS: tuple[Path, ...] = (ENVIRONMENT, INSTANCE)
"""An update replaces these as a whole (SDK 2.189 docstring)."""
PARTS_CLEARED: Mapping[Path, Any] = {(*LOGS, "access"): {}, (*LOGS, "predict"): {}, SIZE: {}}
"""As `Field.cleared`, for objects that are part of a field or hold several."""
