"""`manifact score` with the engine `local`: the endpoint's answers, for every format, in parts that are resumed."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import csv, feather, parquet

from compiler.engine.artifact.serve import ServeRequest, servable_artifact, serving
from compiler.engine.checkout import Checkout
from compiler.engine.payload import payload_from_file
from testing.command import start
from testing.paths import child_environment
from testing.scoring import table, write_artifact, write_echo
from testing.waiting import eventually

DOUBLE = """
    def load_model():
        return 2

    def predict(data, model=load_model()):
        for row in data:
            if row["x"] is None:
                raise ValueError("x must be a number")
        return {"prediction": [model * row["x"] for row in data]}
"""


@pytest.fixture(scope="module")
def echo(tmp_path_factory) -> Path:
    """The compiled artifact of a model that answers with what it was asked."""
    from compiler.cli.main import main

    folder = tmp_path_factory.mktemp("echo")
    write_echo(folder)
    assert main(["compile", str(folder), "--root", str(folder)]) == 0
    return folder / "build" / "echo" / "artifact"


@contextlib.contextmanager
def endpoint(artifact: Path) -> Iterator[Any]:
    """Ask a model server of the artifact."""
    request = ServeRequest(artifact, port=0)
    found = servable_artifact(Checkout(artifact), request)
    urls: list[Any] = []
    with serving(found, request, lambda event: urls.append(event.value)):
        url = urls[-1]["url"]

        def ask(payload: Any) -> Any:
            headers = {"content-type": "application/json"}
            sent = urllib.request.Request(url, json.dumps(payload).encode(), headers)
            with urllib.request.urlopen(sent) as reply:
                return json.load(reply)["prediction"]

        yield ask


def write(data: pa.Table, path: Path) -> Path:
    if path.suffix == ".parquet":
        parquet.write_table(data, path, row_group_size=7)
    elif path.suffix == ".csv":
        csv.write_csv(data, path)
    elif path.suffix == ".feather":
        feather.write_feather(data, path)
    else:
        path.write_text("".join(json.dumps(entry, default=str) + "\n" for entry in data.to_pylist()))
    return path


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of an output; cells of a CSV are text."""
    if path.suffix == ".csv":
        names = csv.open_csv(path).schema.names
        options = csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
        return csv.read_csv(path, convert_options=options).to_pylist()
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text().splitlines()]
    if path.suffix == ".arrow":
        return pa.ipc.open_file(path).read_all().to_pylist()
    return parquet.read_table(path).to_pylist()


@pytest.mark.parametrize(
    ("ending", "left_out"),
    [
        (".parquet", []),
        (".feather", []),
        (".jsonl", ["price"]),  # decimals are numbers or text in JSON
        (".csv", ["image", "price"]),
    ],
)
def test_answers_are_those_of_the_endpoint(ending, left_out, echo, manifact, tmp_path):
    """Nulls, dates, categories, nested arrays and decimals included."""
    data = table(50).drop_columns(left_out)
    given = write(data, tmp_path / f"rows{ending}")
    sample = write(data.drop_columns(["id"]), tmp_path / ("sample" + ending.replace("feather", "parquet")))
    if ending == ".feather":
        parquet.write_table(data.drop_columns(["id"]), sample)
    with endpoint(echo) as ask:
        expected = ask(payload_from_file(sample, None, by_column=False, named=sample.name))
    result = manifact("score", echo, "--input", given, "--output", tmp_path / "out", "--part-rows", 20, "--workers", 2)
    assert result.code == 0, result.err
    rows = read(tmp_path / "out")
    assert [entry["prediction"] for entry in rows] == expected
    assert list(rows[0]) == [*data.column_names, "prediction"]
    assert [int(entry["id"]) for entry in rows] == list(range(50))


@pytest.mark.parametrize("ending", [".parquet", ".csv", ".jsonl", ".arrow"])
def test_an_output_with_an_ending_is_one_file_with_the_callers_columns_first(ending, manifact, tmp_path):
    artifact = write_artifact(tmp_path / "double", DOUBLE, "x")
    data = pa.table({"who": ["a,b", 'c"d', "e\nf"] * 10, "x": [0.5, 1.0, 2.0] * 10, "tags": [[1], [], [2, 3]] * 10})
    given = write(data, tmp_path / "rows.parquet")
    output = tmp_path / f"out{ending}"
    result = manifact("score", artifact, "--input", given, "--output", output, "--part-rows", 7, "--workers", 1)
    assert result.code == 0, result.err
    expected = [{**entry, "prediction": 2 * entry["x"]} for entry in data.to_pylist()]
    if ending == ".csv":
        expected = [{**e, "x": f"{e['x']:g}", "tags": json.dumps(e["tags"])} for e in expected]
        expected = [{**e, "prediction": f"{e['prediction']:g}"} for e in expected]
    assert read(output) == expected
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == [output.name]


def test_refused_rows_go_to_a_side_file_with_their_reason(manifact, tmp_path):
    artifact = write_artifact(tmp_path / "double", DOUBLE, "x")
    given = tmp_path / "rows.csv"
    given.write_text("id,x\n" + "".join(f"{n},{'' if n % 10 == 3 else n}\n" for n in range(40)) + "1,2,3\n")
    result = manifact("score", artifact, "--input", given, "--output", tmp_path / "out.jsonl", "--json")
    document = json.loads(result.out)
    assert (result.code, document["rows"], document["scored"], document["refused"]) == (0, 40, 36, 5)
    rejected = read(tmp_path / "out.jsonl.rejected.jsonl")
    line = {"line": "1,2,3", "reason": "line 42 has 3 cells, the first has 2"}
    assert sorted(rejected, key=len) == [
        line,
        *({"row": n, "reason": "x must be a number", "values": {"id": str(n), "x": ""}} for n in (3, 13, 23, 33)),
    ]
    assert document["rejected"] == str(tmp_path / "out.jsonl.rejected.jsonl")
    assert [entry["id"] for entry in read(tmp_path / "out.jsonl")] == [str(n) for n in range(40) if n % 10 != 3]


@pytest.mark.parametrize(
    ("options", "cells", "message"),
    [
        (["--strict"], [1.0, None], "row 1 is refused: x must be a number"),
        ([], [None, None], "none of the first 2 rows is taken; the first: x must be a number"),
    ],
)
def test_a_run_stops_where_rows_are_not_to_be_left_out(options, cells, message, manifact, tmp_path):
    artifact = write_artifact(tmp_path / "double", DOUBLE, "x")
    given = write(pa.table({"x": pa.array(cells, pa.float64())}), tmp_path / "rows.parquet")
    result = manifact("score", artifact, "--input", given, "--output", tmp_path / "out", *options)
    assert result.code == 1
    assert message in result.err


BATCHES = """
    BATCH = 4

    def load_model():
        return 1

    def predict(data, model=load_model()):
        if len(data) % BATCH:
            raise ValueError(f"takes {BATCH} rows at a time")
        return {"prediction": [[row["x"], -row["x"]] for row in data]}
"""


@pytest.mark.parametrize("rows", [1, 4, 10])
def test_a_model_with_a_fixed_batch_gets_whole_batches(rows, manifact, tmp_path):
    artifact = write_artifact(tmp_path / "batches", BATCHES, "x")
    given = write(pa.table({"x": [float(n) for n in range(rows)]}), tmp_path / "rows.parquet")
    result = manifact("score", artifact, "--input", given, "--output", tmp_path / "out")
    assert result.code == 0, result.err
    assert [entry["prediction"] for entry in read(tmp_path / "out")] == [[n, -n] for n in range(rows)]


def test_answers_are_named_by_the_output_schema_and_never_replace_a_column(manifact, tmp_path):
    source = DOUBLE.replace('[model * row["x"] for row in data]', '[{"low": row["x"], "high": 1} for row in data]')
    artifact = write_artifact(tmp_path / "double", source, "x")
    entries = [
        {"name": name, "dtype": "float64", "required": True, "order": at} for at, name in enumerate(("low", "high"))
    ]
    (artifact / "output_schema.json").write_text(json.dumps({"schema": entries, "version": "1.1"}))
    given = write(pa.table({"low": ["mine"], "x": [1.5]}), tmp_path / "rows.parquet")
    assert manifact("score", artifact, "--input", given, "--output", tmp_path / "out").code == 0
    assert read(tmp_path / "out") == [{"low": "mine", "x": 1.5, "prediction_low": 1.5, "high": 1.0}]


def test_an_empty_table_gives_an_empty_table(manifact, tmp_path):
    artifact = write_artifact(tmp_path / "double", DOUBLE, "x")
    given = write(pa.table({"x": pa.array([], pa.float64())}), tmp_path / "rows.parquet")
    assert manifact("score", artifact, "--input", given, "--output", tmp_path / "out").code == 0
    assert parquet.read_table(tmp_path / "out").column_names == ["x", "prediction"]


WATCHED = """
    import time

    def load_model():
        return 2

    def predict(data, model=load_model()):
        time.sleep(0.05)
        return {"prediction": [model * row["x"] for row in data]}
"""


@pytest.mark.parametrize("output", ["out", "out.csv"])
def test_a_run_that_was_killed_goes_on_where_it_was(output, manifact, tmp_path, monkeypatch):
    """kill -9 costs at most the parts that were being scored, and no row."""
    monkeypatch.chdir(tmp_path)
    write_artifact(tmp_path / "slow", WATCHED, "x")
    write(pa.table({"id": range(400), "x": [float(n) for n in range(400)]}), tmp_path / "rows.parquet")
    words = ["score", "slow", "--input", "rows.parquet", "--output", output, "--part-rows", 4, "--workers", 2]
    state = tmp_path / "out/_manifact" if output == "out" else tmp_path / "_out.csv.parts"
    journal = state / "journal.jsonl"
    process = start(*words, cwd=tmp_path, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        eventually(lambda: journal.is_file() and journal.read_text().count('"part"') >= 10)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    done = journal.read_text().count('"part"')
    assert done < 100
    with journal.open("a") as file:
        file.write('{"part": {"num')  # as a line that was being written
    result = manifact(*words, "--json")
    document = json.loads(result.out)
    assert (document["resumed"], document["parts"], document["scored"]) == (done, 100, 400)
    rows = read(tmp_path / output)
    assert [float(entry["prediction"]) for entry in rows] == [2.0 * n for n in range(400)]
    assert [int(entry["id"]) for entry in rows] == list(range(400))


def test_no_process_is_left_when_the_command_is_killed(tmp_path):
    artifact = write_artifact(tmp_path / "slow", WATCHED, "x")
    write(pa.table({"x": [float(n) for n in range(4000)]}), tmp_path / "rows.parquet")
    words = ["score", artifact, "--input", tmp_path / "rows.parquet", "--output", tmp_path / "out", "--part-rows", 2]
    process = start(*words, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        eventually(lambda: list((tmp_path / "out").glob("part-*")))
        assert processes_of(tmp_path)
    finally:
        process.kill()
        process.wait()
    eventually(lambda: not processes_of(tmp_path))


def processes_of(folder: Path) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(folder).encode() in path.read_bytes():
                found.append(path.parent.name)
    return [name for name in found if int(name) != os.getpid()]


ENDS = DOUBLE.replace("        for row", "        import os\n        os._exit(3)\n        for row")


def test_a_worker_that_ends_is_one_diagnostic(manifact, tmp_path):
    artifact = write_artifact(tmp_path / "ends", ENDS, "x")
    given = write(pa.table({"x": [1.0]}), tmp_path / "rows.parquet")
    result = manifact("score", artifact, "--input", given, "--output", tmp_path / "out")
    assert result.code == 5
    assert "error[MF826]: a worker process ended with exit code 3" in result.err


def test_a_full_disk_is_one_diagnostic_and_the_run_goes_on_once_there_is_room(manifact, tmp_path):
    """No file may become larger than a limit, which the kernel reports as it reports a full disk."""
    artifact = write_artifact(tmp_path / "double", DOUBLE, "x")
    given = write(pa.table({"x": [float(n) ** 1.5 for n in range(30_000)]}), tmp_path / "rows.parquet")
    words = ["score", artifact, "--input", given, "--output", tmp_path / "out.parquet", "--part-rows", "10000"]
    program = [sys.executable, "-m", "compiler", *map(str, words)]
    limited = subprocess.run(
        program,
        env=child_environment(),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY)),
    )
    assert limited.returncode == 3, limited.stderr
    assert "error[MF825]: cannot write out.parquet: the disk is full" in limited.stderr
    assert not (tmp_path / "out.parquet").exists()
    result = manifact(*words, "--json")
    assert json.loads(result.out)["resumed"] == 3
    assert len(read(tmp_path / "out.parquet")) == 30_000


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ("--input nothing.parquet --output out", 64, "MF821]: there is nothing at nothing.parquet"),
        ("--input rows.txt --output out", 64, "MF821]: rows.txt is not a table of a known format"),
        ("--input broken.parquet --output out", 64, "MF821]: broken.parquet cannot be read"),
        ("--input other.parquet --output out", 1, "did you mean 'xx'?"),
        ("--input rows.parquet --output taken", 6, "MF824]: taken is there already"),
        ("--input rows.parquet --output taken.csv", 6, "MF824]: taken.csv is there already"),
        (
            "--input rows.parquet --output out --master local[2]",
            64,
            "MF832]: the engine 'local' does not take --master",
        ),
        ("--input rows.parquet --output out.xlsx", 64, "MF832]: '.xlsx' is not a format that can be written"),
    ],
)
def test_wrong_words_cost_one_diagnostic(words, code, message, manifact, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_artifact(tmp_path / "double", DOUBLE, "x")
    write(pa.table({"x": [1.0]}), tmp_path / "rows.parquet")
    write(pa.table({"xx": [1.0]}), tmp_path / "other.parquet")
    (tmp_path / "rows.txt").write_text("x\n1\n")
    (tmp_path / "broken.parquet").write_bytes((tmp_path / "rows.parquet").read_bytes()[:-20])
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("mine")
    (tmp_path / "taken.csv").write_text("mine")
    result = manifact("score", "double", *words.split())
    assert result.code == code
    assert message in result.err
    assert "Traceback" not in result.err


def test_an_output_of_other_rows_is_only_replaced_when_told(manifact, tmp_path):
    artifact = write_artifact(tmp_path / "double", DOUBLE, "x")
    words = ["score", artifact, "--input", tmp_path / "rows.parquet", "--output", tmp_path / "out"]
    write(pa.table({"x": [1.0, 2.0]}), tmp_path / "rows.parquet")
    assert manifact(*words).code == 0
    write(pa.table({"x": [3.0]}), tmp_path / "rows.parquet")
    assert manifact(*words).code == 6
    assert len(read(tmp_path / "out")) == 2
    assert manifact(*words, "--overwrite").code == 0
    assert read(tmp_path / "out") == [{"x": 3.0, "prediction": 6.0}]
