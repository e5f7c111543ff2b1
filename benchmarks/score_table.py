"""`manifact score` against the estimator's own predict on ready arrays, by CPU time: growth from 10^3 rows on, memory.

    python benchmarks/score_table.py [--rows 1000 10000 100000 1000000] [--model forest|logistic] [--spark 1 2]

The peer has the rows as one table in memory and the model loaded: neither reading, writing nor loading counts for it.
Ours is the whole command. With `--spark`, each number of executors is run on the largest table (wall seconds only: the
JVM's time is not that of a child of ours). Exits with 1 when the largest table takes more than 1.2
times the peer's CPU time.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import measure, python

BUDGET = 1.2
COLUMNS = 13
MANIFEST = """
apiVersion: manifact/v1
kind: Model
metadata: {name: bench}
spec:
  model: {path: model.joblib}
  samples: {input: input.csv, golden: 5}
"""
PREPARE = """
import sys, joblib, numpy as np, pandas as pd, pyarrow as pa
from pyarrow import parquet
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
kind, *sizes = sys.argv[1:]
X, y = load_wine(return_X_y=True, as_frame=True)
X.columns = [f"c{n}" for n in range(X.shape[1])]
logistic = make_pipeline(StandardScaler(), LogisticRegression())
model = RandomForestClassifier(100, random_state=0) if kind == "forest" else logistic
joblib.dump(model.fit(X, y), "model.joblib")
X.head(60).to_csv("input.csv", index=False)
for size in map(int, sizes):
    writer = None
    for start in range(0, size, 500_000):
        rows = np.random.default_rng(start).integers(0, len(X), min(500_000, size - start))
        table = pa.Table.from_pandas(X.iloc[rows].reset_index(drop=True), preserve_index=False)
        writer = writer or parquet.ParquetWriter(f"{size}.parquet", table.schema)
        writer.write_table(table)
    writer.close()
"""
PEER = """
import sys, time, joblib
import pyarrow.parquet as parquet
rows = parquet.read_table(sys.argv[1]).to_pandas()
model = joblib.load("model.joblib")
model.predict(rows[:10])
before = time.process_time()
for start in range(0, len(rows), 10_000):
    model.predict(rows[start:start + 10_000])
print(time.process_time() - before)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--model", choices=("forest", "logistic"), default="forest")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--spark", type=int, nargs="*", default=[])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="manifact-bench-") as name:
        folder = Path(name)
        subprocess.run([*python(PREPARE), arguments.model, *map(str, arguments.rows)], cwd=folder, check=True)
        (folder / "model.yaml").write_text(MANIFEST)
        subprocess.run([sys.executable, "-m", "compiler", "compile", "."], cwd=folder, check=True, capture_output=True)
        ratios = [_local(folder, rows, arguments.workers) for rows in arguments.rows]
        for executors in arguments.spark:
            _spark(folder, arguments.rows[-1], executors)
    return ratios[-1] > BUDGET


def _command(folder: Path, rows: int, *more: str) -> list[str]:
    shutil.rmtree(folder / "out", ignore_errors=True)
    words = ["score", "build/bench/artifact", "--input", f"{rows}.parquet", "--output", "out"]
    return [sys.executable, "-m", "compiler", *words, *more]


def _local(folder: Path, rows: int, workers: int) -> float:
    ours = measure(_command(folder, rows, "--workers", str(workers)), runs=1, cwd=folder, warm=0)
    text = subprocess.run([*python(PEER), f"{rows}.parquet"], cwd=folder, check=True, capture_output=True).stdout
    peer = float(text)
    ratio = ours.cpu / peer
    print(f"{rows:>10,} rows  {ours}  peer {peer:7.3f} s CPU  {ratio:5.2f}x (budget {BUDGET}x)", flush=True)
    return ratio


def _spark(folder: Path, rows: int, executors: int) -> None:
    master = ("--engine", "spark", "--master", f"local-cluster[{executors},1,1024]", "--conf", "spark.ui.enabled=false")
    started = time.perf_counter()
    ended = subprocess.run(_command(folder, rows, *master, "--json"), cwd=folder, check=True, capture_output=True)
    seconds = time.perf_counter() - started
    scored = json.loads(ended.stdout)["scored"]
    print(f"{rows:>10,} rows  Spark, {executors} executors  {seconds:7.1f} s wall  {scored:,} scored", flush=True)


if __name__ == "__main__":
    sys.exit(main())
