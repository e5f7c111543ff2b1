"""Gradient boosting: categories and missing values, estimators and boosters, every format."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd

from testing.random_models.model import ASKED, RandomModel, plain, records, table, write_sample

KINDS = ["float64", "float32", "missing", "int64", "int8", "bool", "words", "numbers"]


def _target(random: np.random.Generator, frame: pd.DataFrame) -> np.ndarray:
    """Something that depends on every column, so that trees look at each."""
    parts = [frame[name].cat.codes if str(frame[name].dtype) == "category" else frame[name] for name in frame]
    filled = np.column_stack([np.nan_to_num(np.asarray(part, dtype=float)) for part in parts])
    return filled @ random.normal(size=filled.shape[1]) + random.normal(size=len(frame)) / 10


def xgboost(random: np.random.Generator, folder: Path) -> RandomModel:
    """Estimators and boosters of XGBoost; some files as releases before 3.1 wrote them."""
    import xgboost as xgb

    frame = table(random, KINDS, int(random.integers(2, 6)))
    target = _target(random, frame)
    task = str(random.choice(["regression", "several", "binary", "multi", "booster", "ranker"]))
    settings: dict[str, Any] = {"n_estimators": 6, "max_depth": 3, "enable_categorical": True, "n_jobs": 1}
    labels = np.digitize(target, np.quantile(target, [0.5] if task == "binary" else [0.3, 0.6]))
    method = "predict"
    if task in {"binary", "multi"}:
        fitted: Any = xgb.XGBClassifier(**settings).fit(frame, labels)
        method = str(random.choice(["predict", "predict_proba"]))
    elif task == "ranker":
        fitted = xgb.XGBRanker(**settings).fit(frame, labels, group=[len(frame)])
    elif task == "booster":
        data = xgb.DMatrix(frame, target, enable_categorical=True)
        fitted = xgb.train({"max_depth": 3, "nthread": 1}, data, 6)
    else:
        wanted = np.column_stack([target, -2 * target]) if task == "several" else target
        fitted = xgb.XGBRegressor(**settings).fit(frame, wanted)
    rows = frame.head(ASKED)
    asked = xgb.DMatrix(rows, enable_categorical=True) if task == "booster" else rows
    answers = plain(getattr(fitted, method)(asked))
    form = str(random.choice(["json", "ubj", "pickle", "joblib", "old"]))
    name, columns = _save(fitted, form, frame, folder)
    spec: dict[str, Any] = {"score": {"method": method}, "columns": {"input": columns}}
    about = f"{task} {method} {form} {dict(frame.dtypes.astype(str))}"
    return RandomModel(name, records(rows), answers, about, spec, sample=write_sample(random, rows, folder))


def _save(fitted: Any, form: str, frame: pd.DataFrame, folder: Path) -> tuple[str, dict[str, Any]]:
    if form in {"pickle", "joblib"}:
        name = f"model.{form}"
        if form == "joblib":
            joblib.dump(fitted, folder / name)
        else:
            (folder / name).write_bytes(pickle.dumps(fitted))
        return name, {}
    name = "model.ubj" if form == "ubj" else "model.json"
    fitted.save_model(folder / name)
    if form != "old":
        return name, {}
    content = json.loads((folder / name).read_text())
    content["learner"]["gradient_booster"]["model"].pop("cats")
    content["version"] = [3, 0, 5]
    (folder / name).write_text(json.dumps(content))
    categorical = [column for column in frame if str(frame[column].dtype) == "category"]
    return name, {column: {"categories": frame[column].cat.categories.tolist()} for column in categorical}


def lightgbm(random: np.random.Generator, folder: Path) -> RandomModel:
    """Estimators and boosters of LightGBM, labels of text among them."""
    import lightgbm as lgb

    frame = table(random, KINDS, int(random.integers(2, 6)))
    target = _target(random, frame)
    task = str(random.choice(["regression", "binary", "multi", "booster", "booster of classes"]))
    settings: dict[str, Any] = {"min_child_samples": 2, "verbose": -1, "num_threads": 1}
    classes = np.digitize(target, np.quantile(target, [0.5] if task == "binary" else [0.3, 0.6]))
    method = "predict"
    if task in {"binary", "multi"}:
        labels = np.array(random.choice(["no yes maybe", "3 7 9"]).split())[classes]
        fitted: Any = lgb.LGBMClassifier(n_estimators=6, **settings).fit(frame, labels)
        method = str(random.choice(["predict", "predict_proba"]))
    elif task == "regression":
        fitted = lgb.LGBMRegressor(n_estimators=6, **settings).fit(frame, target)
    else:
        several = task == "booster of classes"
        objective = {"objective": "multiclass", "num_class": 3} if several else {"objective": "regression"}
        data = lgb.Dataset(frame, classes if several else target)
        fitted = lgb.train({**settings, **objective, "min_data_in_leaf": 2}, data, 6)
    rows = frame.head(ASKED)
    answers = plain(getattr(fitted, method)(rows))
    form = str(random.choice(["text", "pickle", "joblib"])) if task.startswith("booster") else "joblib"
    name = f"model.{form}"
    if form == "text":
        fitted.save_model(folder / name)
    elif form == "pickle":
        (folder / name).write_bytes(pickle.dumps(fitted))
    else:
        joblib.dump(fitted, folder / name)
    about = f"{task} {method} {form} {dict(frame.dtypes.astype(str))}"
    spec: dict[str, Any] = {"score": {"method": method}}
    return RandomModel(name, records(rows), answers, about, spec, sample=write_sample(random, rows, folder))
