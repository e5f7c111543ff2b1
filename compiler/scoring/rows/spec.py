"""What the model takes of a table, how its answers are named: read once from the artifact's schemas."""

from __future__ import annotations

import ast
import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INPUT_SCHEMA, OUTPUT_SCHEMA = "input_schema.json", "output_schema.json"
PREDICTION = "prediction"
"""Name of the column of answers where the output schema has none."""
_CONSTRAINT = "$x in "


@dataclass(frozen=True, slots=True)
class ModelColumn:
    """One column of the input schema."""

    name: str
    dtype: str
    required: bool
    categories: tuple[Any, ...] = ()
    """The values that the schema lists; none where it lists none."""


@dataclass(frozen=True, slots=True)
class AnswerColumn:
    """One column that is appended."""

    name: str
    key: str
    """Its name in an answer by name."""
    dtype: str
    """As the output schema says; empty where it is not known."""


@dataclass(frozen=True, slots=True)
class ScoringSpec:
    """What is sent to the model, and what its answers become."""

    columns: tuple[ModelColumn, ...]
    """Columns of the input schema; none: every column of the table is sent."""
    answers: tuple[AnswerColumn, ...]
    text: bool
    """Whether all cells of the table are text, as in CSV: those of numbers are read as such."""
    by_column: bool | None = None
    """Send {column: values} rather than records; None: where score.py has the functions of Oracle ADS's."""

    def to_json(self) -> str:
        """The same as text, for a process or a job."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> ScoringSpec:
        """The same again."""
        value = json.loads(text)
        columns = tuple(ModelColumn(**{**c, "categories": tuple(c["categories"])}) for c in value["columns"])
        answers = tuple(AnswerColumn(**answer) for answer in value["answers"])
        return cls(columns, answers, value["text"], value["by_column"])


def read_spec(artifact: Path, taken: Mapping[str, object], *, text: bool, by_column: bool | None) -> ScoringSpec:
    """The spec for an artifact directory; `taken` are the names of the caller's columns.

    An answer whose name is taken is called `prediction_<name>`. Raises ValueError when a schema has another form.
    """
    columns = tuple(map(_column, _entries(artifact / INPUT_SCHEMA)))
    entries = _entries(artifact / OUTPUT_SCHEMA)
    return ScoringSpec(columns, _answers(entries, taken), text, by_column)


def _entries(path: Path) -> list[dict[str, Any]]:
    """The columns of a schema file in their order; none where there is no file."""
    if not path.is_file():
        return []
    try:
        entries = json.loads(path.read_bytes())["schema"]
        return sorted(entries, key=lambda entry: int(entry.get("order", 0)))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path.name} is not a schema: {error!r}") from None


def _column(entry: Mapping[str, Any]) -> ModelColumn:
    required = bool(entry.get("required", True))
    return ModelColumn(str(entry["name"]), str(entry.get("dtype", "")), required, _categories(entry))


def _categories(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    constraints = (entry.get("domain") or {}).get("constraints") or []
    for constraint in constraints:
        text = str(constraint.get("expression", ""))
        if text.startswith(_CONSTRAINT):
            try:
                return tuple(ast.literal_eval(text.removeprefix(_CONSTRAINT)))
            except (ValueError, SyntaxError, TypeError):
                return ()
    return ()


def _answers(entries: list[dict[str, Any]], taken: Mapping[str, object]) -> tuple[AnswerColumn, ...]:
    if not entries:
        return (AnswerColumn(_free(PREDICTION, taken), PREDICTION, ""),)
    single = len(entries) == 1
    return tuple(
        AnswerColumn(_free(_name(entry["name"], single=single), taken), str(entry["name"]), _dtype(entry))
        for entry in entries
    )


def _dtype(entry: Mapping[str, Any]) -> str:
    """The dtype of single values; of arrays the answers themselves show it."""
    shaped = ((entry.get("domain") or {}).get("stats") or {}).get("shape")
    return "" if shaped else str(entry.get("dtype", ""))


def _name(name: str | int, *, single: bool) -> str:
    """Columns without names are numbered in the schema."""
    if isinstance(name, str):
        return name
    return PREDICTION if single else f"{PREDICTION}_{name}"


def _free(name: str, taken: Mapping[str, object]) -> str:
    while name in taken:
        name = f"{PREDICTION}_{name}"
    return name
