"""What `--json` prints of a target: plans, what became of them, and what is live."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from compiler.planning.documents import ChangeDocument, PlaceDocument
from compiler.render.documents.problems import Problem


class PlanDocument(TypedDict):
    """What `plan --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
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
    diagnostics: list[Problem]
    """Why the plan may not be carried out, or what to know about it."""


class ResultDocument(TypedDict):
    """What became of one change."""

    kind: Literal["version set", "model", "deployment"]
    """What it is."""
    name: str
    """Name of the manifest it belongs to."""
    action: Literal["create", "update", "replace", "delete", "adopt", "restart", "noop"]
    """What was to be done."""
    status: Literal["done", "failed", "skipped", "interrupted", "started"]
    """What became of it."""
    id: str
    """OCID of the resource; empty where there is none."""
    detail: str
    """What was put back after a failure."""
    endpoint: str | None
    """Of a deployment that serves: the address that takes requests, `/predict` included."""


class ApplyDocument(TypedDict):
    """What `apply --json` and `destroy --json` print."""

    formatVersion: Literal[1]
    """Version of this form."""
    complete: bool
    """Whether everything was done."""
    results: list[ResultDocument]
    """One for each change; empty when there was nothing to do."""
    diagnostics: list[Problem]
    """Problems and warnings."""


class ResourceDocument(TypedDict):
    """One resource of ours in the target."""

    kind: Literal["model", "deployment"]
    """What it is."""
    name: str
    """Name of the manifest it belongs to."""
    id: str
    """Its OCID."""
    state: str
    """Its lifecycle state."""
    version: int | None
    """Of a model: its number in its version set."""
    artifact: str | None
    """Digest of the artifact; null on what is not finished."""
    url: str | None
    """Where a deployment answers: `/predict` follows."""
    endpoint: str | None
    """The same with `/predict`: the address that takes requests."""


class LifeStepDocument(TypedDict):
    """One step in the life of a model."""

    name: str
    """compiled, introspected, verified, saved, deployed or answers."""
    state: Literal["done", "available", "needs action", "not available", "not applicable"]
    """How far it is."""
    detail: str
    """More about it, for people."""


class StatusDocument(TypedDict):
    """What `status --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    target: str
    """Name of the target."""
    resources: list[ResourceDocument]
    """Models first, then deployments; oldest first."""
    steps: NotRequired[list[LifeStepDocument]]
    """Of one model, where one was named: its life in order."""
    next: NotRequired[str]
    """Likewise: the command that comes next."""
    lastFailure: NotRequired[Problem]
    """Likewise: why the last apply from this checkout failed, until one succeeds."""


class PredictDocument(TypedDict):
    """What `predict --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    deployment: str
    """OCID of the deployment that answered."""
    answer: Any
    """What it answered."""


class LogsDocument(TypedDict):
    """What `logs --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    deployment: str
    """OCID of the deployment."""
    lines: list[str]
    """The last lines that its model server wrote."""


class PullDocument(TypedDict):
    """What `pull --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    model: str
    """OCID of the model."""
    directory: str
    """The folder that was made."""
    digest: str
    """Digest of what came."""
    checked: bool
    """Whether it was compared with the digest it was saved with."""


class ScoreDocument(TypedDict):
    """What `score --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    name: str
    """The model, as it was named."""
    digest: str
    """Digest of the artifact that answered."""
    engine: Literal["local", "spark"]
    """What ran it."""
    output: str
    """Where the answers are."""
    rejected: str | None
    """The side file with the rows that have no answer; null where there are none."""
    rows: int
    """Rows of the input."""
    scored: int
    """Rows with an answer."""
    refused: int
    """Rows, and lines that could not be read, without one."""
    parts: int
    """Parts that were written."""
    resumed: int
    """Those that an earlier run wrote."""
    columns: list[str]
    """Names of the columns of answers."""
    job: str | None
    """The Spark job that was written instead of being run (`--write-job`)."""
    diagnostics: list[Problem]
    """Warnings."""
