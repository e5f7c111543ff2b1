"""Make the example: a Spark PipelineModel on the wine data that scikit-learn ships, and its samples. Needs Java.

Run it in this folder: `python train.py`. The files it makes are checked in.
"""

import shutil
from pathlib import Path

from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import StandardScaler, VectorAssembler
from pyspark.sql import SparkSession
from sklearn.datasets import load_wine

HERE = Path(__file__).parent

wine = load_wine(as_frame=True)
columns = ["alcohol", "malic_acid", "flavanoids", "color_intensity", "proline"]
frame = wine.data[columns].assign(label=wine.target.astype("float64"))

spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
data = spark.createDataFrame(frame).coalesce(1)
stages = [
    VectorAssembler(inputCols=columns, outputCol="raw"),
    StandardScaler(inputCol="raw", outputCol="features"),
    LogisticRegression(maxIter=20),
]
model = Pipeline(stages=stages).fit(data)
shutil.rmtree(HERE / "model", ignore_errors=True)
model.write().overwrite().save(str(HERE / "model"))
for checksum in (HERE / "model").rglob(".*.crc"):
    checksum.unlink()

rows = frame[columns].iloc[::4]
rows.to_csv(HERE / "samples" / "input.csv", index=False)
answers = model.transform(spark.createDataFrame(rows)).select("prediction").toPandas()
answers.to_csv(HERE / "samples" / "output.csv", index=False)
spark.stop()
