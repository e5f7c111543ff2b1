"""Boosters, and estimators of XGBoost: files of the library's own; `LGBMModel` is pickled, which keeps its classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from compiler.notebook.loaded import is_a, loaded


def takes(model: Any) -> bool:
    """Whether the model is a booster, or an estimator of XGBoost."""
    return _is_xgboost(model) or is_a(model, "lightgbm", "Booster")


def write(model: Any, sample: Any, folder: Path) -> Path:  # noqa: ARG001 - the same for all writers
    """JSON of XGBoost, text of LightGBM."""
    path = folder / ("model.json" if _is_xgboost(model) else "model.txt")
    model.save_model(str(path))
    return path


def answers(model: Any, sample: Any) -> Any:
    """What `predict` says."""
    if is_a(model, "xgboost", "Booster"):
        frame = hasattr(sample, "dtypes") and hasattr(sample, "columns")
        return model.predict(loaded("xgboost").DMatrix(sample, enable_categorical=frame))
    return model.predict(sample)


def allowed(path: Path) -> tuple[str, ...]:  # noqa: ARG001 - the same for all writers
    """None: it holds no code."""
    return ()


def _is_xgboost(model: Any) -> bool:
    return is_a(model, "xgboost", "Booster") or is_a(model, "xgboost", "XGBModel")
