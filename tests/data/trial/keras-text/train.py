"""A network that takes text, vectorised inside the model."""

import keras
import numpy
import pandas
import tensorflow as tf

texts = ["a good film", "a bad film", "good", "bad, very bad"]
layer = keras.layers.TextVectorization(max_tokens=20, output_sequence_length=4)
layer.adapt(texts)
inputs = keras.Input(shape=(1,), dtype="string", name="review")
x = keras.layers.Embedding(20, 4)(layer(inputs))
model = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(keras.layers.GlobalAveragePooling1D()(x)))
model.compile(loss="binary_crossentropy")
model.fit(tf.constant([[text] for text in texts]), numpy.array([1, 0, 1, 0]), verbose=0)
model.save("model.keras")
pandas.DataFrame({"review": texts}).to_csv("data.csv", index=False)
