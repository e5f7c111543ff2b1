"""Make the example: a small Keras model in the `.keras` format, and its samples.

Run it in this folder: `python train.py`. The files it makes are checked in.
"""

from pathlib import Path

import keras
import numpy as np
from sklearn.datasets import load_iris

HERE = Path(__file__).parent

keras.utils.set_random_seed(0)
iris = load_iris()
features = iris.data.astype("float32")
model = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(12, activation="relu"), keras.layers.Dense(3, activation="softmax")]
)
model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
model.fit(features, iris.target, epochs=40, verbose=0)
model.save(HERE / "model.keras")

sample = features[::6]
np.save(HERE / "samples" / "input.npy", sample)
np.save(HERE / "samples" / "output.npy", model.predict(sample, verbose=0))
