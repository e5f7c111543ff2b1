"""Pickled objects of a class of the user's own."""

from __future__ import annotations

import importlib
import pickle
import sys
from pathlib import Path

import numpy as np

from testing.random_models.model import ASKED, RandomModel, records, table

SOURCE = '''
class {name}:
    """Weighs columns, and knows what was missing and what a text is worth."""

    def __init__(self, weights, worth):
        self.weights, self.worth = weights, worth

    def predict(self, data):
        answers = []
        for _, row in data.iterrows():
            total = 0.0
            for name, weight in self.weights.items():
                value = row[name]
                value = self.worth.get(value, -1.0) if isinstance(value, str) else value
                total += weight * (0.5 if value != value else float(value))
            answers.append({answer})
        return answers
'''
ANSWERS = ("total", "[total, -total]", "'high' if total > 0 else 'low'", "{'total': total, 'sign': total > 0}")


def other(random: np.random.Generator, folder: Path) -> RandomModel:
    """A class in a module beside the manifest, allowed by name."""
    frame = table(random, ["float64", "missing", "int64", "bool", "text"], int(random.integers(2, 6)))
    module = f"own_{folder.name}_{random.integers(1 << 30)}".replace("-", "_")
    name, answer = "Weighed", str(random.choice(ANSWERS))
    (folder / f"{module}.py").write_text(SOURCE.replace("{name}", name).replace("{answer}", answer))
    sys.path.insert(0, str(folder))
    try:
        made = getattr(importlib.import_module(module), name)
    finally:
        sys.path.remove(str(folder))
    weights = {column: float(random.normal()) for column in frame.columns}
    texts = {cell for column in frame for cell in frame[column] if isinstance(cell, str)}
    worth = {text: float(random.normal()) for text in sorted(texts)}
    model = made(weights, worth)
    (folder / "model.pkl").write_bytes(pickle.dumps(model))
    rows = frame.head(ASKED)
    spec = {"model": {"allow": [f"{module}.{name}"]}, "include": [f"{module}.py"]}
    return RandomModel("model.pkl", records(rows), model.predict(rows), answer, spec)
