"""What a random model is, and random tables to train one on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

WORDS = ["Bergen", "Cork", "Delft", "Essen", "Graz", "007", "true", "1.5"]
TRAINED, ASKED = 80, 12


@dataclass
class RandomModel:
    """A trained model with rows and what the library answers for them."""

    path: str
    """File or folder in the test's folder."""
    inputs: list[Any]
    """One row each: a record, or a list where columns have no names."""
    answers: list[Any]
    about: str
    spec: dict[str, Any] = field(default_factory=dict)
    """More of the manifest's `spec`; `spec["model"]` is merged with the path."""
    tolerance: float = 1e-5
    batch: int = 1
    sample: str = "in.json"
    """The file of the input sample."""


def table(random: np.random.Generator, kinds: list[str], count: int, rows: int = TRAINED) -> pd.DataFrame:
    """Columns of random kinds; names with blanks among them."""
    names = [str(name) for name in random.permutation(["a", "b c", "d_e", "f1", "G", "h  i"])[:count]]
    return pd.DataFrame({name: _column(random, str(random.choice(kinds)), rows) for name in names})


def _column(random: np.random.Generator, kind: str, rows: int) -> Any:
    if kind in {"float64", "float32"}:
        return random.normal(size=rows).astype(kind)
    if kind == "missing":
        return np.where(random.random(rows) < 0.2, np.nan, random.normal(size=rows))
    if kind in {"int64", "int8"}:
        return random.integers(-20, 20, rows).astype(kind)
    if kind == "bool":
        return random.random(rows) < 0.5
    words = [str(word) for word in random.permutation(WORDS)[: random.integers(2, 6)]]
    if kind == "text":
        return pd.Series(random.choice(words, rows), dtype=object)
    values = words if kind == "words" else [int(v) for v in random.permutation(50)[: random.integers(2, 6)]]
    cells = [None if random.random() < 0.1 else values[i] for i in random.integers(0, len(values), rows)]
    return pd.Categorical(cells, categories=values)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON has them: null for what is missing."""
    columns = {name: [_cell(value) for value in frame[name]] for name in frame.columns}
    return [{name: columns[name][row] for name in columns} for row in range(len(frame))]


def _cell(value: Any) -> Any:
    if value is None or pd.isna(value):
        return None
    return value.item() if isinstance(value, np.generic) else value


def plain(answers: Any) -> list[Any]:
    """A library's answer, one entry a row; several targets are a list of arrays."""
    if isinstance(answers, list):
        return [list(map(np.ndarray.tolist, row)) for row in zip(*answers, strict=True)]
    return np.asarray(answers).tolist()


def write_sample(random: np.random.Generator, frame: pd.DataFrame, folder: Path) -> str:
    """The rows as a CSV or Parquet file; JSON is what tests write themselves."""
    name = str(random.choice(["in.csv", "in.parquet", "in.json"]))
    if name == "in.csv":
        frame.to_csv(folder / name, index=False)
    elif name == "in.parquet":
        frame.to_parquet(folder / name, index=False)
    return name
