"""dtypes, values and statistics against pandas itself, on generated data."""

import io
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.passes.samples.schemas import build_schema
from compiler.passes.samples.statistics import continuous_stats, integer_stats
from compiler.readers.samples import read_table
from testing.some import some

NAMES = {"std": "standard deviation", "min": "sample minimum", "25%": "lower quartile", "50%": "median"}
NAMES |= {"75%": "upper quartile", "max": "sample maximum", "mean": "mean"}
CELLS = [
    "",
    "NA",
    "null",
    "-5",
    "007",
    " 7",
    "1.5",
    "1e3",
    "-inf",
    ".5",
    "5.",
    "True",
    "FALSE",
    "x",
    "2024-01-01",
    "1_0",
]
# Beyond int64 pandas 2 and 3 differ, and mix '' with NaN: tested apart.
WIDE = ["9223372036854775807", "-9223372036854775808", "+3"]
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
# Below 1e-6 of their size, differences drown in float64's noise, where no two libraries agree on skew.
moderate = st.integers(-(10**6), 10**6).map(lambda n: n / 64)


def close(ours: float, theirs: float) -> bool:
    return math.isclose(ours, theirs, rel_tol=1e-11, abs_tol=1e-11)


@quick
@given(st.lists(st.one_of(st.none(), st.integers(-(2**40), 2**40)), min_size=1, max_size=40))
def test_integer_statistics(values: list[int | None]) -> None:
    ours = integer_stats(values)
    theirs = pd.Series(values, dtype="Int64").describe()
    for name, key in NAMES.items():
        assert (key in ours) == (not pd.isna(theirs[name]))
        assert key not in ours or math.isclose(float(ours[key]), float(theirs[name]), rel_tol=1e-12, abs_tol=1e-4)
    assert ours["count"] == len(values)
    assert ours.get("missing", 0) == values.count(None)


@quick
@given(st.lists(st.one_of(st.none(), moderate), min_size=1, max_size=40))
def test_continuous_statistics(values: list[float | None]) -> None:
    ours = continuous_stats(values)
    series = pd.Series(values, dtype="float64")
    theirs = {NAMES.get(name, name): value for name, value in series.describe().items()} | {"skew": series.skew()}
    for key in (*NAMES.values(), "skew"):
        if key == "skew" and series.nunique() == 1 and series.count() > 2:
            assert ours[key] == 0  # pandas 2; pandas 3 says NaN
            continue
        assert (key in ours) == (not pd.isna(theirs[key]))
        assert key not in ours or abs(float(ours[key]) - theirs[key]) <= 0.000500001


@quick
@given(rows=st.lists(st.tuples(*[st.sampled_from(CELLS + WIDE)] * 2), min_size=1, max_size=6))
def test_csv_columns_have_the_dtypes_and_values_of_pandas(rows: list[tuple[str, str]], tmp_path: Path) -> None:
    text = "a,b\n" + "".join(f"{a},{b}\n" for a, b in rows)
    (tmp_path / "s.csv").write_text(text)
    theirs = pd.read_csv(io.StringIO(text), skip_blank_lines=True)
    table = read_table(tmp_path / "s.csv")
    assert table.rows == len(theirs)
    for column in table.columns:
        series = theirs[column.name]
        assert column.dtype == {"str": "object"}.get(series.dtype.name, series.dtype.name)
        for ours, cell in zip(column.values, series.tolist(), strict=True):
            assert (ours is None and pd.isna(cell)) or ours == cell


def test_integers_beyond_int64(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("a,b,c\n9223372036854775808,18446744073709551616,9223372036854775808\n1,2,\n")
    dtypes = [column.dtype for column in read_table(tmp_path / "s.csv").columns]
    assert dtypes == ["uint64", "object", "object"]


@quick
@given(
    pairs=st.lists(
        st.tuples(
            st.one_of(st.none(), st.integers(-5, 5), st.floats(-5, 5)), st.one_of(st.text(max_size=3), st.booleans())
        ),
        min_size=1,
        max_size=6,
    )
)
@pytest.mark.parametrize("orient", ["records", "columns", "split", "values", "list"])
def test_every_json_form_gives_the_frame(pairs: list[tuple[object, object]], orient: str, tmp_path: Path) -> None:
    frame = pd.DataFrame([{"a": a, "b": b} for a, b in pairs])
    text = json.dumps(frame.to_dict("list")) if orient == "list" else frame.to_json(orient=orient, double_precision=15)
    (tmp_path / "s.json").write_text(text)
    table = read_table(tmp_path / "s.json")
    assert [column.name for column in table.columns] == ([0, 1] if orient == "values" else ["a", "b"])
    for column, name in zip(table.columns, "ab", strict=True):
        expected = [None if pd.isna(value) else value for value in frame[name].tolist()]
        if column.dtype != "object":
            assert [v is None for v in column.values] == [v is None for v in expected]
            assert all(a is None or close(a, b) for a, b in zip(column.values, expected, strict=True))
        else:
            assert list(column.values) == expected


@quick
@given(
    shape=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    dtype=st.sampled_from(["bool", "i1", "u2", "<i4", ">i8", "u8", "f2", "<f4", ">f8", "U3", "S2"]),
    order=st.sampled_from("CF"),
)
def test_arrays_of_any_rank_and_order(shape: list[int], dtype: str, order: str, tmp_path: Path) -> None:
    array = np.asarray(np.arange(math.prod(shape)).reshape(shape).astype(dtype), order=order)  # type: ignore[call-overload]
    np.save(tmp_path / "s.npy", array)
    table = read_table(tmp_path / "s.npy")
    expected = array.astype(str) if dtype == "S2" else array
    if array.ndim <= 2:
        ours = [list(row) for row in zip(*(column.values for column in table.columns), strict=True)]
        assert ours == expected.reshape(len(array), -1).tolist()
    else:
        assert [list(column.values) for column in table.columns] == [expected.tolist()]
        assert table.columns[0].shape == array.shape[1:]
    names = {"U3": "object", "S2": "object"}
    assert {column.dtype for column in table.columns} == {names.get(dtype, np.dtype(dtype).name)}


def test_parquet_keeps_the_dtypes_of_the_frame(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame(
        {
            "small": pd.Series([1, 2, 3], dtype="int8"),
            "whole": pd.Series([1, None, 3], dtype="Int64"),
            "real": pd.Series([1.5, None, 2.5], dtype="float32"),
            "kind": pd.Series(["a", "b", "a"], dtype="category"),
            "when": pd.to_datetime(
                ["2024-01-02T03:04:05.123456789", None, "1969-12-31T23:59:59"], format="ISO8601"
            ).astype("datetime64[ns]"),
            "zoned": pd.to_datetime(["2024-01-02", "2024-01-03", None], utc=True).astype("datetime64[us, UTC]"),
            "flag": [True, False, True],
            "maybe": pd.Series([True, None, False], dtype="boolean"),
            "text": ["x", None, "z"],
            "lists": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
        }
    ).set_index(pd.Index([7, 8, 9], name="key"))
    frame.to_parquet(tmp_path / "s.bin")
    table = read_table(tmp_path / "s.bin")
    dtypes = {column.name: column.dtype for column in table.columns}
    expected = {name: dtype.name for name, dtype in frame.dtypes.items()} | {"text": "object", "lists": "float64"}
    assert dtypes == expected
    values = {column.name: column.values for column in table.columns}
    assert values["when"] == ("2024-01-02T03:04:05.123456789", None, "1969-12-31T23:59:59")
    assert values["zoned"] == ("2024-01-02T00:00:00+00:00", "2024-01-03T00:00:00+00:00", None)
    assert values["whole"] == (1, None, 3)
    assert values["text"] == ("x", None, "z")
    assert next(c.shape for c in table.columns if c.name == "lists") == (2,)


def test_schema_of_infinities_and_empty_columns_is_finite(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("a,b,c\ninf,,1e308\n1,,1e308\n2,,-1e308\n")
    schema = build_schema(read_table(tmp_path / "s.csv"))
    stats = {field.name: field.stats for field in schema.fields}
    assert stats["b"] == {"count": 3.0, "missing": 3}
    assert stats["a"] == {"count": 3.0, "sample minimum": 1.0, "lower quartile": 1.5, "median": 2.0}
    assert all(
        math.isfinite(value) for found in some(stats.values()) for value in found.values() if not isinstance(value, str)
    )
