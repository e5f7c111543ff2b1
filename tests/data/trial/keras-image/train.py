"""A small image network; the sample is an array of images."""

import keras
import numpy

model = keras.Sequential(
    [
        keras.layers.Input((8, 8, 3)),
        keras.layers.Conv2D(4, 3, activation="relu"),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(2, activation="softmax"),
    ]
)
model.save("model.keras")
numpy.save("data.npy", numpy.random.default_rng(0).random((4, 8, 8, 3), dtype="float32"))
