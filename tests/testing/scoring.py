"""A model that answers with what it was asked, and tables of every type: what `manifact score` is tested with."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import textwrap
from pathlib import Path
from typing import Any

HOOKS = """
    import json

    def load_model(path):
        return path

    def predict(model, features):
        rows = features.astype(object).where(features.notna(), None).to_dict("records")
        return [json.dumps({name: repr(cell) for name, cell in row.items()}) for row in rows]
"""
MANIFEST = """
    apiVersion: manifact/v1
    kind: Model
    metadata: {name: echo}
    spec:
      model: {path: model.txt, framework: other}
      score: {hooks: hooks.py}
      samples: {input: input.parquet}
      columns:
        input:
          day: {dtype: "datetime64[ns]", required: false}
          city: {dtype: category, categories: [Bergen, Cork, Delft], required: false}
          floor: {dtype: category, categories: [1, 2, 3], required: false}
          number: {required: false}
          whole: {dtype: Int64, required: false}
          image: {dtype: object, required: false}
          price: {required: false}
          note: {required: false}
          truth: {required: false}
"""


def row(number: int) -> dict[str, Any]:
    """One row of a table with a column of every type; some cells of later rows are missing."""
    missing = number % 5 == 4
    return {
        "id": number,
        "number": None if missing else number / 4,
        "whole": None if number % 7 == 6 else number,
        "truth": number % 2 == 0,
        "note": None if number % 3 == 2 else f"nøte, {number}",
        "city": None if missing else ("Bergen", "Cork", "Delft")[number % 3],
        "floor": 1 + number % 3,
        "day": None if missing else dt.datetime(2024, 2, 28, 23, 30) + dt.timedelta(days=number),
        "image": [[number, 1.5], [2.5, number / 8]],
        "price": None if missing else decimal.Decimal(number) / 8,
    }


def table(rows: int) -> Any:
    """A pyarrow Table of such rows."""
    import pyarrow as pa

    schema = pa.schema(
        [
            ("id", pa.int64()),
            ("number", pa.float64()),
            ("whole", pa.int64()),
            ("truth", pa.bool_()),
            ("note", pa.string()),
            ("city", pa.string()),
            ("floor", pa.int64()),
            ("day", pa.timestamp("us")),
            ("image", pa.list_(pa.list_(pa.float64()))),
            ("price", pa.decimal128(12, 3)),
        ]
    )
    return pa.Table.from_pylist([row(number) for number in range(rows)], schema)


def write_echo(folder: Path) -> Path:
    """The project of the model, in that folder; returns its manifest."""
    from pyarrow import parquet

    (folder / "model.txt").write_text("nothing\n")
    (folder / "hooks.py").write_text(textwrap.dedent(HOOKS))
    parquet.write_table(table(30).drop_columns(["id"]), folder / "input.parquet")
    manifest = folder / "model.yaml"
    manifest.write_text(textwrap.dedent(MANIFEST))
    return manifest


def write_artifact(folder: Path, source: str, *columns: str) -> Path:
    """An artifact directory with a score.py of its own and float columns."""
    folder.mkdir(parents=True)
    (folder / "score.py").write_text(textwrap.dedent(source))
    (folder / "runtime.yaml").write_text(textwrap.dedent(RUNTIME))
    entries = [{"name": name, "dtype": "float64", "required": True, "order": at} for at, name in enumerate(columns)]
    if columns:
        (folder / "input_schema.json").write_text(json.dumps({"schema": entries, "version": "1.1"}))
    return folder


RUNTIME = """
    MODEL_ARTIFACT_VERSION: '3.0'
    MODEL_DEPLOYMENT:
      INFERENCE_CONDA_ENV:
        INFERENCE_ENV_PATH: oci://packs@ns/pack_v1
        INFERENCE_ENV_SLUG: pack_v1
        INFERENCE_ENV_TYPE: published
        INFERENCE_PYTHON_VERSION: '3.11'
"""
