"""Clusters of scaled rows."""

import joblib
import numpy
import pandas
from sklearn.cluster import KMeans
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X = pandas.DataFrame(numpy.random.default_rng(0).normal(size=(50, 2)), columns=["a", "b"])
joblib.dump(make_pipeline(StandardScaler(), KMeans(3, random_state=0)).fit(X), "model.joblib")
X.head(10).to_csv("data.csv", index=False)
