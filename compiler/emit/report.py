"""report.html: a build on one page that needs nothing else, for people who did not make it.

It lies beside the artifact and not in it. Like the artifact it has no clock and no path of this machine, and it shows
no sample values: private columns stay private.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.emit.record import ArtifactRecord
from compiler.introspection import Check, Status
from compiler.ir import CondaEnvironment, DataSchema, Field, Json, ResolvedModel

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

REPORT_NAME = "report.html"
_FOLDER = Path(__file__).parent / "templates"

Cell = str | int | Status


@dataclass(frozen=True, slots=True)
class _Table:
    """One section: the first cell of each row names it."""

    id: str
    title: str
    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = "None."


def report_html(model: ResolvedModel, record: ArtifactRecord, checks: Iterable[Check]) -> bytes:
    """The page of one build; `checks` are those of introspection."""
    facts = model.facts
    known = (facts.framework, facts.version, facts.algorithm, f"{len(record.files)} files", f"{record.size:,} bytes")
    page = _template().render(
        name=model.name,
        subtitle=", ".join(part for part in known if part),
        tables=_tables(model, record, checks),
        shown=_shown,
    )
    return (page + "\n").encode()


@functools.cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(_FOLDER)
    environment = Environment(loader=loader, undefined=StrictUndefined, autoescape=True, trim_blocks=True)
    return environment.get_template("report.html.j2")


def _tables(model: ResolvedModel, record: ArtifactRecord, checks: Iterable[Check]) -> tuple[_Table, ...]:
    results = tuple((c.key, c.status, c.description, _why(c)) for c in checks)
    files = tuple((f.path, f.size, f.sha256) for f in record.files)
    return (
        _Table("facts", "Facts", "What the model says of itself", ("Fact", "Value"), _facts(model, record)),
        _schema("input", "Input", model.input_schema),
        _schema("output", "Output", model.output_schema),
        _metadata("taxonomy", "Taxonomy", record.taxonomy),
        _metadata("custom", "Custom metadata", record.custom),
        _Table("checks", "Introspection", "Static checks", ("Check", "Result", "What is checked", "Why"), results),
        _Table("files", "Files", "What is uploaded", ("Path", "Bytes", "SHA-256"), files),
    )


def _facts(model: ResolvedModel, record: ArtifactRecord) -> tuple[tuple[Cell, ...], ...]:
    facts, golden = model.facts, model.golden
    values: dict[str, object] = {
        "Digest": f"sha256:{record.digest}",
        "Framework": facts.framework,
        "Framework version": facts.version,
        "Algorithm": facts.algorithm,
        "Format": facts.format,
        "Model file": model.model_path,
        "Features": facts.feature_count,
        "Classes": json.dumps(list(facts.classes), allow_nan=False) if facts.classes else None,
        "Needs": ", ".join(facts.requires) or None,
        "Answers with": _answers_with(model),
        "Use case": model.use_case,
        "Inference environment": _environment(model.inference),
        "Training environment": _environment(model.training),
        "Golden rows": f"{len(golden.inputs)}, tolerance {golden.tolerance:g}" if golden else None,
    }
    return tuple((name, "not recorded" if value is None else str(value)) for name, value in values.items())


def _answers_with(model: ResolvedModel) -> str:
    if model.prebuilt:
        return "a container" if model.prebuilt.contract == "container" else "the artifact's own score.py"
    return "your own score.py" if model.score.own else model.score.method


def _environment(environment: CondaEnvironment | None) -> str:
    return f"{environment.path} (Python {environment.python})" if environment else "none"


def _schema(identifier: str, title: str, schema: DataSchema | None) -> _Table:
    headings = ("Column", "dtype", "Feature type", "Required", "Constraints", "Description")
    fields = sorted(schema.fields, key=lambda field: field.order) if schema else []
    rows = tuple(_field(field) for field in fields)
    return _Table(identifier, title, f"{title} schema, in order", headings, rows, "No sample was given.")


def _field(field: Field) -> tuple[Cell, ...]:
    dtype = f"{field.dtype} {list(field.shape)}" if field.shape else field.dtype
    required = "yes" if field.required else "no"
    return (str(field.name), dtype, field.feature_type, required, ", ".join(field.constraints), field.description)


def _metadata(identifier: str, title: str, items: Iterable[Mapping[str, Json]]) -> _Table:
    rows = tuple(
        (str(i["key"]), "" if i["value"] is None else str(i["value"]), str(i.get("category", ""))) for i in items
    )
    caption = "As it goes into the catalog"
    return _Table(identifier, title, caption, ("Key", "Value", "Category"), rows)


def _why(check: Check) -> str:
    return check.note or (check.error if check.status is Status.FAILED else "")


def _shown(cell: Cell) -> Markup:
    """A table cell: numbers to the right, results with their mark, long values folded away."""
    from markupsafe import Markup

    if isinstance(cell, Status):
        return Markup('<td class="{0}">{0}</td>').format(str(cell))
    if isinstance(cell, int):
        return Markup('<td class="number">{}</td>').format(f"{cell:,}")
    if len(cell) > 300:
        return Markup("<td><details><summary>{} characters</summary><code>{}</code></details></td>").format(
            len(cell), cell
        )
    return Markup("<td><code>{}</code></td>").format(cell)
