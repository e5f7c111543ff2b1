"""The documents of planning: a plan as `--json` and plan files show it, the plan file, and `build/<name>/plan.json`.

Types only. Keys are camelCase; request bodies are in the wire form of the OCI API. Within a format version fields are
added and never changed or taken away.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict


class PlaceDocument(TypedDict):
    """Where a plan applies."""

    project: str
    """Name of the project (`metadata.name` of manifact.yaml)."""
    target: str
    """Name of the target."""
    compartmentId: str
    """OCID of the compartment."""
    projectId: str
    """OCID of the Data Science project."""
    region: str
    """Region of the target; empty where it has none."""


class StepDocument(TypedDict):
    """One request, wait or test of a change."""

    operation: str
    """Operation of the SDK, or `wait_model_deployment`, `smoke_test`."""
    on: str
    """OCID it acts on, or a reference to what an earlier step made (`${model.id}`); empty where there is none."""
    body: dict[str, Any] | None
    """Body of the request, complete."""
    group: str
    """Option group of a deployment's update; empty elsewhere."""
    undo: dict[str, Any] | None
    """Body of the same operation that puts the former values back."""


class FieldDocument(TypedDict):
    """One field before and after; null is absent."""

    path: str
    """Where the field is in the request body, with dots."""
    before: Any
    """Its live value."""
    after: Any
    """Its desired value."""


class ChangeDocument(TypedDict):
    """What is done to one resource."""

    kind: Literal["version set", "model", "deployment"]
    """What it is."""
    name: str
    """Name of the manifest it belongs to."""
    action: Literal["create", "update", "replace", "delete", "adopt", "restart", "noop"]
    """What is done to it."""
    reason: str
    """Why."""
    id: str | None
    """OCID of what is acted on; null for what is to be created."""
    title: str
    """A few words on the outcome."""
    fields: list[FieldDocument]
    """What changes."""
    steps: list[StepDocument]
    """How, request by request."""
    staysUp: bool | None
    """Whether the endpoint answers throughout; null where there is no endpoint."""
    impact: Literal["none", "documentation", "safe", "breaking"]
    """What callers of the endpoint will feel."""
    callers: list[str]
    """What exactly they will feel."""
    reversal: str
    """How this is undone."""
    config: str
    """The tag `manifact-config` it leads to."""
    artifact: str
    """Digest of the artifact it uploads or serves."""
    trial: str
    """The tag `manifact-failed` it leaves when the endpoint fails its test."""
    recovery: Literal["none", "undo", "deactivate", "delete"]
    """What apply does when the endpoint fails its test."""
    cause: NotRequired[Literal["manifest", "live", "both", "unfinished", "secret"]]
    """Where the difference comes from; absent in plan files of older versions."""


class ShownPlan(TypedDict):
    """A plan, without secrets."""

    place: PlaceDocument
    """Where it applies."""
    artifacts: dict[str, str]
    """Name of the manifest -> digest of its artifact."""
    observed: str
    """Digest of what was observed."""
    difference: str
    """Digest of what the plan does: two plans with the same difference do the same."""
    changes: list[ChangeDocument]
    """In the order in which they are carried out; those without anything to do have the action `noop`."""


class OptionsDocument(TypedDict):
    """What was asked of the plan beside its manifests."""

    prune: bool
    """Whether to delete what no manifest asks for any more."""
    retry: bool
    """Whether to try again what failed its smoke test."""
    deep: bool
    """Whether every record is read, to find what was changed behind our back; absent in old files: it is not."""


class PlanFile(TypedDict):
    """What `plan -o FILE` saves and `apply --plan FILE` carries out, or refuses when the target has changed."""

    formatVersion: Literal[1]
    """Version of this form."""
    kind: Literal["Plan"]
    """What it is."""
    options: OptionsDocument
    """What was asked of the plan beside its manifests."""
    manifests: dict[str, str]
    """Name of a manifest -> its file, relative to the project root."""
    desired: list[dict[str, Any]]
    """The desired states it was made from, in the planner's own form: not for other programs."""
    plan: ShownPlan
    """The plan itself, as `plan --json` prints it."""


class BuildStep(TypedDict):
    """One request, wait or test of an execution plan."""

    step: int
    """Number, from 1."""
    operation: str
    """Operation of the SDK, or `wait_model_deployment`, `smoke_test`."""
    kind: Literal["version set", "model", "deployment"]
    """What it is for."""
    on: NotRequired[str]
    """What it acts on: a reference to what an earlier step made (`${model.id}`)."""
    body: NotRequired[dict[str, Any]]
    """Body of the request, complete: compartment, project and names of the target are references."""


class BuildPlan(TypedDict):
    """The execution plan for an empty target, `build/<name>/plan.json`."""

    formatVersion: Literal[1]
    """Version of this form."""
    base: Literal["empty"]
    """What it starts from."""
    name: str
    """Name of the manifest."""
    artifact: str | None
    """Digest of the artifact; null where a model of the catalog is deployed."""
    steps: list[BuildStep]
    """In the order in which they are carried out."""
    desired: dict[str, Any]
    """The desired state in the planner's own form: not for other programs."""
