"""Models of Spark ML, asked through the session that is active."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from compiler.notebook.loaded import is_a, loaded


def takes(model: Any) -> bool:
    """Whether it is a fitted model, a pipeline's included."""
    return is_a(model, "pyspark.ml", "Model")


def write(model: Any, sample: Any, folder: Path) -> Path:  # noqa: ARG001 - the same for all writers
    """A directory."""
    path = folder / "model"
    model.write().overwrite().save(path.as_uri())
    return path


def answers(model: Any, sample: Any) -> Any:
    """The column `prediction` of what `transform` gives."""
    session = loaded("pyspark.sql").SparkSession.getActiveSession()
    return model.transform(session.createDataFrame(sample)).select("prediction").toPandas()["prediction"]


def allowed(path: Path) -> tuple[str, ...]:  # noqa: ARG001 - the same for all writers
    """None: it holds no code."""
    return ()
