"""What will change, why, in which order, with what downtime."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from compiler.planning.canonical import Body
from compiler.planning.live.observed import Kind

if TYPE_CHECKING:
    from compiler.planning.documents import ChangeDocument, StepDocument

UPLOADS = frozenset({"create_model_artifact", "upload_object", "upload_objects", "check_objects"})
"""Steps that send the bytes of an artifact."""
ATTACH = "create_model_custom_metadatum_artifact"
"""The step that hangs a file on an entry of the metadata."""


class Action(enum.StrEnum):
    """What is done to a resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    ADOPT = "adopt"
    RESTART = "restart"
    NOOP = "noop"


class Impact(enum.StrEnum):
    """What callers of the endpoint will feel."""

    NONE = "none"
    DOCUMENTATION = "documentation"
    SAFE = "safe"
    BREAKING = "breaking"


class Cause(enum.StrEnum):
    """Why live and desired differ, by the config tag of the resource."""

    MANIFEST = "manifest"
    """The manifest changed; the resource is as it was last applied, or does not exist yet."""
    LIVE = "live"
    """The resource was changed or deleted outside Manifact."""
    BOTH = "both"
    """The manifest changed, and the resource as well."""
    UNFINISHED = "unfinished"
    """An earlier apply did not finish."""
    SECRET = "secret"  # noqa: S105 - no password
    """The value of a sensitive variable differs from the live one."""


class Recovery(enum.StrEnum):
    """What is done about a deployment that does not answer as it should."""

    NONE = "none"
    UNDO = "undo"
    """Put the former values back: the endpoint was good before."""
    DEACTIVATE = "deactivate"
    """Nothing good was ever served: take it off."""
    DELETE = "delete"
    """Delete the new one; the one it was to replace still serves."""


@dataclass(frozen=True, slots=True)
class Step:
    """One request (or wait, or test) of a change.

    `operation` is the SDK's operation name, or `wait_model_deployment`, `smoke_test`. `on` is the OCID it acts on, or
    a reference to what an earlier step made: `${model.id}`, `${versionSet.id}`, `${deployment.id}`; bodies hold the
    same references, as whole strings.
    """

    operation: str
    on: str = ""
    body: Body | None = None
    group: str = ""
    """Option group of a deployment's update: an ACTIVE one takes a single group a request."""
    undo: Body | None = None
    """Body of an update that puts the former values back; of a test, those that an apply before this one moved."""

    def to_json(self) -> StepDocument:
        """JSON form."""
        return {
            "operation": self.operation,
            "on": self.on,
            "body": self.body,
            "group": self.group,
            "undo": self.undo,
        }


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after; None stands for absent."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to one resource."""

    kind: Kind
    name: str
    """Of the manifest."""
    action: Action
    reason: str
    id: str | None = None
    """OCID of what is acted on; None for what is to be created."""
    title: str = ""
    """A few words on the outcome: `v3`, `VM.Standard.E4.Flex 1 OCPU 16 GB x1`."""
    fields: tuple[FieldChange, ...] = ()
    steps: tuple[Step, ...] = ()
    stays_up: bool | None = None
    """Whether the endpoint answers throughout; None where there is no endpoint."""
    impact: Impact = Impact.NONE
    caller_impact: tuple[str, ...] = ()
    """What exactly callers will feel."""
    reversal: str = ""
    """How this is undone."""
    config: str = ""
    """The `manifact-config` it leads to."""
    artifact: str = ""
    """Digest of the artifact it uploads or serves."""
    test_digest: str = ""
    """The `manifact-failed` it leaves when the endpoint fails its test."""
    recovery: Recovery = Recovery.NONE
    """What apply does when the endpoint fails its test."""
    cause: Cause = Cause.MANIFEST
    """Where the difference comes from; what is done does not depend on it."""
    last_seen_id: str = field(default="", compare=False)
    """OCID of the last resource seen under this name, deleted ones included: part of the retry token."""

    @property
    def destroys(self) -> bool:
        """Whether consent is asked for: not where what is replaced never served anybody."""
        return self.action is Action.DELETE or (self.action is Action.REPLACE and self.impact is not Impact.NONE)

    @property
    def uploads(self) -> bool:
        """Whether it sends the bytes of an artifact."""
        return any(step.operation in UPLOADS for step in self.steps)

    @property
    def sends(self) -> bool:
        """Whether it needs files of this machine."""
        return self.uploads or any(step.operation == ATTACH for step in self.steps)

    def to_json(self) -> ChangeDocument:
        """JSON form, without what belongs to the moment (last OCID seen)."""
        return {
            "kind": self.kind.value,
            "name": self.name,
            "action": self.action.value,
            "reason": self.reason,
            "id": self.id,
            "title": self.title,
            "fields": [{"path": f.path, "before": f.before, "after": f.after} for f in self.fields],
            "steps": [step.to_json() for step in self.steps],
            "staysUp": self.stays_up,
            "impact": self.impact.value,
            "callers": list(self.caller_impact),
            "reversal": self.reversal,
            "config": self.config,
            "artifact": self.artifact,
            "trial": self.test_digest,
            "recovery": self.recovery.value,
            "cause": self.cause.value,
        }
