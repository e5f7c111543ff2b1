"""Oracle ADS prepares an artifact of a framework, with a manifest and samples beside it, for `spec.artifact`.

    python ads_artifacts.py FRAMEWORK FOLDER

Run in ADS's own virtual environment (see test_ads.py), which holds the framework too.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

MANIFEST = """\
apiVersion: manifact/v1
kind: Model
metadata: {name: made-by-ads}
spec:
  artifact: {path: artifact/}
  samples: {input: input.csv, output: OUTPUT, tolerance: 1.0e-4}
  deployment: {shape: VM.Standard.E4.Flex}
"""
ROWS = [[0.5, 1.25], [2.0, -1.5], [3.75, 0.0], [-0.25, 4.5], [1.0, 1.0]]
NAMES = ["a", "b"]
Made = tuple[Any, Sequence[Sequence[float]]]
"""ADS's model, prepared, and what the model itself answers to ROWS."""


def pytorch(folder: str, pack: dict[str, str]) -> Made:
    import torch
    from ads.model.framework.pytorch_model import PyTorchModel

    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 3)).eval()
    sample = torch.tensor(ROWS)
    model = PyTorchModel(estimator=net, artifact_dir=folder)
    model.prepare(**pack, use_torch_script=True, X_sample=sample, y_sample=net(sample).detach(), force_overwrite=True)
    return model, net(sample).tolist()


def tensorflow(folder: str, pack: dict[str, str]) -> Made:
    import numpy as np
    from ads.model.framework.tensorflow_model import TensorFlowModel
    from tensorflow import keras

    keras.utils.set_random_seed(0)
    net = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(3)])
    sample = np.array(ROWS, "float32")
    model = TensorFlowModel(estimator=net, artifact_dir=folder)
    model.prepare(**pack, X_sample=sample, y_sample=net(sample).numpy(), force_overwrite=True)
    return model, net(sample).numpy().tolist()


def spark(folder: str, pack: dict[str, str]) -> Made:
    from ads.model.framework.spark_model import SparkPipelineModel
    from pyspark.ml import Pipeline
    from pyspark.ml.feature import VectorAssembler
    from pyspark.ml.regression import LinearRegression
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    columns = [*NAMES, "label"]
    frame = session.createDataFrame([(*row, row[0] * 2 - row[1] + at % 2) for at, row in enumerate(ROWS)], columns)
    stages = [VectorAssembler(inputCols=NAMES, outputCol="features"), LinearRegression()]
    fitted = Pipeline(stages=stages).fit(frame)
    features = frame.drop("label")
    model = SparkPipelineModel(estimator=fitted, artifact_dir=folder)
    model.prepare(**pack, X_sample=features, y_sample=frame.select("label"), force_overwrite=True)
    return model, [[row.prediction] for row in fitted.transform(features).collect()]


FRAMEWORKS: dict[str, Callable[[str, dict[str, str]], Made]] = {
    "pytorch": pytorch,
    "tensorflow": tensorflow,
    "spark": spark,
}


def make(framework: str, folder: Path, pack: str) -> None:
    """Write `artifact/`, `input.csv`, what the model answers, and `model.yaml`."""
    artifact = folder / "artifact"
    _, answers = FRAMEWORKS[framework](str(artifact), {"inference_conda_env": pack, "inference_python_version": "3.11"})
    with (folder / "input.csv").open("w", newline="") as file:
        csv.writer(file).writerows([NAMES, *ROWS])
    flat = [row[0] if len(row) == 1 else row for row in answers]
    (folder / "output.json").write_text(json.dumps(flat))
    (folder / "model.yaml").write_text(MANIFEST.replace("OUTPUT", "output.json"))


if __name__ == "__main__":
    sys.path += [str(Path(__file__).parents[2]), str(Path(__file__).parent)]
    from ads_life import conda_pack, signed_in, with_cloud

    def work(url: str, compartment: str) -> None:
        pack = conda_pack(url, compartment)
        signed_in(url)
        make(sys.argv[1], Path(sys.argv[2]), pack)

    with_cloud(Path(sys.argv[2]) / "elsewhere", work)
