"""The same, with the class in a module."""

import joblib
import pandas
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from twice import Twice

X = pandas.DataFrame({"a": [1.0, 2, 3], "b": [3.0, 1, 2]})
joblib.dump(make_pipeline(Twice(), LinearRegression()).fit(X, [1, 2, 3]), "model.joblib")
