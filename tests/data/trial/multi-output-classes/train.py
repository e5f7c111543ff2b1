"""A forest that answers two classes for each row, in an array."""

import joblib
import numpy
import pandas
from sklearn.ensemble import RandomForestClassifier

X = pandas.DataFrame({"a": numpy.arange(10.0), "b": numpy.arange(10.0) ** 2})
y = numpy.column_stack([X.a > 4, X.b > 30]).astype(int)
joblib.dump(RandomForestClassifier(3, random_state=0).fit(X, y), "model.joblib")
X.to_csv("data.csv", index=False)
