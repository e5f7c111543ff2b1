"""A class defined in the script that was run: pickle names it `__main__`."""

import joblib
import pandas
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline


class Twice(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X * 2


X = pandas.DataFrame({"a": [1.0, 2, 3], "b": [3.0, 1, 2]})
joblib.dump(make_pipeline(Twice(), LinearRegression()).fit(X, [1, 2, 3]), "model.joblib")
X.to_csv("data.csv", index=False)
