"""Make the example: a small LightGBM booster in LightGBM's own text format, and its samples.

Run it in this folder: `python train.py`. The files it makes are checked in.
"""

from pathlib import Path

import lightgbm
from sklearn.datasets import load_diabetes

HERE = Path(__file__).parent

data = load_diabetes(as_frame=True)
settings = {"objective": "regression", "num_leaves": 7, "verbose": -1, "seed": 0, "num_threads": 1}
booster = lightgbm.train(settings, lightgbm.Dataset(data.data, data.target), num_boost_round=20)
booster.save_model(HERE / "model.txt")

rows = data.data.iloc[::9]
rows.to_csv(HERE / "samples" / "input.csv", index=False)
rows.assign(progression=booster.predict(rows))["progression"].to_csv(HERE / "samples" / "output.csv", index=False)
