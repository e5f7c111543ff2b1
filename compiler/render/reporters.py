"""Problems as editors and CI services read them: GitHub annotations, GitLab Code Quality, SARIF, our own JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

from compiler.codes import CODES
from compiler.diagnostics import Diagnostic, Severity
from compiler.render.diagnostics import as_json
from compiler.version import __version__

_GITHUB = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_GITLAB = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}
_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def github(problems: Sequence[Diagnostic]) -> str:
    """Workflow commands, one a line (GitHub docs: workflow commands, `::error file=…`)."""
    return "".join(f"{_annotation(problem)}\n" for problem in problems)


def gitlab(problems: Sequence[Diagnostic]) -> str:
    """A Code Quality report (GitLab docs: Code Quality, report format)."""
    return json.dumps([_issue(problem) for problem in problems], indent=2) + "\n"


def sarif(problems: Sequence[Diagnostic]) -> str:
    """A SARIF 2.1.0 log (OASIS standard)."""
    named = sorted({problem.code for problem in problems})
    rules = [{"id": code, "shortDescription": {"text": CODES[code].title}} for code in named]
    driver = {"name": "manifact", "version": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "results": [_result(problem) for problem in problems]}
    return json.dumps({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def document(problems: Sequence[Diagnostic]) -> str:
    """The document `problems` of `--json`."""
    found = {"formatVersion": 1, "diagnostics": [as_json(problem) for problem in problems]}
    return json.dumps(found, indent=2) + "\n"


REPORTERS: dict[str, Callable[[Sequence[Diagnostic]], str]] = {
    "github": github,
    "gitlab": gitlab,
    "sarif": sarif,
    "json": document,
}


def _text(problem: Diagnostic) -> str:
    return f"{problem.message}\n{problem.hint}" if problem.hint else problem.message


def _annotation(problem: Diagnostic) -> str:
    where, properties = problem.where, {"title": problem.code}
    if where is not None:
        properties["file"] = where.path
    if where is not None and where.line:
        properties |= {"line": str(where.line), "col": str(where.column), "endColumn": str(where.end_column)}
    listed = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in properties.items())
    return f"::{_GITHUB[problem.severity]} {listed}::{_escaped(_text(problem))}"


def _escaped(text: str, more: str = "") -> str:
    """Percent, line breaks and separators, as the runner of GitHub reads them."""
    for character in f"%\r\n{more}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _issue(problem: Diagnostic) -> dict[str, Any]:
    path, line = _place(problem)
    return {
        "description": _text(problem),
        "check_name": problem.code,
        "fingerprint": hashlib.sha256(f"{problem.code}\n{path}\n{problem.message}".encode()).hexdigest(),
        "severity": _GITLAB[problem.severity],
        "location": {"path": path, "lines": {"begin": line}},
    }


def _result(problem: Diagnostic) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": problem.code,
        "level": str(problem.severity),
        "message": {"text": _text(problem)},
    }
    where = problem.where
    if where is None:
        return result
    location: dict[str, Any] = {"artifactLocation": {"uri": where.path}}
    if where.line:
        location["region"] = {
            "startLine": where.line,
            "startColumn": where.column,
            "endColumn": max(where.end_column, where.column + 1),
        }
    return {**result, "locations": [{"physicalLocation": location}]}


def _place(problem: Diagnostic) -> tuple[str, int]:
    """Path and line of a problem; GitLab wants both of each: those of the whole project are line 1 of its file."""
    where = problem.where
    return (where.path, where.line or 1) if where else ("manifact.yaml", 1)
