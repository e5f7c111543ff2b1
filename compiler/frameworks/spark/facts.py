"""Spark: fitted `PipelineModel` folders, of Spark 3 and 4."""

from __future__ import annotations

from compiler.diagnostics import SourceRange, failure
from compiler.frameworks.base import ModelFile
from compiler.frameworks.spark.stages import check_stages
from compiler.ir import Json, ModelFacts, Tensor
from compiler.readers.spark_model import PIPELINES, Stage, input_columns, read_stage, read_stages


def facts(model: ModelFile) -> ModelFacts | None:
    """What the metadata say.

    Raises CompilerError: MF203 incomplete, MF204 for SQL that does more than compute, MF222 for no PipelineModel.
    """
    pipeline = read_stage(model.path)
    if pipeline.class_name not in PIPELINES:
        raise failure(
            "MF222",
            f"the folder holds a {pipeline.name} of Spark's, not a PipelineModel",
            where=SourceRange(str(model.path)),
            hint=_way_out(pipeline),
        )
    return _facts(model, pipeline, read_stages(model.path, pipeline))


def _way_out(stage: Stage) -> str:
    if stage.name == "Pipeline":
        return "fit it first: pipeline.fit(data).write().save(path)"
    return "PipelineModel(stages=[model]).write().save(path) wraps it"


def _facts(model: ModelFile, pipeline: Stage, stages: list[Stage]) -> ModelFacts:
    names = input_columns(stages)
    details: dict[str, Json] = {"stages": [stage.name for stage in stages]}
    for stage in stages:
        details |= {key: value for key, value in stage.extra.items() if key in {"numFeatures", "numClasses"}}
    unknown = check_stages(model)
    outputs = stages[-1].columns(("predictionCol",)) if stages else []
    return ModelFacts(
        framework="pyspark",
        format="spark",
        version=pipeline.version,
        algorithm="PipelineModel",
        hyperparameters={stage.uid: dict(stage.parameters) for stage in stages},
        feature_names=names,
        feature_count=None if names is None else len(names),
        outputs=tuple(Tensor(name, "float64", (None,)) for name in outputs),
        methods=frozenset(("predict",)),
        requires=("pyspark",),
        details=details,
        unknown=model.not_allowed(unknown),
        places=unknown,
    )
