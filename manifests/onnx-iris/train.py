"""Make the example: a scikit-learn classifier converted to ONNX, and its samples.

Run it in this folder: `python train.py`. The files it makes are checked in.
"""

from pathlib import Path

import numpy as np
import onnxruntime
from skl2onnx import to_onnx
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

HERE = Path(__file__).parent

iris = load_iris()
features = iris.data.astype("float32")
model = LogisticRegression(max_iter=500).fit(features, iris.target)
graph = to_onnx(model, features[:1], options={"zipmap": False})
(HERE / "model.onnx").write_bytes(graph.SerializeToString())

sample = features[::6]
session = onnxruntime.InferenceSession(str(HERE / "model.onnx"))
np.save(HERE / "samples" / "input.npy", sample)
np.save(HERE / "samples" / "output.npy", session.run(None, {session.get_inputs()[0].name: sample})[0])
