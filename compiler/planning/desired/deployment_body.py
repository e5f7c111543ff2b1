"""CreateModelDeploymentDetails from `spec.deployment`."""

from __future__ import annotations

from compiler.planning.canonical import Body
from compiler.planning.references import MODEL
from compiler.spec.deployment import (
    Autoscaling,
    Container,
    CustomEndpoint,
    Deployment,
    Log,
    Logs,
    QueryScaling,
    Threshold,
    VariableReference,
)

METRICS = {"cpu": "CPU_UTILIZATION", "memory": "MEMORY_UTILIZATION"}
GIGABYTES_PER_OCPU = 16


def create_deployment_details(name: str, spec: Deployment, model_id: str | None = None) -> Body:
    """The body without compartment, project and our tags; `modelId` is a reference unless `model_id` is given."""
    model: Body = {
        "modelId": model_id or MODEL,
        "instanceConfiguration": instance(spec),
        "scalingPolicy": scaling(spec),
        "bandwidthMbps": spec.bandwidth_mbps,
        "maximumBandwidthMbps": spec.maximum_bandwidth_mbps,
    }
    configuration: Body = {
        "deploymentType": "SINGLE_MODEL",
        "modelConfigurationDetails": _some(model),
        "environmentConfigurationDetails": environment(spec),
    }
    body: Body = {
        "displayName": spec.display_name or name,
        "description": spec.description,
        "freeformTags": dict(spec.freeform_tags),
        "definedTags": {space: dict(tags) for space, tags in spec.defined_tags.items()},
        "modelDeploymentConfigurationDetails": configuration,
        "categoryLogDetails": logs(spec.logs),
    }
    return _some(body)


def instance(spec: Deployment) -> Body:
    """InstanceConfiguration: shape, its flexible size, network and capacity reservations."""
    network = spec.network
    body: Body = {
        "instanceShapeName": spec.shape,
        "modelDeploymentInstanceShapeConfigDetails": _shape(spec),
        "capacityReservationIds": list(spec.capacity_reservation_ids),
        "networkAccessType": network.access_type if network else None,
        "subnetId": network.subnet_id if network else None,
        "privateEndpointId": network.private_endpoint_id if network else None,
    }
    return _some(body)


def flexible(shape: str) -> bool:
    """Whether a shape takes OCPUs and memory (ADS 2.16.1 and the console go by the name)."""
    return shape.endswith("Flex")


def scaling(spec: Deployment) -> Body:
    """FIXED_SIZE, or AUTOSCALING with one threshold policy."""
    if spec.autoscaling is None:
        return {"policyType": "FIXED_SIZE", "instanceCount": spec.instances or 1}
    auto = spec.autoscaling
    policy: Body = {
        "autoScalingPolicyType": "THRESHOLD",
        "minimumInstanceCount": auto.min,
        "maximumInstanceCount": auto.max,
        "initialInstanceCount": auto.initial or auto.min,
        "rules": [_rule(auto)],
    }
    return {
        "policyType": "AUTOSCALING",
        "isEnabled": True,
        "coolDownInSeconds": auto.cool_down_in_seconds,
        "autoScalingPolicies": [policy],
    }


def environment(spec: Deployment) -> Body:
    """EnvironmentConfigurationDetails: conda (DEFAULT), or the user's own container."""
    variables = {key: _variable(value) for key, value in spec.environment_variables.items()}
    if spec.web_concurrency is not None:
        variables["WEB_CONCURRENCY"] = str(spec.web_concurrency)
    if spec.container is None:
        return _some({"environmentConfigurationType": "DEFAULT", "environmentVariables": variables})
    return _some({**_container(spec.container), "environmentVariables": variables})


def sensitive_variables(spec: Deployment) -> tuple[str, ...]:
    """Names of the environment variables that the manifest calls sensitive."""
    variables = spec.environment_variables.items()
    return tuple(sorted(key for key, value in variables if isinstance(value, VariableReference) and value.sensitive))


def logs(spec: Logs | None) -> Body:
    """CategoryLogDetails: one log for both categories, or each its own."""
    if spec is None:
        return {}
    both = {"logGroupId": spec.log_group_id, "logId": spec.log_id} if spec.log_group_id and spec.log_id else None
    return _some({"access": _log(spec.access) or both, "predict": _log(spec.predict) or both})


def _shape(spec: Deployment) -> Body:
    if not flexible(spec.shape):
        return {}
    ocpus = spec.ocpus or 1
    return _some(
        {
            "ocpus": ocpus,
            "memoryInGBs": spec.memory_in_gbs or GIGABYTES_PER_OCPU * ocpus,
            "cpuBaseline": spec.cpu_baseline,
        }
    )


def _rule(auto: Autoscaling) -> Body:
    sides = {"scaleInConfiguration": _side(auto.scale_in), "scaleOutConfiguration": _side(auto.scale_out)}
    if isinstance(auto.scale_in, QueryScaling):
        return {"metricExpressionRuleType": "CUSTOM_EXPRESSION", **sides}
    metric = METRICS[auto.metric or "cpu"]
    return {"metricExpressionRuleType": "PREDEFINED_EXPRESSION", "metricType": metric, **sides}


def _side(side: Threshold | QueryScaling) -> Body:
    what = {"query": side.query} if isinstance(side, QueryScaling) else {"threshold": side.threshold}
    return _some(
        {
            "scalingConfigurationType": "QUERY" if isinstance(side, QueryScaling) else "THRESHOLD",
            **what,
            "pendingDuration": side.pending_duration,
            "instanceCountAdjustment": side.instance_count_adjustment,
        }
    )


def _container(spec: Container) -> Body:
    return {
        "environmentConfigurationType": "OCIR_CONTAINER",
        "image": spec.image,
        "imageDigest": spec.digest,
        "imageSignatureId": spec.signature_id,
        "cmd": list(spec.cmd),
        "entrypoint": list(spec.entrypoint),
        "serverPort": spec.server_port,
        "healthCheckPort": spec.health_check_port,
        "predictApiSpecification": spec.predict_api_specification,
        "customHttpEndpoints": [_endpoint(endpoint) for endpoint in spec.custom_http_endpoints],
    }


def _endpoint(spec: CustomEndpoint) -> Body:
    return {"endpointUriSuffix": spec.endpoint_uri_suffix, "httpMethods": list(spec.http_methods)}


def _variable(value: str | VariableReference) -> str:
    return value if isinstance(value, str) else f"${{var.{value.variable}}}"


def _log(spec: Log | None) -> Body | None:
    return {"logGroupId": spec.log_group_id, "logId": spec.log_id} if spec else None


def _some(body: Body) -> Body:
    return {key: value for key, value in body.items() if value not in (None, {}, [])}
