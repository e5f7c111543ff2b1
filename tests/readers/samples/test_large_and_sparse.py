"""Long CSV files, files beyond the limits, and sparse matrices."""

from __future__ import annotations

import re
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

from compiler.diagnostics import CompilerError
from compiler.passes.samples.schemas import build_schema
from compiler.readers.samples import content, csv_text, read_table
from compiler.readers.samples.infer import numbers_alone, text_column

CELLS = {
    "whole numbers": lambda n: np.arange(n) - 5,
    "large ones": lambda n: np.full(n, 2**63 + 5, dtype="uint64"),
    "fractions": lambda n: np.random.default_rng(1).normal(size=n) * 1e3,
    "missing": lambda n: np.where(np.arange(n) % 7 == 0, np.nan, 1.5),
    "text": lambda n: np.where(np.arange(n) % 2 == 0, "a", "b"),
    "flags": lambda n: np.arange(n) % 3 == 0,
    "mixed at the end": lambda n: [*map(str, range(n - 1)), "end"],
}


@pytest.mark.parametrize("cells", CELLS.values(), ids=CELLS)
@pytest.mark.parametrize("rows", [3, 25_000])
def test_a_long_column_reads_as_pandas_reads_it(cells: object, rows: int, tmp_path: Path) -> None:
    pd.DataFrame({"x": cells(rows), "y": 1}).to_csv(tmp_path / "s.csv", index=False)  # type: ignore[operator]
    expected = pd.read_csv(tmp_path / "s.csv", low_memory=False)
    table = read_table(tmp_path / "s.csv")
    assert table.rows == rows
    for column in table.columns:
        theirs = expected[str(column.name)]
        dtype = "object" if theirs.dtype == "str" else str(theirs.dtype)
        assert (column.dtype, list(column.values)) == (
            dtype,
            theirs.astype(object).where(theirs.notna(), None).tolist(),
        )


def test_statistics_do_not_depend_on_how_a_column_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(2).lognormal(size=12_000)
    pd.DataFrame({"x": values, "n": np.arange(12_000)}).to_csv(tmp_path / "s.csv", index=False)
    compact = build_schema(read_table(tmp_path / "s.csv"))
    monkeypatch.setattr("compiler.readers.samples.infer.LONG", 1 << 30)
    assert build_schema(read_table(tmp_path / "s.csv")) == compact


def test_a_cell_may_hold_the_character_between_packed_cells(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_bytes(b"a,b\nx\0y,1\nz,2\n")
    assert [list(column.values) for column in read_table(tmp_path / "s.csv").columns] == [["x\0y", "z"], [1, 2]]


@pytest.mark.parametrize("limit", ["MAX_VALUES", "MAX_BYTES"])
def test_of_a_file_beyond_the_limits_the_first_rows_are_read(
    limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "s.csv").write_text("a,b\n" + "1,2\n" * 90_000)
    monkeypatch.setattr(csv_text, limit, 40_000)
    table = read_table(tmp_path / "s.csv")
    assert table.cut
    assert 0 < table.rows < 90_000
    assert {len(column.values) for column in table.columns} == {table.rows}


def test_a_file_at_the_limit_is_not_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s.csv").write_text("a,b\n1,2\n3,4\n")
    monkeypatch.setattr(csv_text, "MAX_VALUES", 4)
    assert not read_table(tmp_path / "s.csv").cut


def test_memory_stays_near_the_size_of_the_numbers(tmp_path: Path) -> None:
    pd.DataFrame(np.random.default_rng(3).normal(size=(40_000, 5))).to_csv(tmp_path / "s.csv", index=False)
    size = (tmp_path / "s.csv").stat().st_size
    tracemalloc.start()
    try:
        read_table(tmp_path / "s.csv")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4.5 * size


def test_reading_tells_how_far_it_is(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("a,b\n" + "1,2\n" * 90_000)
    told: list[tuple[int, int]] = []
    read_table(tmp_path / "s.csv", progress=lambda done, total: told.append((done, total)))
    size = (tmp_path / "s.csv").stat().st_size
    assert told == sorted(told)
    assert told[-1] == (size, size)
    assert len(told) > 2


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_text, "MAX_LINE", 1000)
    (tmp_path / "s.csv").write_text("a,b\n" + "1," * 2000)
    with pytest.raises(CompilerError, match="MF304"):
        read_table(tmp_path / "s.csv")


def test_the_limits_are_those_that_the_code_tells() -> None:
    assert (content.MAX_BYTES, content.MAX_VALUES) == (64 << 20, 4_000_000)


@pytest.mark.parametrize("form", ["csr", "csc", "coo"])
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64"])
def test_a_sparse_matrix_is_the_array_it_stands_for(form: str, dtype: str, tmp_path: Path) -> None:
    expected = sparse.random(7, 5, density=0.3, random_state=0, format="csr").multiply(9).astype(dtype).toarray()
    sparse.save_npz(tmp_path / "s.npz", sparse.coo_matrix(expected).asformat(form))
    table = read_table(tmp_path / "s.npz")
    assert {column.dtype for column in table.columns} == {dtype}
    assert [list(row) for row in zip(*(column.values for column in table.columns), strict=True)] == expected.tolist()


def test_values_of_one_place_add_up(tmp_path: Path) -> None:
    twice = sparse.coo_matrix(([1.5, 2.0], ([0, 0], [1, 1])), shape=(2, 2))
    sparse.save_npz(tmp_path / "s.npz", twice)
    assert [list(column.values) for column in read_table(tmp_path / "s.npz").columns] == [[0.0, 0.0], [3.5, 0.0]]


def test_another_sparse_format_is_named(tmp_path: Path) -> None:
    sparse.save_npz(tmp_path / "s.npz", sparse.dia_matrix(np.eye(3)))
    with pytest.raises(CompilerError, match="sparse matrix of the format 'dia'"):
        read_table(tmp_path / "s.npz")


def test_a_sparse_matrix_that_points_out_of_its_shape(tmp_path: Path) -> None:
    parts = {"indptr": [0, 1], "indices": [9], "data": [1.0], "shape": [1, 2], "format": np.array(b"csr")}
    np.savez(tmp_path / "s.npz", **{name: np.asarray(value) for name, value in parts.items()})
    with pytest.raises(CompilerError, match="outside of its shape"):
        read_table(tmp_path / "s.npz")


CELL = st.one_of(
    st.integers(-(2**70), 2**70).map(str),
    st.floats(allow_nan=False).map(repr),
    st.sampled_from(["", "-", "+5", "1e400", "e5", " 7", "1_0", "NA", "007", "9" * 500, "x", "1.", ".5", "٣"]),
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=3))
def test_numbers_read_block_by_block_are_those_read_at_once(blocks: list[list[str]]) -> None:
    cells = [cell for block in blocks for cell in block]
    found = numbers_alone("x", ["\0".join(block) for block in blocks], "\0")
    whole = text_column("x", cells, keep_text=False)
    if found is not None:
        assert (found.dtype, list(found.values)) == (whole.dtype, list(whole.values))
    elif all(re.fullmatch(r"-?[0-9]{1,18}", cell) for cell in cells):
        pytest.fail("these are numbers alone")
