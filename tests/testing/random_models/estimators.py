"""Pipelines of scikit-learn and of Spark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd

from testing.random_models.model import ASKED, RandomModel, plain, records, table, write_sample

LABELS = ([3, 7, 9], ["no", "yes", "maybe"], [False, True])


def scikit_learn(random: np.random.Generator, folder: Path) -> RandomModel:
    """One or several targets, numbers, labels of every type, probabilities; frames and plain arrays."""
    named = random.random() < 0.7
    kinds = ["float64", "missing", "int64", "int8", "bool", "text", "words"] if named else ["float64", "float32"]
    frame = table(random, kinds, int(random.integers(2, 6)))
    method, estimator, target = _task(random, len(frame))
    fitted = _pipeline(frame, estimator).fit(frame, target) if named else estimator.fit(frame.to_numpy(), target)
    rows = frame.head(ASKED)
    answers = plain(getattr(fitted, method)(rows if named else rows.to_numpy()))
    joblib.dump(fitted, folder / "model.joblib", compress=int(random.integers(0, 4)))
    about = f"{type(estimator).__name__} {method} {dict(frame.dtypes.astype(str))} named={named}"
    inputs: list[Any] = records(rows) if named else [list(row.values()) for row in records(rows)]
    spec = {"score": {"method": method}}
    sample = write_sample(random, rows, folder) if named and not _would_lose_text(rows) else "in.json"
    return RandomModel("model.joblib", inputs, answers, about, spec, sample=sample)


def _would_lose_text(rows: pd.DataFrame) -> bool:
    """Whether a column holds texts that a CSV file shows as numbers; the manifest would have to declare it."""
    return any(str(dtype) in {"object", "str", "category"} for dtype in rows.dtypes)


def _task(random: np.random.Generator, rows: int) -> tuple[str, Any, Any]:
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.tree import DecisionTreeClassifier

    task = str(random.choice(["number", "numbers", "label", "labels", "outliers"]))
    if task in {"number", "numbers"}:
        target = random.normal(size=(rows, 2) if task == "numbers" else rows)
        return "predict", Ridge() if random.random() < 0.5 else RandomForestRegressor(5, random_state=0), target
    labels = LABELS[int(random.integers(0, 3))]
    target = np.array(labels)[random.integers(0, len(labels), (rows, 2) if task == "labels" else rows)]
    method = str(random.choice(["predict", "predict_proba"]))
    if task == "labels":
        return method, RandomForestClassifier(5, random_state=0), target
    estimators = [LogisticRegression(max_iter=500), KNeighborsClassifier(3), DecisionTreeClassifier(random_state=0)]
    return method, estimators[int(random.integers(0, 3))], target


def _pipeline(frame: pd.DataFrame, estimator: Any) -> Any:
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    kinds = {name: str(dtype) for name, dtype in frame.dtypes.items()}
    texts = [name for name, kind in kinds.items() if kind in {"object", "str", "category"}]
    truths = [name for name, kind in kinds.items() if kind == "bool"]
    numbers = [name for name in kinds if name not in {*texts, *truths}]
    steps = [
        ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), numbers),
        ("texts", OneHotEncoder(handle_unknown="ignore", sparse_output=False), texts),
        ("truths", "passthrough", truths),
    ]
    return make_pipeline(ColumnTransformer([step for step in steps if step[2]]), estimator)


def pyspark(random: np.random.Generator, folder: Path) -> RandomModel:
    """A fitted pipeline over numbers and texts."""
    from pyspark.ml import Pipeline
    from pyspark.ml.classification import DecisionTreeClassifier, LogisticRegression
    from pyspark.ml.feature import StringIndexer, VectorAssembler
    from pyspark.ml.regression import LinearRegression
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    for key in ("spark.driver.host", "spark.driver.bindAddress"):
        builder = builder.config(key, "127.0.0.1")
    session = builder.config("spark.sql.shuffle.partitions", "2").getOrCreate()
    frame = table(random, ["float64", "int64", "text"], int(random.integers(2, 5)))
    frame.columns = [name.replace(" ", "_") for name in frame.columns]
    frame["label"] = random.integers(0, 3, len(frame)).astype(float)
    columns = [name for name in frame.columns if name != "label"]
    texts = [name for name in columns if frame[name].dtype == object or str(frame[name].dtype) == "str"]
    indexers = [StringIndexer(inputCol=name, outputCol=f"{name}_i", handleInvalid="keep") for name in texts]
    features = [f"{name}_i" if name in texts else name for name in columns]
    last = [LogisticRegression(maxIter=5), DecisionTreeClassifier(maxDepth=3), LinearRegression(maxIter=5)]
    chosen: Any = last[int(random.integers(0, 3))]
    stages = [*indexers, VectorAssembler(inputCols=features, outputCol="features"), chosen]
    fitted = Pipeline(stages=stages).fit(session.createDataFrame(records(frame)))
    fitted.write().overwrite().save(f"file://{folder / 'model'}")
    rows = frame[columns].head(ASKED)
    given = session.createDataFrame(records(rows))
    found = [row["prediction"] for row in fitted.transform(given).select("prediction").collect()]
    return RandomModel("model", records(rows), found, f"{type(chosen).__name__} {dict(rows.dtypes.astype(str))}")
