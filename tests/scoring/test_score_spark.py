"""`manifact score` with the engine `spark`: a real Spark with several executors answers as the local engine does."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from compiler.cli.main import main
from testing.paths import child_environment
from testing.scoring import table, write_artifact, write_echo

JAVA = shutil.which("java", path=os.environ.get("JAVA_HOME", "") + "/bin") or shutil.which("java")
NEEDED = pytest.mark.skipif(
    JAVA is None or importlib.util.find_spec("pyspark") is None, reason="Spark needs Java and PySpark"
)
SETTINGS = ["--conf", "spark.ui.enabled=false", "--conf", "spark.sql.shuffle.partitions=2"]
SMALL = ["--conf", "spark.executor.memory=512m", "--conf", "spark.sql.files.maxPartitionBytes=2000"]
COUNTS_LOADS = """
    import os
    import pathlib

    def load_model():
        pathlib.Path({folder!r}, str(os.getpid())).open("a").write("loaded\\n")
        return 2

    def predict(data, model=load_model()):
        for row in data:
            if row["x"] is None:
                raise ValueError("x must be a number")
        return {{"prediction": [model * row["x"] for row in data]}}
"""


@pytest.fixture(scope="module")
def echo(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("echo")
    write_echo(folder)
    assert main(["compile", str(folder), "--root", str(folder)]) == 0
    return folder / "build" / "echo" / "artifact"


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of an output by id: Spark keeps no order."""
    if path.suffix == ".jsonl":
        found = [json.loads(line) for line in path.read_text().splitlines()]
    else:
        found = parquet.read_table(path).to_pylist()
    return sorted(found, key=lambda row: int(row["id"]))


@NEEDED
@pytest.mark.slow
@pytest.mark.parametrize(
    ("ending", "left_out"), [("parquet", []), ("csv", ["image", "price"]), ("jsonl", ["price"])], ids=str
)
def test_both_engines_give_the_same_answers(ending, left_out, echo, manifact, tmp_path):
    """Nulls, dates, categories, nested arrays, decimals and refused rows, in two executor processes."""
    data = table(60).drop_columns(left_out)
    wrong = data.slice(0, 2).set_column(data.schema.get_field_index("city"), "city", pa.array(["Paris", "Rome"]))
    data = pa.concat_tables([data, wrong.set_column(0, "id", pa.array([98, 99]))])
    given = tmp_path / f"rows.{ending}"
    if ending == "parquet":
        parquet.write_table(data, given, row_group_size=9)
    elif ending == "csv":
        csv.write_csv(data, given)
    else:
        given.write_text("".join(json.dumps(row, default=str) + "\n" for row in data.to_pylist()))
    cluster = "local-cluster[2,1,512]" if ending == "parquet" else "local[2]"
    words = ["score", echo, "--input", given]
    local = manifact(*words, "--output", tmp_path / "local", "--json")
    assert local.code == 0, local.err
    spark = ["--engine", "spark", "--master", cluster, *SETTINGS, *SMALL]
    result = manifact(*words, "--output", tmp_path / "spark", *spark, "--json")
    assert result.code == 0, result.err
    one, other = json.loads(local.out), json.loads(result.out)
    counted = ("rows", "scored", "refused", "columns")
    assert [other[key] for key in counted] == [one[key] for key in counted] == [62, 60, 2, ["prediction"]]
    answers = {row["id"]: row["prediction"] for row in rows(tmp_path / "local")}
    assert {row["id"]: row["prediction"] for row in rows(tmp_path / "spark")} == answers
    assert sorted(rows(tmp_path / "spark")[0]) == sorted(rows(tmp_path / "local")[0])
    reasons = [json.loads(line)["reason"] for line in (tmp_path / "spark.rejected.jsonl").read_text().splitlines()]
    expected = [json.loads(line)["reason"] for line in (tmp_path / "local.rejected.jsonl").read_text().splitlines()]
    assert sorted(reasons) == sorted(expected)


@NEEDED
@pytest.mark.slow
def test_a_process_of_spark_loads_the_model_once_and_one_file_is_one_file(manifact, tmp_path):
    loads = tmp_path / "loads"
    loads.mkdir()
    artifact = write_artifact(tmp_path / "counts", COUNTS_LOADS.format(folder=str(loads)), "x")
    folder = tmp_path / "rows"
    folder.mkdir()
    for part in range(8):
        ids = range(part * 50, part * 50 + 50)
        parquet.write_table(pa.table({"id": ids, "x": [float(n) for n in ids]}), folder / f"{part}.parquet")
    words = ["--engine", "spark", "--master", "local[2]", *SETTINGS, *SMALL]
    result = manifact("score", artifact, "--input", folder, "--output", tmp_path / "out.jsonl", *words)
    assert result.code == 0, result.err
    assert rows(tmp_path / "out.jsonl") == [{"id": n, "x": float(n), "prediction": 2.0 * n} for n in range(400)]
    assert not (tmp_path / "out.jsonl.staged").exists()
    counts = [path.read_text().count("loaded") for path in loads.iterdir()]
    assert counts
    assert set(counts) == {1}


@NEEDED
@pytest.mark.slow
def test_a_written_job_runs_by_itself(manifact, tmp_path):
    """As spark-submit or OCI Data Flow start it: by its path, without Manifact."""
    artifact = write_artifact(tmp_path / "counts", COUNTS_LOADS.format(folder=str(tmp_path)), "x")
    parquet.write_table(pa.table({"id": [1, 2], "x": [1.0, None]}), tmp_path / "rows.parquet")
    words = ["--input", tmp_path / "rows.parquet", "--output", tmp_path / "out", "--engine", "spark"]
    result = manifact("score", artifact, *words, "--write-job", tmp_path / "job", "--json")
    assert result.code == 0, result.err
    document = json.loads(result.out)
    assert document["job"] == str(tmp_path / "job" / "score_job.py")
    assert sorted(path.name for path in (tmp_path / "job").iterdir()) == ["artifact.zip", "score_job.py"]
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable}
    settings = [*SETTINGS, "--conf", "spark.master=local[1]"]
    command = [sys.executable, document["job"], *settings]
    ended = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert rows(tmp_path / "out") == [{"id": 1, "x": 1.0, "prediction": 2.0}]
    (line,) = (tmp_path / "out.rejected.jsonl").read_text().splitlines()
    assert json.loads(line)["reason"] == "x must be a number"


def test_a_job_has_the_same_bytes_every_time(manifact, tmp_path):
    artifact = write_artifact(tmp_path / "double", COUNTS_LOADS.format(folder="/nowhere"), "x")
    parquet.write_table(pa.table({"x": [1.0]}), tmp_path / "rows.parquet")
    words = ["score", artifact, "--input", tmp_path / "rows.parquet", "--output", tmp_path / "out", "--engine", "spark"]
    contents = []
    for name in ("first", "second"):
        assert manifact(*words, "--write-job", tmp_path / name).code == 0
        contents.append([path.read_bytes() for path in sorted((tmp_path / name).iterdir())])
    assert contents[0] == contents[1]


def test_executors_need_nothing_but_what_the_job_ships(tmp_path):
    """The shipped modules import in a Python that has no Manifact."""
    from compiler.scoring.spark.job import MODULES, _modules

    archive = tmp_path / "modules.zip"
    archive.write_bytes(_modules())
    names = [f"compiler.{name.removesuffix('.py').replace('/', '.')}" for name in MODULES]
    program = f"import sys; sys.path.insert(0, {str(archive)!r})\n" + "".join(f"import {name}\n" for name in names)
    program += "import compiler; assert compiler.__file__.startswith(sys.path[0])"
    subprocess.run([sys.executable, "-I", "-c", program], check=True, cwd=tmp_path)
    assert set(zipfile.ZipFile(archive).namelist()) >= {f"compiler/{name}" for name in MODULES}


@pytest.mark.parametrize(
    ("words", "environment", "code", "message"),
    [
        ([], {"JAVA_HOME": "/nowhere"}, 3, "error[MF827]: Spark needs Java, and there is none in JAVA_HOME (/nowhere)"),
        (["--master", "spark://127.0.0.1:9"], {}, 3, "error[MF828]: the master spark://127.0.0.1:9 does not answer"),
        (["--require-isolation"], {}, 64, "error[MF832]: the engine 'spark' does not take --require-isolation"),
        (["--workers", "2"], {}, 64, "error[MF832]: the engine 'spark' does not take --workers"),
    ],
)
def test_a_spark_that_cannot_be_had_is_one_diagnostic(words, environment, code, message, tmp_path):
    artifact = write_artifact(tmp_path / "double", COUNTS_LOADS.format(folder="/nowhere"), "x")
    parquet.write_table(pa.table({"x": [1.0]}), tmp_path / "rows.parquet")
    command = [sys.executable, "-m", "compiler", "score", str(artifact), "--engine", "spark", *words]
    command += ["--input", str(tmp_path / "rows.parquet"), "--output", str(tmp_path / "out")]
    ended = subprocess.run(
        command, env=child_environment() | environment, capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert ended.returncode == code
    assert message in ended.stderr
    assert "Traceback" not in ended.stderr


@NEEDED
@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "options", "code", "message"),
    [
        ("xx", [], 1, "error[MF822]: the input has no column 'x'"),
        ("x", ["--conf", "spark.executor.memory=nonsense"], 5, "error[MF829]"),
    ],
)
def test_a_job_that_fails_is_one_diagnostic(column, options, code, message, manifact, tmp_path):
    artifact = write_artifact(tmp_path / "double", COUNTS_LOADS.format(folder=str(tmp_path)), "x")
    parquet.write_table(pa.table({column: [1.0]}), tmp_path / "rows.parquet")
    words = ["--engine", "spark", "--master", "local[1]", *SETTINGS, *options]
    result = manifact("score", artifact, "--input", tmp_path / "rows.parquet", "--output", tmp_path / "out", *words)
    assert result.code == code, result.err
    assert message in result.err
    assert "Traceback" not in result.err
