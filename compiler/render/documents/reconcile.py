"""What `reconcile --json` and the status of a reconciled target print."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from compiler.render.documents.problems import Problem


class ConditionDocument(TypedDict):
    """One condition of a name."""

    type: str
    """Compiled, Verified, Saved, Deployed, InSync or Ready; while true also Progressing, Stalled, Contested or
    PendingPrune."""
    status: Literal["True", "False", "Unknown"]
    """Whether it holds."""
    reason: str
    """Why, in one word."""
    message: str
    """Why, in one sentence of at most 300 characters."""
    since: int
    """Epoch seconds since when the status is what it is."""


class NameDocument(TypedDict):
    """One name of the fleet; at most 8 KiB."""

    name: str
    """Name of the manifest."""
    manifest: str
    """Its file, relative to the project root; empty when no manifest declares the name."""
    state: str
    """Broken, Suspended, InProgress, Unfinished, Acting, Queued, BackingOff, Failed, Blocked, Drifted, Contested,
    InSync, Gone or Unknown."""
    reason: str
    """Why, in one word."""
    message: str
    """Why, in one sentence."""
    cause: str
    """Where the first difference comes from: manifest, live, both, unfinished or secret; empty without one."""
    paths: list[str]
    """Which fields differ; never their values."""
    wanted: str
    """Digest of the artifact that the manifest wants, or OCID of the model."""
    version: str
    """Newest version in the catalog."""
    endpoint: str
    """Where the deployment answers."""
    approve: str
    """Digest that `--approve` takes where a limit blocks the name."""
    nextTry: int | None
    """Epoch seconds of the next try, or of the prune."""
    conditions: list[ConditionDocument]
    """What is true of it."""


class ReconcileDocument(TypedDict):
    """What `reconcile --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    target: str
    """Name of the target."""
    revision: str
    """Commit of the checkout; empty outside of git."""
    turns: int
    """How many turns were made."""
    names: list[NameDocument]
    """Every name, sorted."""
    diagnostics: list[Problem]
    """Problems of manifests and of changes."""


class EventDocument(TypedDict):
    """A transition of a condition: one line of the loop's standard output, and the body of a webhook."""

    formatVersion: Literal[1]
    """Version of this form."""
    id: str
    """The same for the same transition: made of name, type, status, reason and digest."""
    target: str
    """Name of the target."""
    name: str
    """Name of the manifest; empty for the whole target."""
    type: str
    """Type of the condition."""
    status: str
    """True, False or Unknown."""
    reason: str
    """Why, in one word."""
    message: str
    """Why, in one sentence."""
    wanted: str
    """Digest of the artifact that the manifest wants."""
    revision: str
    """Commit that was reconciled."""


class FleetNameDocument(TypedDict):
    """One name of a reconciled target."""

    name: str
    """Name of the manifest."""
    state: str
    """Its state after the last turn."""
    reason: str
    """Why, in one word."""
    since: int
    """Epoch seconds since when the state is what it is."""
    conditions: dict[str, str]
    """Type of a condition -> True, False or Unknown."""
    message: str
    """Why, in one sentence; empty when it is in sync."""


class FleetStatusDocument(TypedDict):
    """The status of a reconciled target after its last turn."""

    formatVersion: Literal[1]
    """Version of this form."""
    target: str
    """Name of the target."""
    revision: str
    """Commit of the last turn; empty outside of git."""
    names: list[FleetNameDocument]
    """Names that are not in sync first."""
