"""Anomaly detection."""

import joblib
import numpy
import pandas
from sklearn.ensemble import IsolationForest

X = pandas.DataFrame(numpy.random.default_rng(0).normal(size=(50, 2)), columns=["a", "b"])
joblib.dump(IsolationForest(n_estimators=10, random_state=0).fit(X), "model.joblib")
X.head(10).to_csv("data.csv", index=False)
