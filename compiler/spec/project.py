"""`manifact.yaml`: the project that manifests belong to, and its targets."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from compiler.spec.base import Items, Node, Ocid, Region, text
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


Duration: TypeAlias = Annotated[str, text(r"^[0-9]+[smhd]$", "a duration: 30s, 45m, 24h or 7d")]
"""A whole number of seconds, minutes, hours or days: `30s`, `45m`, `24h`, `7d`."""

Percent: TypeAlias = Annotated[str, text(r"^(100|[0-9]{1,2})%$", "a percentage: 5%")]
"""Of the live names of the project and target; rounded down, at least one name."""

DriftPolicy: TypeAlias = Literal["repair", "report", "ignore"]

ConditionType: TypeAlias = Literal[
    "Ready",
    "Compiled",
    "Verified",
    "Saved",
    "Deployed",
    "InSync",
    "Progressing",
    "Stalled",
    "Contested",
    "PendingPrune",
]


class SignatureCheck(Node):
    """Whether commits must be signed before their manifests are applied."""

    mode: Literal["off", "head", "range"] = "off"
    """`head`: the commit that is applied; `range`: every commit since the last one that was."""
    allowed_signers: str | None = None
    """Absolute path of an `allowed_signers` file outside of the repository, for commits signed with ssh keys."""
    keyring: str | None = None
    """Absolute path of a gpg keyring outside of the repository, for commits signed with gpg; every key in it counts."""


class SourceSettings(Node):
    """Which revisions of the repository may be applied."""

    verify: SignatureCheck = SignatureCheck()


class DriftSettings(Node):
    """What is done about resources that were changed outside Manifact, by kind of difference."""

    metadata: DriftPolicy = "repair"
    """Settings of a model: description, tags, custom metadata."""
    settings: DriftPolicy = "repair"
    """Settings of a deployment."""
    missing: DriftPolicy = "repair"
    """A model or deployment that was deleted."""
    state: DriftPolicy = "report"
    """A model or deployment that was deactivated."""
    content: DriftPolicy = "report"
    """An artifact in the catalog with other bytes; only a new version mends it."""


class PruneSettings(Node):
    """How orphaned resources are deleted."""

    after: Duration = "24h"
    """How long a name must be orphaned first."""
    how: Literal["delete", "orphan"] = "delete"
    """`orphan`: only our tags are removed, and the resources go on."""


class LimitSettings(Node):
    """How much one turn may do. A class that exceeds its share is stopped as a whole until it is approved."""

    prune: Percent = "5%"
    """Orphaned names that are deleted."""
    destructive: Percent = "10%"
    """Names of which a deployment or model is deleted or replaced."""
    change: Percent = "30%"
    """Names with live resources that begin to change."""
    per_turn: int = Field(default=10, ge=1)
    """Names that begin to change in one turn; the others wait for the next."""


class BackoffSettings(Node):
    """Pauses before a failed name is tried again; doubled each time."""

    first: Duration = "30s"
    most: Duration = "1h"


class Webhook(Node):
    """A receiver of transitions of conditions."""

    webhook: Annotated[str, text(r"^https://[^/@]+(/.*)?$", "an https:// URL without user and password")]
    secret: str
    """Key of the HMAC-SHA256 signature; `${var.NAME}` reads a variable."""
    on: Items[ConditionType] = ()
    """Types of conditions to send; all when absent."""


class Reconcile(Node):
    """How `manifact reconcile` works."""

    store: (
        Annotated[str, text(r"^(local|oci://[^@/]+@[^/]+/(.*/)?)$", "local, or oci://bucket@namespace/prefix/")] | None
    ) = None
    """Where lease, status and memory are kept: `local` (in .manifact/reconcile) or a folder of a bucket."""
    source: SourceSettings = SourceSettings()
    drift: DriftSettings = DriftSettings()
    deep: Duration | None = None
    """How long a round of reading every record takes, a few names a turn; absent: only with `--deep`."""
    prune: PruneSettings = PruneSettings()
    limits: LimitSettings = LimitSettings()
    progress_deadline: Duration = "45m"
    """How long the service may be at work on a deployment before it is reported as stalled."""
    backoff: BackoffSettings = BackoffSettings()
    notify: Items[Webhook] = ()


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
    reconcile: Reconcile | None = None
    """Keys that differ from the project's `reconcile`."""


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
    reconcile: Reconcile | None = None
    """How `manifact reconcile` works; every key is optional."""
