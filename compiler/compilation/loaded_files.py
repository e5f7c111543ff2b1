"""Files of an artifact that a framework would load, beside its model or instead: judged as `spec.model` is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from compiler.diagnostics import CompilerError, Diagnostic, Severity
from compiler.frameworks import inspect_model
from compiler.frameworks.formats import UNKNOWN
from compiler.frameworks.sniffer import sniff
from compiler.ir import ModelFacts

_DENIED = "MF204"
_BEYOND = frozenset({"MF205", "MF206"})
"""What could not be judged to its end: an inflater is missing, or the file is beyond limits."""
_DAMAGED = "MF203"


@dataclass(frozen=True, slots=True)
class JudgedFiles:
    """What was found in files by their content; each is named by its path below the folder."""

    facts: Mapping[str, ModelFacts]
    problems: tuple[Diagnostic, ...]
    """Errors (MF204, MF205, MF206) and warnings (MF535)."""
    unknown: Mapping[str, tuple[str, ...]]
    """Dotted names of code that nobody vouches for."""


def judge_files(path: Path, allow: frozenset[str]) -> JudgedFiles:
    """Judge a file, or all below a folder; what is no model file of a known kind is left alone.

    `allow` has the names of code that the user vouches for.
    """
    facts: dict[str, ModelFacts] = {}
    problems: list[Diagnostic] = []
    for file in _model_files(path):
        name = file.relative_to(path).as_posix() if path.is_dir() and file != path else file.name
        try:
            if sniff(file) != UNKNOWN:
                facts[name] = inspect_model(file, allow=allow)
        except CompilerError as problem:
            problems += [told for item in problem.diagnostics if (told := _told(item, name)) is not None]
    unknown = {name: found.unknown for name, found in facts.items() if found.unknown}
    return JudgedFiles(facts, tuple(problems), unknown)


def _model_files(path: Path) -> Iterator[Path]:
    """Files, and folders that are a model as a whole."""
    if not path.is_dir() or sniff(path) != UNKNOWN:
        yield path
        return
    for child in sorted(path.iterdir()):
        if child.is_dir() and not child.is_symlink():
            yield from _model_files(child)
        elif child.is_file():
            yield child


def _told(problem: Diagnostic, name: str) -> Diagnostic | None:
    """What is said of a file that was refused; None where it is just no model of a known kind."""
    if problem.code == _DENIED or problem.code in _BEYOND:
        return Diagnostic(problem.code, f"'{name}': {problem.message}", hint=problem.hint)
    if problem.code != _DAMAGED or Path(name).suffix == ".json":  # a JSON file may only look like XGBoost's
        return None
    return Diagnostic("MF535", f"'{name}': {problem.message}", hint=problem.hint, severity=Severity.WARNING)
