"""What a model deployment may look like, and what of it may be changed at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from compiler.localcloud.datascience.deployments.shapes import check_instance
from compiler.localcloud.http import errors
from compiler.localcloud.store.records import JsonObject

TYPES = ("SINGLE_MODEL", "SINGLE_MODEL_FLEX")
MAX_ENVIRONMENT_BYTES = 2048  # SDK 2.189 docstring of environmentVariables
MIN_BANDWIDTH = 10
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,29}[A-Za-z0-9]\Z")
CONFIGURATION = "modelDeploymentConfigurationDetails"
MODEL = "modelConfigurationDetails"
INFRASTRUCTURE = "infrastructureConfigurationDetails"
ENVIRONMENT = "environmentConfigurationDetails"
LOGS = "categoryLogDetails"


def check_configuration(configuration: JsonObject) -> None:
    """400 for what the service would refuse of `modelDeploymentConfigurationDetails`."""
    if configuration.get("deploymentType") not in TYPES:
        raise errors.invalid_parameter(f"deploymentType must be one of {', '.join(TYPES)} on the embedded OCI")
    model = _object(configuration, MODEL)
    if not isinstance(model.get("modelId"), str):
        raise errors.missing_parameter(f"{MODEL}.modelId")
    infrastructure = _object(configuration, INFRASTRUCTURE) if is_flexible(configuration) else model
    check_instance(_object(infrastructure, "instanceConfiguration"))
    _check_scaling(infrastructure.get("scalingPolicy"))
    _check_bandwidth(infrastructure)
    _check_environment(environment_variables(configuration))


def is_flexible(configuration: Mapping[str, Any]) -> bool:
    """Whether the infrastructure is described beside the model (SINGLE_MODEL_FLEX) and not with it."""
    return configuration.get("deploymentType") == "SINGLE_MODEL_FLEX"


def is_container(configuration: Mapping[str, Any]) -> bool:
    """Whether the deployment brings its own container."""
    return (configuration.get(ENVIRONMENT) or {}).get("environmentConfigurationType") == "OCIR_CONTAINER"


def model_of(configuration: Mapping[str, Any]) -> str:
    """The id of the model that is served."""
    return str(configuration[MODEL]["modelId"])


def environment_variables(configuration: Mapping[str, Any]) -> dict[str, str]:
    """The environment variables asked for."""
    return dict((configuration.get(ENVIRONMENT) or {}).get("environmentVariables") or {})


def instance_count(configuration: Mapping[str, Any]) -> int:
    """How many instances there are at first."""
    holder = configuration.get(INFRASTRUCTURE if is_flexible(configuration) else MODEL) or {}
    policy = holder.get("scalingPolicy") or {}
    if policy.get("policyType") == "AUTOSCALING":
        return int(policy["autoScalingPolicies"][0].get("initialInstanceCount", 1))
    return int(policy.get("instanceCount", 1))


def merged(current: JsonObject, change: JsonObject) -> JsonObject:
    """The deployment after an update: absent fields stay, within the configuration as well; an empty log goes."""
    result = {**current, **{name: value for name, value in change.items() if name != CONFIGURATION}}
    if LOGS in change:
        result[LOGS] = {name: log for name, log in change[LOGS].items() if log}
    wanted = change.get(CONFIGURATION)
    if wanted is None:
        return result
    before = current[CONFIGURATION]
    if wanted.get("deploymentType", before["deploymentType"]) != before["deploymentType"]:
        raise errors.invalid_parameter("deploymentType cannot be updated; replace the model deployment")
    after = {**before, **{name: value for name, value in wanted.items() if value is not None}}
    for part in (MODEL, INFRASTRUCTURE):
        if isinstance(wanted.get(part), dict):
            after[part] = {**(before.get(part) or {}), **wanted[part]}
    result[CONFIGURATION] = after
    return result


def changed_groups(before: JsonObject, after: JsonObject) -> list[str]:
    """The option groups in which two states of a deployment differ; tags belong to none (OCI docs: model-dep-edit)."""
    old, new = _filled(_groups(before)), _filled(_groups(after))
    return [name for name in {**old, **new} if old.get(name) != new.get(name)]


def _filled(value: Any) -> Any:
    """The value without members that are absent or empty: both say the same."""
    if not isinstance(value, dict):
        return value
    kept = {name: _filled(item) for name, item in value.items()}
    return {name: item for name, item in kept.items() if item not in (None, {}, [])}


def _groups(body: JsonObject) -> dict[str, Any]:
    configuration = body[CONFIGURATION]
    holder = dict(configuration.get(INFRASTRUCTURE if is_flexible(configuration) else MODEL) or {})
    holder.pop("modelId", None)
    bandwidth = [holder.pop(name, None) for name in ("bandwidthMbps", "maximumBandwidthMbps")]
    environment = configuration.get(ENVIRONMENT) or {}
    container = environment if is_container(configuration) else None
    return {
        "name and description": [body.get("displayName"), body.get("description")],
        "environment variables": None if container else environment,
        "model": model_of(configuration),
        "compute": holder,
        "logging": body.get(LOGS) or {},
        "bandwidth or container": [bandwidth, container],
    }


def _object(holder: JsonObject, name: str) -> JsonObject:
    value = holder.get(name)
    if not isinstance(value, dict):
        raise errors.missing_parameter(name)
    return value


def _check_scaling(policy: JsonObject | None) -> None:
    if policy is None:
        return
    if policy.get("policyType") == "FIXED_SIZE":
        if not isinstance(policy.get("instanceCount"), int) or policy["instanceCount"] < 1:
            raise errors.invalid_parameter("scalingPolicy.instanceCount must be at least 1")
    elif policy.get("policyType") == "AUTOSCALING":
        if not policy.get("autoScalingPolicies"):
            raise errors.missing_parameter("scalingPolicy.autoScalingPolicies")
        if int(policy.get("coolDownInSeconds") or 300) < 300:
            raise errors.invalid_parameter("scalingPolicy.coolDownInSeconds must be at least 300")
    else:
        raise errors.invalid_parameter("scalingPolicy.policyType must be FIXED_SIZE or AUTOSCALING")


def _check_bandwidth(holder: JsonObject) -> None:
    least, most = holder.get("bandwidthMbps"), holder.get("maximumBandwidthMbps")
    if least is not None and least < MIN_BANDWIDTH:
        raise errors.invalid_parameter(f"bandwidthMbps must be at least {MIN_BANDWIDTH}")
    if least is not None and most is not None and not least < most <= 2 * least:
        raise errors.invalid_parameter("maximumBandwidthMbps must be above bandwidthMbps and at most twice as much")


def _check_environment(variables: dict[str, str]) -> None:
    for name, value in variables.items():
        if not _VARIABLE.match(name) or not isinstance(value, str):
            raise errors.invalid_parameter(
                f"{name} is no valid environment variable: letters, digits and _, 2 to 31 characters"
            )
    if sum(len(name) + len(value) for name, value in variables.items()) >= MAX_ENVIRONMENT_BYTES:
        raise errors.invalid_parameter(
            f"The environment variables must be under {MAX_ENVIRONMENT_BYTES} bytes together"
        )
