"""What people have in memory in a notebook, for each framework: `model`, fitted, and `data`, what it was fitted on."""

from __future__ import annotations

DATA = """
import numpy as np, pandas as pd
import compiler
rng = np.random.default_rng(0)
X = pd.DataFrame({
    "a": rng.random(60),
    "b": rng.random(60).astype("float32"),
    "city": pd.Categorical(rng.choice(["Cork", "Graz"], 60)),
    "since": pd.to_datetime("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, 60), unit="D"),
    "zip": rng.choice(["007", "010"], 60),
})
y = (X.a > 0.5).astype(int)
numbers = X[["a", "b"]]
"""
FIT = {
    "sklearn": """
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
columns = make_column_transformer((OneHotEncoder(), ["city", "zip"]), ("passthrough", ["a", "b"]))
model = make_pipeline(columns, RandomForestClassifier(5, random_state=0)).fit(X, y.map({0: "no", 1: "yes"}))
data = X
""",
    "sklearn-array": """
from sklearn.linear_model import LinearRegression
data = numbers.to_numpy()
model = LinearRegression().fit(data, y)
""",
    "xgboost": "import xgboost\ndata = numbers\nmodel = xgboost.XGBClassifier(n_estimators=3).fit(data, y)\n",
    "xgboost-categories": """
import xgboost
data = X[["a", "b", "city"]]
model = xgboost.XGBRegressor(n_estimators=3, enable_categorical=True).fit(data, y)
""",
    "xgboost-booster": "import xgboost\ndata = numbers\nmodel = xgboost.train({}, xgboost.DMatrix(data, y), 3)\n",
    "lightgbm": """
import lightgbm
data = X[["a", "b", "city"]]
model = lightgbm.LGBMClassifier(n_estimators=3, verbose=-1).fit(data, y)
""",
    "lightgbm-booster": """
import lightgbm
data = numbers
model = lightgbm.train({"verbose": -1, "objective": "regression"}, lightgbm.Dataset(data, y), 3)
""",
    "pytorch": """
import torch
data = torch.rand(20, 3)
model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
""",
    "keras": """
import keras
data = rng.random((20, 3)).astype("float32")
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2)])
""",
    "onnx": """
import onnx, onnxruntime
from skl2onnx import to_onnx
from sklearn.linear_model import LinearRegression
data = numbers.to_numpy().astype("float32")
model = to_onnx(LinearRegression().fit(data, y), data[:1])
""",
    "spark": """
from pyspark.ml import Pipeline
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.regression import LinearRegression
from pyspark.sql import SparkSession
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
data = spark.createDataFrame(numbers.assign(y=y))
stages = [VectorAssembler(inputCols=["a", "b"], outputCol="features"), LinearRegression(labelCol="y")]
model = Pipeline(stages=stages).fit(data)
data = data.select("a", "b")
""",
}
