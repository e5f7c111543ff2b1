"""The model in an artifact that was made elsewhere: found by its content, and only where there is just one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from compiler.compilation.loaded_files import judge_files
from compiler.diagnostics import Diagnostic
from compiler.emit.paths import is_ignored
from compiler.frameworks.formats import UNKNOWN
from compiler.ir import ModelFacts

NO_FACTS = ModelFacts(framework=None, format=UNKNOWN)
"""Of an artifact that shows no model, or several."""


@dataclass(frozen=True, slots=True)
class FoundModel:
    """The only model of an artifact, and what is wrong with files that look like one."""

    path: str
    """Artifact path; empty without just one model."""
    facts: ModelFacts
    problems: tuple[Diagnostic, ...]
    """Errors for files that no model needs to be, warnings for model files that cannot be read."""
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Artifact path -> dotted names of code that nobody vouches for."""


def find_model(root: Path, allow: frozenset[str] = frozenset()) -> FoundModel:
    """Judge every file below `root` that a framework would load; nothing is run."""
    judged = judge_files(root, allow)
    models = {name: facts for name, facts in judged.facts.items() if not facts.unserved and not is_ignored(name)}
    name, facts = next(iter(models.items())) if len(models) == 1 else ("", NO_FACTS)
    return FoundModel(name, facts, judged.problems, judged.unknown)
