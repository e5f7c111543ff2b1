"""`manifact.yaml`: the project that manifests belong to, and its targets."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pydantic import Field

from compiler.spec.base import Items, Node, Ocid, Region
from compiler.spec.v1 import Name

Auth: TypeAlias = Literal[
    "auto",
    "api_key",
    "security_token",
    "instance_principal",
    "resource_principal",
    "oke_workload",
]


class Variable(Node):
    """A variable that must not be seen."""

    value: str | None = None
    """None: only the environment variable `MANIFACT_VAR_<NAME>` sets it."""
    sensitive: bool = False


class Overrides(Node):
    """Catalog and deployment settings of one target, merged over each manifest's."""

    catalog: dict[str, Any] = {}
    deployment: dict[str, Any] = {}


class Target(Node):
    """A place to save and deploy to. `local` needs no field."""

    region: Region | None = None
    compartment_id: Ocid | None = None
    project_id: Ocid | None = None
    auth: Auth = "auto"
    profile: str | None = None
    """Profile of the OCI config file; DEFAULT when absent."""
    service_endpoint: str | None = None
    """Instead of the region's public endpoint: this machine, a host of OCI, or one that MANIFACT_ENDPOINTS names."""
    variables: dict[str, str | Variable] = {}
    overrides: Overrides = Overrides()
    confirm: Literal["destructive", "all"] = "destructive"
    """Before which changes apply asks."""


class ProjectMetadata(Node):
    """What the project is called: it is part of every tag we set."""

    name: Name


class Project(Node):
    """The project file."""

    api_version: Literal["manifact/v1"]
    kind: Literal["Project"]
    metadata: ProjectMetadata
    manifests: Items[str] = ("models/*/model.yaml",)
    """Globs, relative to the project root."""
    defaults: dict[str, Any] = {}
    """A fragment of a manifest, merged under every model."""
    targets: dict[Name, Target] = Field(
        default={}, json_schema_extra={"x-keys": "lower-case letters, digits and hyphens"}
    )
    """`local` is always there."""
