"""A deployment in a few words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def deployment_summary(body: Mapping[str, Any]) -> str:
    """`VM.Standard.E4.Flex 1 OCPU 16 GB x1` of a deployment's body."""
    model = body.get("modelDeploymentConfigurationDetails", {}).get("modelConfigurationDetails", {})
    instance = model.get("instanceConfiguration", {})
    size = instance.get("modelDeploymentInstanceShapeConfigDetails", {})
    parts = [str(instance.get("instanceShapeName", ""))]
    if size:
        parts.append(f"{size.get('ocpus', 1):g} OCPU {size.get('memoryInGBs', 16):g} GB")
    return " ".join([*parts, _instances(model.get("scalingPolicy") or {})])


def _instances(policy: Mapping[str, Any]) -> str:
    if policy.get("policyType") == "AUTOSCALING":
        limits = (policy.get("autoScalingPolicies") or [{}])[0]
        return f"x{limits.get('minimumInstanceCount', '?')}-{limits.get('maximumInstanceCount', '?')}"
    return f"x{policy.get('instanceCount', 1)}"
