"""What the steps of one manifest share while they are carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.watch import WaitOptions
from compiler.cloud.objectstorage.zip_body import ZipBody
from compiler.diagnostics import Diagnostic
from compiler.planning import references
from compiler.planning.canonical import Body, digest
from compiler.planning.changes.types import Change, Step
from compiler.planning.desired.types import SmokeTest


@dataclass(frozen=True, slots=True)
class ChangeContext:
    """A change under way. `known`, `etags`, `records` and `notes` are filled as steps are done."""

    connection: Connection
    change: Change
    archive: ZipBody | None = None
    smoke: SmokeTest | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Sensitive environment variables by name."""
    former: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Live environment variables before the change, by name."""
    watch: WaitOptions = field(default_factory=WaitOptions)
    known: dict[str, str] = field(default_factory=dict)
    """Reference -> value: shared by the changes of one manifest."""
    etags: dict[str, str] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)
    """Files to attach to metadata, by their sha256."""
    records: dict[str, Body] = field(default_factory=dict)
    """Deployments as they came to rest, by OCID."""
    notes: list[Diagnostic] = field(default_factory=list)
    """Warnings met on the way."""

    def target(self, step: Step) -> str:
        """OCID that a step acts on."""
        return self.known.get(step.on, step.on)

    def body(self, step: Step) -> Body:
        """The step's body with every reference replaced."""
        resolved: Body = references.resolve(step.body or {}, self.known)
        return resolved

    def token(self, body: Body, last_seen_id: str) -> str:
        """Retry token: the same for the same request after a crash, another one after a resource came and went.

        Bodies hold placeholders here instead of sensitive values: those are in no digest.
        """
        place = self.connection.place
        where = [self.connection.tenancy, place.compartment_id, place.project_id, place.project, place.target]
        return digest([*where, self.change.name, self.change.kind, body, last_seen_id])[:40]
