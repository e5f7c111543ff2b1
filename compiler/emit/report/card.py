"""report.html: a build on one page that needs nothing else, for people who did not make it.

It lies beside the artifact and not in it. Like the artifact it has no clock and no path of this machine. Values of
private columns are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from compiler.diagnostics import Diagnostic
from compiler.emit.record import ArtifactRecord
from compiler.emit.report.columns import column_rows
from compiler.emit.report.golden import golden_table
from compiler.emit.report.summary import facts, safety, sentence
from compiler.emit.report.usage import calls
from compiler.introspection import Check, Status
from compiler.ir import ResolvedModel, Table
from compiler.pages.document import csp_source, style, template

_TEMPLATE = Path(__file__).parent / "templates" / "card.html.j2"
_TONES = {Status.PASSED: "good", Status.FAILED: "bad", Status.SKIPPED: "note"}


@dataclass(frozen=True, slots=True)
class LibraryVersion:
    """One library that the model was saved with."""

    name: str
    recorded: str
    """The release that saved the model."""
    environment: str | None
    """Specifier of the inference environment; None where it is not known."""
    skewed: bool = False


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One request of the plan for an empty target."""

    operation: str
    kind: str


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What the page shows."""

    model: ResolvedModel
    record: ArtifactRecord
    checks: Sequence[Check]
    """Those of introspection."""
    description: str = ""
    warnings: Sequence[Diagnostic] = ()
    versions: Sequence[LibraryVersion] = ()
    steps: Sequence[PlannedStep] = ()
    settings: Mapping[str, str] | None = None
    """Of the deployment; None when nothing is deployed."""
    input: Table | None = None
    """The samples, for histograms; without them the plots are drawn from the schema's statistics."""
    output: Table | None = None
    private_input: frozenset[str] = frozenset()
    private_output: frozenset[str] = frozenset()
    allowed: Sequence[str] = ()
    """`spec.model.allow`."""


def report_html(card: ModelCard) -> bytes:
    """The page of one build: UTF-8, the same bytes for the same card."""
    model, counted = card.model, Counter(check.status for check in card.checks)
    page = template(_TEMPLATE).render(
        card=card,
        style=style(),
        style_source=csp_source(style()),
        sentence=sentence(model, card.record),
        facts=facts(model, card.record),
        safety=safety(model, card.allowed),
        columns=(
            ("input", "Input", column_rows(model.input_schema, card.input, card.private_input)),
            ("output", "Output", column_rows(model.output_schema, card.output, card.private_output)),
        ),
        golden=golden_table(model, card.private_input, card.private_output),
        counted=[(str(status).lower(), counted[status], _TONES[status]) for status in Status if counted[status]],
        checks=sorted(card.checks, key=lambda check: list(_ORDER).index(check.status)),
        tones=_TONES,
        calls=calls(model, card.private_input),
    )
    return (page + "\n").encode()


_ORDER = (Status.FAILED, Status.SKIPPED, Status.PASSED)
