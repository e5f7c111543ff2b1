"""A text classifier, fitted on one column of a data frame."""

import joblib
import pandas
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

X = pandas.DataFrame({"review": ["a good film", "a bad film", "good", "bad, very bad"] * 5})
y = ["good", "bad", "good", "bad"] * 5
joblib.dump(make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(X.review, y), "model.joblib")
X.head(4).to_csv("data.csv", index=False)
