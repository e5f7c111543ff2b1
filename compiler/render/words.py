"""Quantities and facts in words."""

from __future__ import annotations

import re
from collections import Counter

from compiler.ir import ModelFacts
from compiler.planning.changes.types import Action
from compiler.planning.plan.plan import Plan

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_UNITS = ("B", "KB", "MB", "GB", "TB")


def size(count: int) -> str:
    """Bytes for people: 214 KB."""
    value = float(count)
    for unit in _UNITS:
        if value < 1000 or unit == _UNITS[-1]:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 10 else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError("the last unit takes everything")


def count(number: int, noun: str) -> str:
    """`1 file`, `9 files`."""
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"


def digest(value: str) -> str:
    """A digest short enough to read: `sha256:4f1c2a9e01b7`."""
    return f"sha256:{value.removeprefix('sha256:')[:12]}"


def digests(words: str) -> str:
    """Text with every digest in it made short."""
    return _DIGEST.sub(lambda match: digest(match.group()), words)


def printable(words: str) -> str:
    """Text of somebody else's on one line, without what a terminal would obey."""
    whole = " ".join(re.split(r"[\r\n\t]+", words))
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in whole)


def headline(facts: ModelFacts) -> str:
    """One line: `scikit-learn 1.9.1  RandomForestClassifier  13 features -> 3 classes`."""
    if facts.framework is None:
        return "made elsewhere; it shows no model that is known here, or several"
    library = f"{facts.framework} {facts.version}" if facts.version else f"{facts.framework} (version not recorded)"
    return "  ".join(part for part in (library, facts.algorithm, _shape(facts)) if part)


def plan_sum(plan: Plan) -> str:
    """How much a plan does: `2 to create, 0 to update, 0 to delete`, and in how many of several models."""
    counted = Counter(change.action for change in plan.pending)
    words = {
        "create": counted[Action.CREATE],
        "update": counted[Action.UPDATE] + counted[Action.RESTART],
        **({"replace": counted[Action.REPLACE]} if counted[Action.REPLACE] else {}),
        "delete": counted[Action.DELETE],
    }
    models = len(plan.models)
    where = f" ({len({change.name for change in plan.pending})} of {models} models)" if models > 1 else ""
    adopted = {"take over": counted[Action.ADOPT]} if counted[Action.ADOPT] else {}
    return ", ".join(f"{number} to {word}" for word, number in {**adopted, **words}.items()) + where


def _shape(facts: ModelFacts) -> str:
    takes = count(facts.feature_count, "feature") if facts.feature_count is not None else ""
    gives = f"{len(facts.classes)} classes" if facts.classes is not None else ""
    if not gives and facts.outputs_per_row:
        gives = count(facts.outputs_per_row, "output")
    return f"{takes} -> {gives}" if takes and gives else takes or gives
