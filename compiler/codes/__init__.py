"""Every diagnostic code, its exit code, its text behind `manifact explain`.

Ranges: 0 source text, 1 manifest fields, 2 model files, 3 samples and schemas, 4 environments, 5 build and artifact,
6 verification, 7 plan, apply and cloud, 8 the embedded OCI, serving and scoring, 9 the command line and our own bugs.
A code is never reused for another meaning; `docs/reference/diagnostics.md` is generated from this table.
"""

from __future__ import annotations

from compiler.codes.artifacts import ARTIFACTS
from compiler.codes.catalog import CATALOG
from compiler.codes.cloud import CLOUD
from compiler.codes.code import PRECEDENCE, Code, ExitCode
from compiler.codes.command_line import COMMAND_LINE
from compiler.codes.environments import ENVIRONMENTS
from compiler.codes.fields import FIELDS
from compiler.codes.limits import LIMITS
from compiler.codes.local import LOCAL
from compiler.codes.model_files import MODEL_FILES
from compiler.codes.plans import PLANS
from compiler.codes.samples import SAMPLES
from compiler.codes.scoring import SCORING
from compiler.codes.source_text import SOURCE_TEXT
from compiler.codes.verification import VERIFICATION

__all__ = ["CODES", "PRECEDENCE", "Code", "ExitCode"]

CODES: dict[str, Code] = {
    **SOURCE_TEXT,
    **FIELDS,
    **MODEL_FILES,
    **SAMPLES,
    **ENVIRONMENTS,
    **ARTIFACTS,
    **VERIFICATION,
    **LIMITS,
    **CLOUD,
    **PLANS,
    **CATALOG,
    **LOCAL,
    **SCORING,
    **COMMAND_LINE,
}
