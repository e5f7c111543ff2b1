"""Make the example: a small XGBoost classifier with text labels, in XGBoost's own JSON, and its samples.

Run it in this folder: `python train.py`. The files it makes are checked in.
"""

from pathlib import Path

from sklearn.datasets import load_breast_cancer
from xgboost import XGBClassifier

HERE = Path(__file__).parent

data = load_breast_cancer(as_frame=True)
columns = ["mean radius", "mean texture", "mean smoothness", "worst area", "worst concavity"]
model = XGBClassifier(n_estimators=12, max_depth=3, random_state=0).fit(data.data[columns], data.target)
model.save_model(HERE / "model.json")

rows = data.data[columns].iloc[::12]
rows.to_csv(HERE / "samples" / "input.csv", index=False)
rows.assign(benign=model.predict(rows))["benign"].to_csv(HERE / "samples" / "output.csv", index=False)
