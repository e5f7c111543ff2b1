"""Make the example: a small random forest on the wine data that scikit-learn ships, and its samples.

Run it in this folder: `python train.py`. The files it makes are checked in.
"""

from pathlib import Path

import joblib
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier

HERE = Path(__file__).parent

wine = load_wine(as_frame=True)
labels = wine.target.map(lambda index: str(wine.target_names[index])).rename("cultivar")
model = RandomForestClassifier(n_estimators=20, max_depth=6, random_state=0).fit(wine.data, labels)
joblib.dump(model, HERE / "model.joblib")

# Every third row, so that all three classes are among the first ones.
rows = wine.data.iloc[::3].sample(frac=1, random_state=0)
rows.to_csv(HERE / "samples" / "input.csv", index=False)
answers = rows.assign(cultivar=model.predict(rows))["cultivar"]
answers.to_csv(HERE / "samples" / "output.csv", index=False)
