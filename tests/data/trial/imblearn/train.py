"""Oversampling inside a pipeline of imbalanced-learn."""

import joblib
import numpy
import pandas
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from sklearn.linear_model import LogisticRegression

rng = numpy.random.default_rng(0)
X = pandas.DataFrame(rng.normal(size=(120, 3)), columns=["a", "b", "c"])
y = (X.a > 1).astype(int)
joblib.dump(make_pipeline(SMOTE(random_state=0), LogisticRegression()).fit(X, y), "model.joblib")
X.head(10).to_csv("data.csv", index=False)
