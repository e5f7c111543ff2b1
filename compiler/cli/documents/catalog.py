"""What `--json` prints of single resources of a target, ours or not."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict


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
