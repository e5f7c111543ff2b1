"""`spec.deployment`: how the model is deployed. Nothing here decides the artifact's bytes."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from compiler.spec.base import DefinedTags, Description, DisplayName, Items, Node, Ocid, Tags, text
from compiler.spec.source import PythonName, RelativePath

Port: TypeAlias = Annotated[int, Field(ge=1024, le=65535)]
"""1024 to 65535 and not 24224, 8446 or 8447 (SDK 2.189 docstring)."""
Duration: TypeAlias = Annotated[str, text(r"^PT\d+[MH]$", "a duration from PT3M to PT1H")]
"""ISO 8601, PT3M to PT1H (OCI docs)."""
VariableName: TypeAlias = Annotated[
    str, text(r"^[A-Za-z][A-Za-z0-9_]{0,29}[A-Za-z0-9]$", "2 to 31 letters, digits and underscores, not ending in _")
]
"""2 to 31 characters, not ending in `_` (SDK 2.189 docstring)."""


class VariableReference(Node):
    """An environment variable of the deployment whose value comes from a manifact variable."""

    variable: PythonName
    """Name of the variable: from the target's `variables` or `MANIFACT_VAR_<NAME>`."""
    sensitive: bool = False
    """Never shown, stored or hashed."""


class Threshold(Node):
    """When to scale by a predefined metric."""

    threshold: Annotated[int, Field(ge=1, le=100)]
    """Percent."""
    pending_duration: Duration | None = None
    """PT3M to PT1H."""
    instance_count_adjustment: Annotated[int, Field(ge=1)] | None = None


class QueryScaling(Node):
    """When to scale by a Monitoring query."""

    query: str
    """MQL that contains `{resourceId = "MODEL_DEPLOYMENT_OCID"}`."""
    pending_duration: Duration | None = None
    instance_count_adjustment: Annotated[int, Field(ge=1)] | None = None


class Autoscaling(Node):
    """Instances follow the load."""

    min: Annotated[int, Field(ge=1)]
    max: Annotated[int, Field(ge=1)]
    initial: Annotated[int, Field(ge=1)] | None = None
    """`min` when absent."""
    cool_down_in_seconds: Annotated[int, Field(ge=300)] = 300
    """At least 300 (SDK 2.189 docstring)."""
    metric: Literal["cpu", "memory"] | None = None
    scale_in: Threshold | QueryScaling
    scale_out: Threshold | QueryScaling


class CustomEndpoint(Node):
    """One more path of a container."""

    endpoint_uri_suffix: str
    http_methods: Items[Literal["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]]


class Container(Node):
    """Bring your own container instead of a conda environment."""

    image: Annotated[str, Field(min_length=1)]
    """`<region>.ocir.io/<namespace>/<image>:<tag>`"""
    digest: Annotated[str, text(r"^sha256:[0-9a-f]{64}$", "sha256: and 64 hexadecimal digits")] | None = None
    signature_id: Ocid | None = None
    cmd: Items[str] = ()
    entrypoint: Items[str] = ()
    server_port: Port | None = None
    health_check_port: Port | None = None
    predict_api_specification: Literal["openai"] | None = None
    custom_http_endpoints: Items[CustomEndpoint] = ()


class Network(Node):
    """How the deployment reaches, and is reached by, the network."""

    access_type: (
        Literal["MANAGED_NETWORKING_NO_INTERNET_ACCESS", "MANAGED_NETWORKING_INTERNET_ACCESS", "CUSTOM_NETWORKING"]
        | None
    ) = None
    subnet_id: Ocid | None = None
    private_endpoint_id: Ocid | None = None


class Log(Node):
    """One log."""

    log_group_id: Ocid
    log_id: Ocid


class Logs(Node):
    """Access and predict logs: one log for both, or each its own."""

    log_group_id: Ocid | None = None
    log_id: Ocid | None = None
    access: Log | None = None
    predict: Log | None = None


class SmokeRequest(Node):
    """A request of your own as the smoke test."""

    request: RelativePath
    """JSON file; any answer of status 200 passes."""


class Deployment(Node):
    """The model's endpoint. Absent: unmanaged, left alone."""

    state: Literal["active", "inactive", "absent"] = "active"
    protect: bool = False
    """Refuses delete and replace."""
    display_name: DisplayName | None = None
    """`metadata.name` when absent."""
    description: Description | None = None
    freeform_tags: Tags = {}
    defined_tags: DefinedTags = {}
    shape: Annotated[str, Field(min_length=1)] = "VM.Standard.E4.Flex"
    ocpus: Annotated[float, Field(gt=0)] | None = None
    """Flex shapes only; 1 when absent."""
    memory_in_gbs: Annotated[float, Field(gt=0)] | None = Field(default=None, alias="memoryInGBs")
    """Flex shapes only; 16 per OCPU when absent."""
    cpu_baseline: Literal["BASELINE_1_8", "BASELINE_1_2", "BASELINE_1_1"] | None = None
    capacity_reservation_ids: Items[Ocid] = ()
    instances: Annotated[int, Field(ge=1)] | None = None
    """1 when absent."""
    autoscaling: Autoscaling | None = None
    """Instead of `instances`."""
    bandwidth_mbps: Annotated[int, Field(ge=1)] = 10
    maximum_bandwidth_mbps: Annotated[int, Field(ge=1)] | None = None
    """Above `bandwidthMbps`, at most twice as much (SDK 2.189 docstring)."""
    web_concurrency: Annotated[int, Field(ge=1)] | None = None
    """Worker processes an instance: the environment variable WEB_CONCURRENCY."""
    environment_variables: dict[VariableName, str | VariableReference] = Field(
        default={}, json_schema_extra={"x-keys": "2 to 31 letters, digits and underscores, not ending in _"}
    )
    container: Container | None = None
    network: Network | None = None
    logs: Logs | None = None
    ignore_changes: Items[
        Literal["instances", "bandwidthMbps", "freeformTags", "definedTags", "environmentVariables", "description"]
    ] = ()
    """Fields whose live value is left alone after creation."""
    smoke: Literal["golden", "off"] | SmokeRequest = "golden"
    """What is asked of the endpoint once it is up."""
