"""Random models of every framework, trained by the libraries themselves, with the libraries' own answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from testing.random_models import boosters, estimators, graphs, modules, own
from testing.random_models.model import RandomModel

MAKERS: dict[str, Callable[[np.random.Generator, Path], RandomModel]] = {
    "scikit-learn": estimators.scikit_learn,
    "xgboost": boosters.xgboost,
    "lightgbm": boosters.lightgbm,
    "pytorch": modules.pytorch,
    "tensorflow": modules.tensorflow,
    "onnx": graphs.onnx,
    "pyspark": estimators.pyspark,
    "other": own.other,
}


def framework_of(seed: int) -> str:
    """The frameworks in turn."""
    return list(MAKERS)[seed % len(MAKERS)]


def random_model(seed: int, folder: Path) -> RandomModel:
    """The model of a seed: the same seed gives the same model; its files are written into `folder`."""
    return MAKERS[framework_of(seed)](np.random.default_rng(seed), folder)
