"""Live bodies -> manifest: the inverse of `bodies_model` and `bodies_deployment`, for import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler.planning.canonical import Body, normal
from compiler.planning.changes.by_reference import recorded_location
from compiler.planning.desired.deployment_body import METRICS
from compiler.planning.live.last_applied import OUR_METADATA
from compiler.planning.tags import foreign

_METRIC_NAMES = {value: key for key, value in METRICS.items()}


def catalog_fragment(record: Mapping[str, Any], provenance: Mapping[str, Any] | None = None) -> Body:
    """`spec.catalog` of a live model; metadata with attached files keeps its values only."""
    backup, retention = record.get("backupSetting") or {}, record.get("retentionSetting") or {}
    items = [item for item in record.get("customMetadataList") or () if item["key"] not in OUR_METADATA]
    fragment = {
        **_common(record),
        "custom": [_custom(item) for item in items],
        "versionSet": record.get("modelVersionSetName"),
        "versionLabel": record.get("versionLabel"),
        "provenance": {key: (provenance or {}).get(key) for key in ("trainingScript", "trainingId")},
        "backup": backup
        and {
            "enabled": backup.get("isBackupEnabled"),
            "region": backup.get("backupRegion"),
            "notification": backup.get("customerNotificationType"),
        },
        "retention": retention
        and {
            "archiveAfterDays": retention.get("archiveAfterDays"),
            "deleteAfterDays": retention.get("deleteAfterDays"),
            "notification": retention.get("customerNotificationType"),
        },
        **_by_reference(record),
    }
    return _clean(fragment)


def deployment_fragment(record: Mapping[str, Any]) -> Body:
    """`spec.deployment` of a live deployment. Its environment variables are plain text: look for secrets in them."""
    details = record["modelDeploymentConfigurationDetails"]
    model, environment = details["modelConfigurationDetails"], details.get("environmentConfigurationDetails") or {}
    instance = model.get("instanceConfiguration") or {}
    size = instance.get("modelDeploymentInstanceShapeConfigDetails") or {}
    fragment = {
        **_common(record),
        "state": "inactive" if record.get("lifecycleState") == "INACTIVE" else None,
        "shape": instance.get("instanceShapeName"),
        **{key: size.get(key) for key in ("ocpus", "memoryInGBs", "cpuBaseline")},
        "capacityReservationIds": instance.get("capacityReservationIds"),
        **_scaling(model.get("scalingPolicy") or {}),
        "bandwidthMbps": model.get("bandwidthMbps"),
        "maximumBandwidthMbps": model.get("maximumBandwidthMbps"),
        "environmentVariables": environment.get("environmentVariables"),
        "container": _container(environment),
        "network": {
            "accessType": instance.get("networkAccessType"),
            "subnetId": instance.get("subnetId"),
            "privateEndpointId": instance.get("privateEndpointId"),
        },
        "logs": record.get("categoryLogDetails"),
    }
    return _clean(fragment)


def _by_reference(record: Mapping[str, Any]) -> Body:
    """Where our own by-reference models have their files; of others nobody knows it."""
    where = recorded_location(record) if record.get("isModelByReference") else None
    if where is None:
        return {}
    start = "".join(f"{part}/" for part in where.prefix.split("/")[:-5])
    return {
        "byReference": True,
        "staging": {"uri": f"oci://{where.bucket}@{where.namespace}/{start}", "keep": where.keep or None},
    }


def _common(record: Mapping[str, Any]) -> Body:
    return {
        "displayName": record.get("displayName"),
        "description": record.get("description"),
        "freeformTags": foreign(record.get("freeformTags") or {}),
        "definedTags": record.get("definedTags"),
    }


def _custom(item: Mapping[str, Any]) -> Body:
    return {key: item.get(key) for key in ("key", "value", "category", "description", "keywords")}


def _scaling(policy: Mapping[str, Any]) -> Body:
    if policy.get("policyType") != "AUTOSCALING":
        return {"instances": policy.get("instanceCount")}
    limits = policy["autoScalingPolicies"][0]
    rule = limits["rules"][0]
    return {
        "autoscaling": {
            "min": limits.get("minimumInstanceCount"),
            "max": limits.get("maximumInstanceCount"),
            "initial": limits.get("initialInstanceCount"),
            "coolDownInSeconds": policy.get("coolDownInSeconds"),
            "metric": _METRIC_NAMES.get(rule.get("metricType", "")),
            "scaleIn": _side(rule["scaleInConfiguration"]),
            "scaleOut": _side(rule["scaleOutConfiguration"]),
        }
    }


def _side(side: Mapping[str, Any]) -> Body:
    return {key: value for key, value in side.items() if key != "scalingConfigurationType"}


def _container(environment: Mapping[str, Any]) -> Body:
    if environment.get("environmentConfigurationType") != "OCIR_CONTAINER":
        return {}
    names = {"digest": "imageDigest", "signatureId": "imageSignatureId"}
    same = ("image", "cmd", "entrypoint", "serverPort", "healthCheckPort", "predictApiSpecification")
    return {
        **{key: environment.get(key) for key in (*same, "customHttpEndpoints")},
        **{ours: environment.get(theirs) for ours, theirs in names.items()},
    }


def _clean(fragment: Mapping[str, Any]) -> Body:
    """Without what is absent; sub-mappings that hold nothing go as well."""
    found: Body = normal(fragment)
    return found
