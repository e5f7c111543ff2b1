"""ScalingPolicy: a fixed number of instances, or autoscaling with one threshold policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler.planning.canonical import Body

METRICS = {"cpu": "CPU_UTILIZATION", "memory": "MEMORY_UTILIZATION"}
_METRIC_NAMES = {value: key for key, value in METRICS.items()}
_SIDES = {"scaleIn": "scaleInConfiguration", "scaleOut": "scaleOutConfiguration"}


def fixed_size(instances: int) -> Body:
    """FIXED_SIZE of so many instances."""
    return {"policyType": "FIXED_SIZE", "instanceCount": instances}


def instances_of(policy: Mapping[str, Any]) -> Any:
    """`instances` of a policy that does not scale."""
    return None if policy.get("policyType") == "AUTOSCALING" else policy.get("instanceCount")


def autoscaling_policy(auto: Mapping[str, Any]) -> Body:
    """AUTOSCALING as `autoscaling` says."""
    policy: Body = {
        "autoScalingPolicyType": "THRESHOLD",
        "minimumInstanceCount": auto["min"],
        "maximumInstanceCount": auto["max"],
        "initialInstanceCount": auto["initial"] or auto["min"],
        "rules": [_rule(auto)],
    }
    return {
        "policyType": "AUTOSCALING",
        "isEnabled": True,
        "coolDownInSeconds": auto["coolDownInSeconds"],
        "autoScalingPolicies": [policy],
    }


def autoscaling_of(policy: Mapping[str, Any]) -> Body | None:
    """`autoscaling` of a policy with one rule; None where it does not scale."""
    if policy.get("policyType") != "AUTOSCALING":
        return None
    limits = policy["autoScalingPolicies"][0]
    rule = limits["rules"][0]
    return {
        "min": limits.get("minimumInstanceCount"),
        "max": limits.get("maximumInstanceCount"),
        "initial": limits.get("initialInstanceCount"),
        "coolDownInSeconds": policy.get("coolDownInSeconds"),
        "metric": _METRIC_NAMES.get(rule.get("metricType", "")),
        **{
            ours: {key: value for key, value in rule[theirs].items() if key != "scalingConfigurationType"}
            for ours, theirs in _SIDES.items()
        },
    }


def _rule(auto: Mapping[str, Any]) -> Body:
    sides = {theirs: _side(auto[ours]) for ours, theirs in _SIDES.items()}
    if "query" in auto["scaleIn"]:
        return {"metricExpressionRuleType": "CUSTOM_EXPRESSION", **sides}
    metric = METRICS[auto["metric"] or "cpu"]
    return {"metricExpressionRuleType": "PREDEFINED_EXPRESSION", "metricType": metric, **sides}


def _side(side: Mapping[str, Any]) -> Body:
    what = "query" if "query" in side else "threshold"
    names = (what, "pendingDuration", "instanceCountAdjustment")
    kept = {name: side[name] for name in names if side[name] is not None}
    return {"scalingConfigurationType": what.upper(), **kept}
