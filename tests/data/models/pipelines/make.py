"""Make the files beside this one: `python make.py`, in this folder, with what each needs.

scikit-learn 1.9.1, imbalanced-learn 0.14.2, LightGBM 4.7, CatBoost 1.2.10, hdbscan 0.8.44.
"""

import hdbscan
import joblib
import numpy as np
import pandas as pd
from catboost import CatBoostClassifier
from imblearn.pipeline import make_pipeline as balanced
from imblearn.under_sampling import RandomUnderSampler
from lightgbm import LGBMClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X = pd.DataFrame(np.random.default_rng(0).random((60, 2)), columns=["a", "b"])
Y = np.array(["no", "yes", "maybe"])[np.arange(60) % 3]
TREES = LGBMClassifier(n_estimators=1, num_leaves=2, verbose=-1)
CAT = CatBoostClassifier(iterations=1, depth=1, verbose=False, allow_writing_files=False)
MODELS = {
    "balanced": balanced(RandomUnderSampler(), StandardScaler(), LogisticRegression()).fit(X, Y),
    "balanced-trees": balanced(RandomUnderSampler(), StandardScaler(), TREES).fit(X, Y),
    "scaled-catboost": make_pipeline(StandardScaler(), CAT).fit(X, Y),
    "scaled-hdbscan": make_pipeline(StandardScaler(), hdbscan.HDBSCAN(min_cluster_size=3)).fit(X),
    "hdbscan": hdbscan.HDBSCAN(min_cluster_size=3).fit(X),
}
for name, model in MODELS.items():
    joblib.dump(model, f"{name}.joblib", compress=3)
