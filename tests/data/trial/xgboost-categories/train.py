"""XGBoost with a categorical column, saved by its own `save_model`."""

import pandas
import xgboost

X = pandas.DataFrame({"city": pandas.Categorical(["Cork", "Graz", "Oslo"] * 20), "rooms": range(60)})
xgboost.XGBRegressor(n_estimators=3, enable_categorical=True).fit(X, X.rooms * 2.0).save_model("model.json")
X.head(10).to_csv("data.csv", index=False)
