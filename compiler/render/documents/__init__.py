"""The documents that `--json` prints: one TypedDict a command, from which the schemas in `schemas/` are made.

Types only: whoever makes a document imports its type under TYPE_CHECKING and annotates the literal, so that mypy
compares the two. Keys are camelCase, `formatVersion` is the first; within a format version fields are added and never
changed or taken away. A command names its document in `DOCUMENT`.
"""

from __future__ import annotations

from compiler.emit.documents import ArtifactDocument
from compiler.planning.documents import BuildPlan, PlanFile
from compiler.render.documents.reconcile import EventDocument, FleetStatusDocument

FILES: dict[str, type] = {
    "artifact": ArtifactDocument,
    "build-plan": BuildPlan,
    "plan-file": PlanFile,
    "reconcile-event": EventDocument,
    "reconcile-status": FleetStatusDocument,
}
"""What is written: `build/<name>/artifact.json`, `build/<name>/plan.json`, `plan -o FILE`, the events of `reconcile`,
and `status --reconciled --json`."""
