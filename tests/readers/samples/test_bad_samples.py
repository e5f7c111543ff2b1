"""Every way a sample can be wrong ends in its diagnostic, never in another exception."""

import io
import json
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.codes import ExitCode
from compiler.diagnostics import CompilerError
from compiler.readers.samples import read_table
from testing.paths import GOLDENS

HERE = GOLDENS


def npy(array: object, **options: object) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, **options)  # type: ignore[arg-type]
    return stream.getvalue()


def header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def archive(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as written:
        for name, data in members.items():
            written.writestr(name.replace("_npy", ".npy"), data)
    return stream.getvalue()


CASES = [
    ("s.csv", b"", "MF301", "the sample is empty"),
    ("s.csv", b" \n\n", "MF301", "the sample is empty"),
    ("s.dat", b"a,b\n1,2\n", "MF302", "'s.dat' is not a sample format that is known here"),
    ("s.csv", b"a,b\n1,2\n1,2,3\n", "MF303", "the row has 3 cells, the header names 2 columns"),
    ("s.csv", b'a,b\n1,"2\n', "MF303", "the row cannot be read: unexpected end of data"),
    ("s.csv", b"a,b\n1,\xff\n", "MF303", "byte 6 is not UTF-8 text"),
    ("s.csv", b"1.5,2.5\n1,2\n", "MF308", "the first row holds numbers, not column names"),
    ("s.csv", b"a;b;c\n1;2;3\n", "MF308", "the header is a single column with semicolons in its name"),
    ("s.csv", b"a,a\n1,2\n", "MF307", "two columns are named 'a'"),
    ("s.csv", b"a,b\n", "MF313", "the sample s.csv has no rows"),
    ("s.json", b"[]", "MF313", "the sample s.json has no rows"),
    ("s.json", b"3", "MF303", "a sample is a list of rows or a mapping of columns, not a single value"),
    ("s.json", b"[1, [2]]", "MF303", "the rows are partly records or lists and partly plain values"),
    ("s.json", b"[[1, 2], [3]]", "MF303", "row 2 has 1 values, row 1 has 2"),
    ("s.json", b'{"a": [1], "b": [1, 2]}', "MF303", "column 'b' has 2 rows, 'a' has 1"),
    ("s.json", b'{"a": [1], "b": 2}', "MF303", "some columns are lists and others are not"),
    ("s.json", b'{"columns": ["a"], "data": [[1, 2]]}', "MF303", "'columns' has 1 names, the rows have 2 values"),
    ("s.json", b"[1,\n2", "MF303", "not valid JSON: Expecting ',' delimiter"),
    ("s.json", b"[" * 100_000, "MF303", "numbers too long or values nested too deeply"),
    ("s.json", b"[" + b"9" * 5000 + b"]", "MF303", "numbers too long or values nested too deeply"),
    ("s.json", b'{"data": "no json"}', "MF303", "Expecting value: line 1 column 1 (char 0)"),
    ("s.jsonl", b'{"a": 1}\n{"a": }\n', "MF303", "not valid JSON: Expecting value"),
    ("s.npy", npy(np.array([None, 1])), "MF306", "the array holds pickled Python objects, which are never loaded"),
    ("s.npy", npy(np.zeros(2, "i4,f8")), "MF303", "arrays of [('f0', '<i4'), ('f1', '<f8')] are not supported"),
    ("s.npy", npy(np.float64(3)), "MF303", "the array is a single value, not rows"),
    ("s.npy", npy(np.arange(9))[:-4], "MF303", "the array ends after 68 of 72 bytes"),
    ("s.npy", header("{'descr': '<f8', 'shape': (10**9,)}"), "MF303", "the NPY header is not a Python literal"),
    ("s.npy", header("{'descr': {[('a', '<f4')]}, 'shape': (1,)}"), "MF303", "the NPY header is not a Python literal"),
    ("s.npy", header("{['descr']: '<f4', 'shape': (1,)}"), "MF303", "the NPY header is not a Python literal"),
    ("s.npy", header("{'descr': [('a',)], 'shape': (1,)}"), "MF303", "arrays of [('a',)] are not supported"),
    ("s.npy", header("{'descr': {'names': 5}, 'shape': (1,)}"), "MF303", "arrays of {'names': 5} are not supported"),
    (
        "s.npy",
        header("{'descr': '<f8', 'shape': (99999999999,)}"),
        "MF303",
        "the array ends after 0 of 799999999992 bytes",
    ),
    ("s.npy", header("{'descr': '<f8', 'shape': (-1,)}"), "MF303", "the header gives the shape (-1,)"),
    ("s.npy", b"\x93NUMPY\x01", "MF303", "the array has no complete NPY header"),
    ("s.npz", archive(readme=b"x"), "MF303", "the archive holds no arrays"),
    ("s.npz", archive(a_npy=npy(np.zeros(2)), b_npy=npy(np.zeros(3))), "MF303", "{'a': 2, 'b': 3}"),
    ("s.npz", archive(a_npy=npy(np.zeros(2)))[:40], "MF303", "the archive cannot be read"),
    ("s.npz", archive(a_npy=npy(np.zeros(2)))[4:], "MF302", "'s.npz' is not a sample format"),
    ("s.npz", b"PK\x03\x04" + archive(a_npy=npy(np.zeros(2)))[50:], "MF303", "the archive cannot be read"),
    ("s.parquet", b"PAR1" + b"x" * 40, "MF303", "the Parquet file cannot be read"),
]


@pytest.mark.parametrize(("name", "data", "code", "message"), CASES, ids=[f"{c[2]}-{i}" for i, c in enumerate(CASES)])
def test_a_bad_sample_has_its_diagnostic(name: str, data: bytes, code: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(CompilerError) as caught:
        read_table(tmp_path / name)
    (problem,) = caught.value.diagnostics
    assert (problem.code, message in problem.message) == (code, True), problem.message
    assert problem.where is not None
    assert problem.where.path == str(tmp_path / name)


def test_a_missing_file_and_a_huge_one(tmp_path: Path) -> None:
    with pytest.raises(CompilerError, match="No such file"):
        read_table(tmp_path / "none.csv")
    with (tmp_path / "big.csv").open("wb") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(CompilerError, match="MF304"):
        read_table(tmp_path / "big.csv")


def test_parquet_without_pyarrow_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "s.parquet").write_bytes(b"PAR1 and more")
    with pytest.raises(CompilerError) as caught:
        read_table(tmp_path / "s.parquet")
    assert caught.value.exit_code is ExitCode.ENVIRONMENT
    assert caught.value.diagnostics[0].hint == "pip install 'manifact[parquet]', or save the sample as CSV"


def test_the_line_of_a_bad_row_is_named(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text('a,b\n1,"two\nlines"\n1,2,3\n')
    with pytest.raises(CompilerError) as caught:
        read_table(tmp_path / "s.csv")
    assert str(caught.value.diagnostics[0].where).endswith("s.csv:4:1")


def seeds() -> list[tuple[str, bytes]]:
    files = [HERE / "sklearn-pipeline-mixed" / "sample_X.csv", HERE / "sklearn-pipeline-mixed" / "sample_X.json"]
    files += [HERE / "pytorch-statedict" / "sample_X.npz", HERE / "generic-customclass" / "sample_X.json"]
    arrays = [("a.npy", npy(np.zeros((3, 2, 2), "f4"))), ("b.npy", npy(np.array(["x", "yy"])))]
    return (
        arrays
        + [(file.name, file.read_bytes()[:600]) for file in files]
        + [("r.json", json.dumps([{"a": 1}]).encode())]
    )


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutated_samples_read_or_give_a_diagnostic(data: st.DataObject, tmp_path: Path) -> None:
    name, content = data.draw(st.sampled_from(seeds()))
    broken = bytearray(content[: data.draw(st.integers(0, len(content)))])
    for _ in range(data.draw(st.integers(0, 4))):
        if broken:
            broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / name).write_bytes(broken)
    try:
        table = read_table(tmp_path / name)
    except CompilerError as error:
        assert {problem.code[:3] for problem in error.diagnostics} == {"MF3"}  # noqa: PT017
    else:
        assert {len(column.values) for column in table.columns} <= {table.rows}
