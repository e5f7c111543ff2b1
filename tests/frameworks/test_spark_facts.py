"""Spark pipelines: what the metadata say, against Spark itself where it runs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model
from testing.paths import GOLDENS

GOLDEN = GOLDENS / "pyspark-pipelinemodel" / "artifact" / "model"
ML = "org.apache.spark.ml."


def test_the_golden_pipeline() -> None:
    facts = inspect_model(GOLDEN)
    assert (facts.framework, facts.format, facts.version) == ("pyspark", "spark", "4.3.0")
    assert (facts.algorithm, facts.feature_names, facts.feature_count) == ("PipelineModel", ("c", "a", "b"), 3)
    assert facts.details["stages"] == ["StringIndexerModel", "VectorAssembler", "LogisticRegressionModel"]
    assert facts.hyperparameters is not None
    assert [settings.get("maxIter") for settings in facts.hyperparameters.values()] == [None, None, 5]  # type: ignore[union-attr]
    assert (facts.outputs[0].name, facts.unknown) == ("prediction", ())


def stage(uid: str, class_name: str, **parameters: object) -> dict[str, Any]:
    return {"class": class_name, "uid": uid, "sparkVersion": "3.5.1", "paramMap": parameters, "defaultParamMap": {}}


def write(folder: Path, *stages: dict[str, Any], class_name: str = ML + "PipelineModel") -> Path:
    pipeline = stage("p", class_name, stageUids=[entry["uid"] for entry in stages])
    places = {folder: pipeline}
    places |= {folder / "stages" / f"{index}_{entry['uid']}": entry for index, entry in enumerate(stages)}
    for place, entry in places.items():
        (place / "metadata").mkdir(parents=True)
        (place / "metadata" / "part-00000").write_text(json.dumps(entry))
    return folder


def test_columns_that_only_make_the_label_are_not_needed(tmp_path: Path) -> None:
    facts = inspect_model(
        write(
            tmp_path / "m",
            stage("y", ML + "feature.StringIndexerModel", inputCol="target", outputCol="label"),
            stage("c", ML + "feature.StringIndexerModel", inputCols=["city"], outputCols=["ci"]),
            stage("v", ML + "feature.VectorAssembler", inputCols=["ci", "area"], outputCol="features"),
            stage("t", ML + "classification.GBTClassificationModel", featuresCol="features", labelCol="label"),
        )
    )
    assert (facts.version, facts.feature_names) == ("3.5.1", ("city", "area"))


def test_columns_inside_sql_are_not_recorded(tmp_path: Path) -> None:
    sql = stage("s", ML + "feature.SQLTransformer", statement="SELECT *, a + b AS ab FROM __THIS__")
    assembler = stage("v", ML + "feature.VectorAssembler", inputCols=["ab"], outputCol="features")
    assert inspect_model(write(tmp_path / "m", sql, assembler)).feature_names is None


def test_foreign_stages_are_unknown_code(tmp_path: Path) -> None:
    folder = write(tmp_path / "m", stage("x", "my.module.Scaler", inputCol="a", outputCol="b"))
    assert inspect_model(folder).unknown == ("my.module.Scaler",)
    assert inspect_model(folder, allow=frozenset({"my.module.Scaler"})).unknown == ()


def refused(path: Path) -> str:
    with pytest.raises(CompilerError) as caught:
        inspect_model(path)
    (problem,) = caught.value.diagnostics
    return f"{problem.code} {problem.message}; {problem.hint}"


def test_what_is_no_pipeline_model(tmp_path: Path) -> None:
    assert refused(write(tmp_path / "a", class_name=ML + "Pipeline")) == (
        "MF222 the folder holds a Pipeline of Spark's, not a PipelineModel; "
        "fit it first: pipeline.fit(data).write().save(path)"
    )
    assert "PipelineModel(stages=[model])" in refused(write(tmp_path / "b", class_name=ML + "clustering.KMeansModel"))


def test_incomplete_folders(tmp_path: Path) -> None:
    shutil.copytree(GOLDEN, tmp_path / "m")
    stages = sorted((tmp_path / "m" / "stages").iterdir())
    shutil.rmtree(stages[-1])
    assert refused(tmp_path / "m").startswith("MF203 the model file is damaged: the stage 'LogisticRegression_")
    outside = write(tmp_path / "n")
    part = outside / "metadata" / "part-00000"
    part.write_text(json.dumps(stage("p", ML + "PipelineModel", stageUids=["../../m/stages/0_x"])))
    assert refused(outside).startswith("MF203")
    part.write_text("[" * 100_000)
    assert refused(outside).startswith("MF203")


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutated_metadata_read_or_give_a_diagnostic(data: st.DataObject, tmp_path: Path) -> None:
    if not (tmp_path / "m").exists():
        shutil.copytree(GOLDEN, tmp_path / "m")
    part = data.draw(st.sampled_from(sorted((tmp_path / "m").rglob("metadata/part-*"))))
    original = part.read_bytes()
    content = bytearray(original)
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    part.write_bytes(content)
    try:
        inspect_model(tmp_path / "m")
    except CompilerError as error:
        codes = {problem.code for problem in error.diagnostics}
        assert codes <= {"MF203", "MF222"}
    finally:
        part.write_bytes(original)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")
def test_a_pipeline_that_spark_wrote_takes_exactly_the_columns_we_name(tmp_path: Path) -> None:
    from pyspark.ml import Pipeline, PipelineModel
    from pyspark.ml.classification import RandomForestClassifier
    from pyspark.ml.feature import OneHotEncoder, StandardScaler, StringIndexer, VectorAssembler
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.codegen.wholeStage": "false",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",  # it starts, and is done
    }
    session = SparkSession.builder.master("local[1]").config(map=settings).getOrCreate()
    try:
        rows = [(float(i), float(i % 7), "xyz"[i % 3], "no" if i % 2 else "yes") for i in range(40)]
        data = session.createDataFrame(rows, ["a", "b", "c", "y"])
        scaled = Pipeline(stages=[StandardScaler(inputCol="v", outputCol="features")])
        stages = [
            StringIndexer(inputCol="y", outputCol="label", handleInvalid="keep"),
            StringIndexer(inputCols=["c"], outputCols=["ci"]),
            OneHotEncoder(inputCol="ci", outputCol="ce"),
            VectorAssembler(inputCols=["a", "b", "ce"], outputCol="v"),
            scaled,
            RandomForestClassifier(numTrees=3, maxDepth=2, seed=1),
        ]
        Pipeline(stages=stages).fit(data).write().save(str(tmp_path / "m"))
        facts = inspect_model(tmp_path / "m")
        assert facts.version == session.version
        assert facts.feature_names == ("c", "a", "b")
        assert facts.details["numClasses"] == 3
        model = PipelineModel.load(str(tmp_path / "m"))
        answers = model.transform(data.select(*facts.feature_names)).select(facts.outputs[0].name).collect()
        assert len(answers) == 40
    finally:
        session.stop()
