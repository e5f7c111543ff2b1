"""The documents that `--json` prints: one TypedDict a command, and from these the schemas in `schemas/`.

Types only: a command imports its document under TYPE_CHECKING and annotates the literal it prints, so that mypy
compares the two. Keys are camelCase, `formatVersion` is the first; within a format version fields are added and never
changed or taken away. A command that prints facts is listed in DOCUMENTS, a verb of it as `command-verb`.
"""

from __future__ import annotations

from compiler.render.documents import resources as catalog, artifacts as models, problems, targets, tools
from compiler.emit.documents import ArtifactDocument
from compiler.planning.documents import BuildPlan, PlanFile

DOCUMENTS: dict[str, type] = {
    "init": models.InitDocument,
    "validate": models.ValidateDocument,
    "compile": models.CompileDocument,
    "inspect": models.InspectDocument,
    "introspect": models.IntrospectDocument,
    "verify": models.VerifyDocument,
    "serve": tools.ServeDocument,
    "plan": targets.PlanDocument,
    "apply": targets.ApplyDocument,
    "list": catalog.ListDocument,
    "show": catalog.ShowDocument,
    "status": targets.StatusDocument,
    "predict": targets.PredictDocument,
    "logs": targets.LogsDocument,
    "pull": targets.PullDocument,
    "export": catalog.ExportDocument,
    "import": catalog.ImportDocument,
    "drift": targets.PlanDocument,
    "destroy": targets.ApplyDocument,
    "fetch": tools.FetchDocument,
    "lock": tools.LockDocument,
    "local-serve": tools.LocalServeDocument,
    "local-status": tools.LocalStatusDocument,
    "local-stop": tools.LocalStopDocument,
    "local-reset": tools.LocalResetDocument,
    "explain": tools.ExplainDocument,
    "problems": problems.ProblemsDocument,
}
"""What is printed on standard output."""

FILES: dict[str, type] = {
    "artifact": ArtifactDocument,
    "build-plan": BuildPlan,
    "plan-file": PlanFile,
}
"""What is written: `build/<name>/artifact.json`, `build/<name>/plan.json`, `plan -o FILE`."""
