"""Limits of a deployment, checked at compile with the manifest's line."""

from __future__ import annotations

import re

from compiler.diagnostics import Pointer, Report
from compiler.planning.limits.shapes import check_shape
from compiler.planning.secret_detection import looks_secret
from compiler.spec.deployment import Autoscaling, Container, Deployment, Network, QueryScaling, Threshold

ENVIRONMENT_BYTES = 2_048
"""Names and values together stay below this (SDK 2.189 docstring); likewise CMD with ENTRYPOINT."""
RESERVED_PORTS = (24224, 8446, 8447)
"""SDK 2.189 docstring of serverPort."""
RESERVED_VARIABLES = frozenset({"CONTAINER_TYPE", "OCI_RESOURCE_PRINCIPAL_VERSION", "OCI_RESOURCE_PRINCIPAL_RPST"})
RESERVED_PREFIX = "OCI_RESOURCE_PRINCIPAL_"
"""How a deployment is told who it is; the SDK docstring says "reserved" and lists none."""
LEAST_BANDWIDTH = 10
QUERY_RESOURCE = '{resourceId = "MODEL_DEPLOYMENT_OCID"}'
PENDING = re.compile(r"PT(\d+)([MH])")


def check_deployment(spec: Deployment, at: Pointer, report: Report) -> None:
    """Add a problem for everything the service would refuse."""
    check_shape(spec, at, report)
    _check_bandwidth(spec, at, report)
    _check_environment(spec, at, report)
    if spec.autoscaling is not None:
        if spec.instances is not None:
            report.error("MF706", "`instances` and `autoscaling` exclude each other", (*at, "instances"))
        _check_autoscaling(spec.autoscaling, (*at, "autoscaling"), report)
    if spec.container is not None:
        _check_container(spec.container, (*at, "container"), report)
    if spec.network is not None:
        _check_network(spec.network, (*at, "network"), report)
    _check_logs(spec, (*at, "logs"), report)


def _check_bandwidth(spec: Deployment, at: Pointer, report: Report) -> None:
    least, most = spec.bandwidth_mbps, spec.maximum_bandwidth_mbps
    if least < LEAST_BANDWIDTH:
        report.error("MF707", f"at least {LEAST_BANDWIDTH} Mbps, not {least}", (*at, "bandwidthMbps"))
    if most is not None and not least < most <= 2 * least:
        text = f"the maximum must lie above {least} and be at most {2 * least}, not {most}"
        report.error("MF707", text, (*at, "maximumBandwidthMbps"))


def _check_environment(spec: Deployment, at: Pointer, report: Report) -> None:
    pointer = (*at, "environmentVariables")
    texts = {name: value for name, value in spec.environment_variables.items() if isinstance(value, str)}
    size = sum(len(name.encode()) + len(texts.get(name, "").encode()) for name in spec.environment_variables)
    if size >= ENVIRONMENT_BYTES:
        text = f"{size} bytes of environment variables, less than {ENVIRONMENT_BYTES} are allowed"
        report.error("MF703", text, pointer, hint="put long values into a file of the artifact")
    for name in spec.environment_variables:
        if name in RESERVED_VARIABLES or name.startswith(RESERVED_PREFIX):
            report.error("MF703", f"'{name}' is set by the service itself", (*pointer, name))
    for name, value in texts.items():
        if "${var." not in value and looks_secret(name, value):
            hint = f"say {name}: {{variable: {name}, sensitive: true}}"
            report.warning("MF727", f"'{name}' looks like a secret in plain text", (*pointer, name), hint=hint)
    if "WEB_CONCURRENCY" in spec.environment_variables and spec.web_concurrency is not None:
        report.error("MF703", "`webConcurrency` sets WEB_CONCURRENCY already", (*pointer, "WEB_CONCURRENCY"))
    _check_workers(texts.get("WEB_CONCURRENCY"), (*pointer, "WEB_CONCURRENCY"), report)


def _check_workers(value: str | None, at: Pointer, report: Report) -> None:
    """The number of worker processes: the service's server reads it as a whole number, and does not start without."""
    if value is None or "${var." in value or (re.fullmatch(r"[0-9]{1,4}", value) and int(value)):
        return
    hint = "say `webConcurrency: 2`, or leave it out: the service chooses by the shape"
    report.error("MF703", f"WEB_CONCURRENCY is a number of workers, from 1 up, and not '{value}'", at, hint=hint)


def _check_autoscaling(auto: Autoscaling, at: Pointer, report: Report) -> None:
    initial = auto.min if auto.initial is None else auto.initial
    if not auto.min <= initial <= auto.max:
        report.error("MF706", f"min {auto.min}, initial {initial} and max {auto.max} must be in this order", at)
    kinds = {isinstance(auto.scale_in, QueryScaling), isinstance(auto.scale_out, QueryScaling)}
    if len(kinds) == 2:
        report.error("MF706", "scaleIn and scaleOut must both be thresholds, or both queries", at)
    if kinds == {True} and auto.metric is not None:
        report.error("MF706", "a query says itself what is measured: leave `metric` out", (*at, "metric"))
    for name, side in (("scaleIn", auto.scale_in), ("scaleOut", auto.scale_out)):
        _check_side(side, (*at, name), report)
    if isinstance(auto.scale_in, Threshold) and isinstance(auto.scale_out, Threshold):
        low, high = auto.scale_in.threshold, auto.scale_out.threshold
        if low >= high:
            report.error("MF706", f"scaleIn at {low} % must lie below scaleOut at {high} %", (*at, "scaleIn"))


def _check_side(side: Threshold | QueryScaling, at: Pointer, report: Report) -> None:
    if isinstance(side, QueryScaling) and QUERY_RESOURCE not in side.query:
        report.error("MF706", f"the query must contain {QUERY_RESOURCE}", (*at, "query"))
    pending = PENDING.fullmatch(side.pending_duration or "")
    if pending:
        minutes = int(pending[1]) * (60 if pending[2] == "H" else 1)
        if not 3 <= minutes <= 60:
            text = f"pending durations are PT3M to PT1H, not {side.pending_duration}"
            report.error("MF706", text, (*at, "pendingDuration"))


def _check_container(spec: Container, at: Pointer, report: Report) -> None:
    for name, port in (("serverPort", spec.server_port), ("healthCheckPort", spec.health_check_port)):
        if port in RESERVED_PORTS:
            report.error("MF704", f"port {port} is taken by the service itself", (*at, name))
    size = sum(len(word.encode()) for word in (*spec.cmd, *spec.entrypoint))
    if size >= ENVIRONMENT_BYTES:
        report.error("MF709", f"{size} bytes of cmd and entrypoint, less than {ENVIRONMENT_BYTES} are allowed", at)


def _check_network(spec: Network, at: Pointer, report: Report) -> None:
    own = spec.access_type in (None, "CUSTOM_NETWORKING")
    if spec.subnet_id and not own:
        report.error("MF709", f"{spec.access_type} takes no subnet", (*at, "subnetId"))
    if spec.access_type == "CUSTOM_NETWORKING" and not spec.subnet_id:
        report.error("MF709", "CUSTOM_NETWORKING needs subnetId", at)


def _check_logs(spec: Deployment, at: Pointer, report: Report) -> None:
    logs = spec.logs
    if logs is None:
        return
    if (logs.log_group_id is None) != (logs.log_id is None):
        report.error("MF709", "logGroupId and logId go together", at)
    if not (logs.log_id or logs.access or logs.predict):
        report.error("MF709", "neither a log for both nor one for access or predict", at)
