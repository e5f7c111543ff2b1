"""What `--json` prints of single resources of a target, ours or not."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from compiler.planning.documents import ShownPlan


class OwnerDocument(TypedDict):
    """The manifest that a resource belongs to, as its tags say."""

    project: str
    """Name of the project."""
    target: str
    """Name of the target."""
    name: str
    """Name of the manifest."""


class ListedDocument(TypedDict):
    """One resource, as far as the service's lists tell of it."""

    kind: Literal["model", "deployment", "version set"]
    """What it is."""
    name: str
    """Its display name."""
    id: str
    """OCID."""
    state: str
    """Lifecycle state."""
    owner: OwnerDocument | None
    """null: no manifest owns it."""
    created: str
    """When it was made (RFC 3339)."""
    version: int | None
    """Of a model in a version set: its number there."""
    versionLabel: str | None
    """Of a model: its label, where it has one."""
    versionSet: str | None
    """Of a model: name of its version set."""
    size: str | None
    """Of a deployment: shape, size and instances in words."""
    url: str | None
    """Of a deployment: where it answers."""
    model: str | None
    """Of a deployment: OCID of the model that it serves."""


class ListDocument(TypedDict):
    """What `list --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    target: str
    """Name of the target."""
    resources: list[ListedDocument]
    """Models, deployments and version sets, newest last."""


class ArtifactFactsDocument(TypedDict):
    """What the service says of a model's artifact."""

    size: int
    """Bytes of the zip."""
    md5: str
    """Base64, as the service worked it out."""
    recordedMd5: str | None
    """What it was when it was uploaded or taken over; null where nobody recorded it."""
    digest: str | None
    """`sha256:…` over its files, as the model's tag says; null where it has none."""


class AppliedDocument(TypedDict):
    """What manifact recorded as its own: fields that go away when the manifest drops them."""

    artifact: str
    """Digest of the artifact that was meant."""
    model: list[str]
    """Fields of the model, with dots."""
    deployment: list[str]
    """Fields of the deployment, with dots."""


class ServingDocument(TypedDict):
    """A deployment that serves the model."""

    id: str
    """OCID."""
    name: str
    """Display name."""
    state: str
    """Lifecycle state."""
    url: str | None
    """Where it answers: `/predict` follows."""


class ShowDocument(TypedDict):
    """What `show --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    target: str
    """Name of the target."""
    kind: Literal["model", "deployment", "version set"]
    """What it is."""
    id: str
    """OCID."""
    name: str
    """Display name, or the name of a version set."""
    state: str
    """Lifecycle state."""
    owner: OwnerDocument | None
    """null: no manifest owns it."""
    record: dict[str, Any]
    """The record as the service answers it; values of environment variables that may be secrets are hidden."""
    provenance: dict[str, Any] | None
    """Of a model: where it comes from."""
    artifact: ArtifactFactsDocument | None
    """Of a model that has one."""
    applied: AppliedDocument | None
    """Of what is ours; null elsewhere."""
    deployments: list[ServingDocument]
    """Of a model: what serves it."""
    models: list[ListedDocument]
    """Of a version set: its versions; of a deployment: the model that it serves."""


class ExportDocument(TypedDict):
    """What `export --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    model: str | None
    """OCID of the model whose artifact it is; null where a directory was exported."""
    directory: str | None
    """The directory, or manifest, that was exported; null where it came out of the catalog."""
    uri: str
    """The object: `oci://bucket@namespace/name`."""
    size: int
    """Its bytes."""
    written: bool
    """false: the object was there already, with just these bytes."""


class ImportDocument(TypedDict):
    """What `import --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    name: str
    """Name of the manifest."""
    manifest: str
    """Its file; `artifact/` lies beside it."""
    model: str
    """OCID of the model."""
    deployment: str | None
    """OCID of the deployment that is taken over with it; null where only the model is."""
    variables: list[str]
    """Environment variables that look like secrets: `MANIFACT_VAR_<NAME>` sets them."""
    notes: list[str]
    """What is live and could not be said in the manifest; it stays as it is."""
    plan: ShownPlan
    """What taking it over changes, or what is left to do of it."""
    adopted: bool
    """false: nobody agreed, and only files were written."""
