"""Make the example: a small CatBoost regressor of rents with a column of text, and its samples.

Run it in this folder: `python train.py`. The files it makes are checked in.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from catboost import CatBoostRegressor

HERE = Path(__file__).parent
EXTRA = {"Bergen": 300.0, "Cork": 100.0, "Delft": 0.0}

random = np.random.default_rng(0)
homes = pd.DataFrame({"rooms": random.integers(1, 6, 300), "area": random.normal(80, 20, 300).round(1)})
homes["city"] = random.choice(list(EXTRA), 300)
rent = homes["rooms"] * 90 + homes["area"] * 8 + homes["city"].map(EXTRA)
model = CatBoostRegressor(
    iterations=20, depth=3, random_seed=0, thread_count=1, verbose=False, allow_writing_files=False
).fit(homes, rent, cat_features=["city"])
model.save_model(HERE / "model.cbm")

rows = homes.iloc[::15]
rows.to_csv(HERE / "samples" / "input.csv", index=False)
pd.DataFrame({"rent": model.predict(rows)}).to_csv(HERE / "samples" / "output.csv", index=False)
