"""A grid search over a pipeline: what is pickled is the search."""

import joblib
import numpy
import pandas
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import GridSearchCV

X = pandas.DataFrame(numpy.random.default_rng(0).normal(size=(60, 2)), columns=["a", "b"])
search = GridSearchCV(HistGradientBoostingClassifier(max_iter=5), {"max_depth": [2, 3]}, cv=2)
joblib.dump(search.fit(X, X.a > 0), "model.joblib")
X.head(10).to_csv("data.csv", index=False)
