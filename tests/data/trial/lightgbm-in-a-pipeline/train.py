"""LightGBM behind an encoder, in a pipeline of scikit-learn."""

import joblib
import pandas
from lightgbm import LGBMClassifier
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

X = pandas.DataFrame({"city": ["Cork", "Graz", "Oslo"] * 20, "rooms": range(60)})
columns = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["city"]), remainder="passthrough")
model = make_pipeline(columns, LGBMClassifier(n_estimators=3, verbose=-1))
joblib.dump(model.fit(X, X.rooms.gt(30).map({True: "yes", False: "no"})), "model.joblib")
X.head(10).to_csv("data.csv", index=False)
