"""Spark: fitted `PipelineModel` folders, of Spark 3 and 4."""

from __future__ import annotations

from typing import Any

from compiler.frameworks.base import ColumnPolicy, Framework, ModelFile
from compiler.frameworks.formats import Format, Mark, Sample
from compiler.ir import ModelFacts, ResolvedModel

# Spark's own names for what scikit-learn's methods give.
_OUTPUTS = {"predict": "prediction", "predict_proba": "probability", "decision_function": "rawPrediction"}


def _is_spark(sample: Sample) -> bool:
    return sample.has("metadata", "stages") or any(sample.path.glob("metadata/part-*"))


class Spark(Framework):
    """Folders that `model.write().save` wrote."""

    name = "pyspark"
    formats = (Format("spark", Mark.STRUCTURE, _is_spark, directory=True),)
    score_template = "spark/score.py.j2"
    libraries = {"pyspark": "pyspark"}
    columns = ColumnPolicy(by_name=True)
    ways_out = {"pyspark": "save it with model.write().save('directory')"}

    def facts(self, model: ModelFile) -> ModelFacts | None:
        """Facts of a pipeline and its stages."""
        from compiler.frameworks.spark.facts import facts

        return facts(model)

    def score_values(self, model: ResolvedModel) -> dict[str, Any]:
        """The column that holds the answer."""
        return {"output": _OUTPUTS.get(model.score.method, "")}


FRAMEWORK = Spark()
