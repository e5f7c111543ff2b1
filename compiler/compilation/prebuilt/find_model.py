"""The model in an artifact that was made elsewhere: found by its content, and only where there is just one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from compiler.diagnostics import CompilerError, Diagnostic, Severity
from compiler.emit.paths import is_ignored
from compiler.frameworks import inspect_model
from compiler.frameworks.formats import UNKNOWN
from compiler.frameworks.sniffer import sniff
from compiler.ir import ModelFacts

NO_FACTS = ModelFacts(framework=None, format=UNKNOWN)
"""Of an artifact that shows no model, or several."""
_TEXT = frozenset({".py", ".md", ".yaml", ".yml", ".csv"})
_DENIED = "MF204"
_UNREADABLE = frozenset({"MF203", "MF205", "MF206"})


@dataclass(frozen=True, slots=True)
class FoundModel:
    """The only model of an artifact, and what is wrong with files that look like one."""

    path: str
    """Artifact path; empty without just one model."""
    facts: ModelFacts
    problems: tuple[Diagnostic, ...]
    """An error for a pickle that no model needs to be; a warning for a model file that cannot be read."""


def find_model(root: Path) -> FoundModel:
    """Look at every file below `root` by its content; nothing is run.

    Unknown code in a pickle is no problem here: score.py beside it may run anything as well. What is denied everywhere
    is denied here too.
    """
    found: dict[str, ModelFacts] = {}
    problems: list[Diagnostic] = []
    for path in _candidates(root):
        name = path.relative_to(root).as_posix()
        try:
            if sniff(path) != UNKNOWN:
                facts = inspect_model(path)
                found |= {} if facts.unserved else {name: facts}
        except CompilerError as problem:
            problems += [told for item in problem.diagnostics if (told := _told(item, name, path))]
    if len(found) != 1:
        return FoundModel("", NO_FACTS, tuple(problems))
    ((name, facts),) = found.items()
    return FoundModel(name, facts, tuple(problems))


def _told(problem: Diagnostic, name: str, path: Path) -> Diagnostic | None:
    """What is said of a candidate that was refused; None where it is just no model of a known kind."""
    if problem.code == _DENIED:
        return Diagnostic(_DENIED, f"'{name}': {problem.message}", hint=problem.hint)
    if problem.code not in _UNREADABLE or path.suffix == ".json":  # a JSON file may only look like XGBoost's
        return None
    return Diagnostic("MF535", f"'{name}': {problem.message}", hint=problem.hint, severity=Severity.WARNING)


def _candidates(folder: Path) -> Iterator[Path]:
    """Files, and folders that are a model as a whole."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if sniff(path) == UNKNOWN:
                yield from _candidates(path)
            else:
                yield path
        elif path.suffix not in _TEXT and not is_ignored(path.name):
            yield path
