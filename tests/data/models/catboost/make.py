"""Make the model files beside this one, with CatBoost 1.2.10: `python make.py`, in this folder."""

import pickle
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from catboost import CatBoostClassifier, CatBoostRanker, CatBoostRegressor

random = np.random.default_rng(0)
rooms, area = random.integers(1, 6, 200), random.normal(80, 20, 200).round(2)
homes = pd.DataFrame({"rooms": rooms, "area": area, "city": random.choice(["Bergen", "Cork", "Graz", "Åre"], 200)})
price = homes["rooms"] * 10 + homes["area"] + homes["city"].map({"Bergen": 5, "Cork": 0, "Graz": -5, "Åre": 30})
kind = np.where(price > 120, "high", np.where(price > 95, "mid", "low"))
numbers = homes[["rooms", "area"]]
options = {"iterations": 4, "depth": 2, "random_seed": 0, "verbose": False, "allow_writing_files": False}

classifier = CatBoostClassifier(**options, cat_features=["city"]).fit(homes, kind)
classifier.save_model("classifier.cbm")
classifier.save_model("classifier.json", format="json")
regressor = CatBoostRegressor(**options, cat_features=["city"], grow_policy="Depthwise").fit(homes, price)
regressor.save_model("leafwise.cbm")
regressor.save_model("leafwise.json", format="json")
CatBoostClassifier(**options).fit(numbers, price > 100).save_model("truth.cbm")
CatBoostClassifier(**options).fit(numbers.to_numpy(), (price > 100).astype(int)).save_model("unnamed.cbm")
CatBoostRegressor(**options, loss_function="MultiRMSE").fit(numbers, np.c_[price, -price]).save_model("targets.cbm")
CatBoostRanker(**options).fit(numbers, rooms, group_id=np.repeat(range(20), 10)).save_model("ranker.cbm")
with Path("classifier.pkl").open("wb") as file:
    pickle.dump(classifier, file)
joblib.dump(regressor, "leafwise.joblib")
