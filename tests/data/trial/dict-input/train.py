"""A Keras network of two named inputs, whose sample is a CSV file with a column for each."""

import keras
import pandas

age, income = keras.Input((1,), name="age"), keras.Input((1,), name="income")
model = keras.Model({"age": age, "income": income}, keras.layers.Dense(1)(keras.layers.Concatenate()([age, income])))
model.save("model.keras")
pandas.DataFrame({"age": [20.0, 40, 60], "income": [1.5, 2.5, 3.5]}).to_csv("data.csv", index=False)
