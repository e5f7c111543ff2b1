"""What people save into a sample without meaning to is told, with what to do about it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from compiler.diagnostics import Diagnostic, Report, Severity
from compiler.ir import ColumnOverride, ModelFacts, Table
from compiler.passes.samples.checks import check_input, check_output
from compiler.passes.samples.columns import declare_columns
from compiler.passes.samples.habits import check_dates, check_header
from compiler.readers.samples import read_table

NAMED = ModelFacts("scikit-learn", "joblib", feature_names=("a", "b"), feature_count=2)
COUNTED = ModelFacts("scikit-learn", "joblib", feature_count=2)
LABELS = ModelFacts("scikit-learn", "joblib", feature_count=1, classes=("setosa", "virginica"))


def table(folder: Path, text: str) -> Table:
    (folder / "s.csv").write_text(text)
    return read_table(folder / "s.csv")


@pytest.mark.parametrize("facts", [NAMED, COUNTED])
@pytest.mark.parametrize(
    ("given", "answers", "hint"),
    [
        ("a,b,y\n1,2,3\n4,5,6\n", "y\n3\n6\n", "'y' is what the model predicts"),
        ("a,b,truth\n1,2,3\n4,5,6\n", "prediction\n3\n6\n", "'truth' is what the model predicts"),
        (",a,b\n0,1,2\n1,4,5\n", "y\n3\n6\n", "index=False"),
        ("a,b,c\n1,2,3\n4,5,6\n", "y\n7\n8\n", None),
    ],
)
def test_columns_too_many(facts: ModelFacts, given: str, answers: str, hint: str | None, tmp_path: Path) -> None:
    report = Report()
    check_input(facts, table(tmp_path, given), report, answers=[table(tmp_path, answers)])
    (problem,) = report.diagnostics
    assert problem.severity is Severity.ERROR
    assert hint in problem.hint if hint and problem.hint else problem.hint is hint


@pytest.mark.parametrize("name", ["prediction", "0"])
def test_a_series_saved_with_its_index_as_output(name: str, tmp_path: Path) -> None:
    given, answers = table(tmp_path, "a,b\n1,2\n3,4\n"), table(tmp_path, f",{name}\n0,1.5\n1,2.5\n")
    assert _told(COUNTED, given, answers) == [("MF320", "the row index was saved too: use to_csv(..., index=False)")]


@pytest.mark.parametrize("text", ["x,y\n0,1.5\n1,2.5\n", "low,high\n0,1\n1,2\n"])
def test_two_columns_of_answers_are_no_index(text: str, tmp_path: Path) -> None:
    assert _told(COUNTED, table(tmp_path, "a,b\n1,2\n3,4\n"), table(tmp_path, text)) == []


@pytest.mark.parametrize(("facts", "text"), [(COUNTED, "0\n5\n"), (LABELS, "setosa\nvirginica\n")])
def test_an_answer_taken_for_the_header(facts: ModelFacts, text: str, tmp_path: Path) -> None:
    given, answers = table(tmp_path, "a\n1\n2\n"), table(tmp_path, text)
    assert _told(facts, given, answers) == [
        ("MF325", "the first row of a CSV sample names the columns: add a header row")
    ]


@pytest.mark.parametrize("text", ["5.1,setosa,1\n4.9,virginica,2\n", "kind,0.2\nx,0.3\n"])
def test_a_first_row_that_looks_like_data(text: str, tmp_path: Path) -> None:
    report = Report()
    check_header(ModelFacts("onnx", "onnx"), table(tmp_path, text), report, ())
    assert [(d.code, d.severity) for d in report.diagnostics] == [("MF308", Severity.WARNING)]


@pytest.mark.parametrize("text", ["2019,2020,x\n1,2,3\n", "x.1,v2.0\n1,2\n"])
def test_names_with_digits_are_names(text: str, tmp_path: Path) -> None:
    report = Report()
    check_header(ModelFacts("onnx", "onnx"), table(tmp_path, text), report, ())
    assert report.diagnostics == ()


@pytest.mark.parametrize(
    ("cells", "dtype"),
    [
        (("2026-01-31", "2025-12-01"), "datetime64[ns]"),
        (("2026-01-31 10:20:30", ""), "datetime64[ns]"),
        (("2026-01-31T10:20:30Z",), "datetime64[ns, UTC]"),
        (("2026-01-31", "unknown"), None),
        (("31.01.2026",), None),
        (("2026-13-01",), None),
    ],
)
def test_dates_as_text(cells: tuple[str, ...], dtype: str | None, tmp_path: Path) -> None:
    given = table(tmp_path, "since,n\n" + "".join(f"{cell},1\n" for cell in cells))
    (problem,) = _dates(given, {}) or (None,)
    assert (problem is None) == (dtype is None)
    assert problem is None or f"'columns.input.since.dtype: {dtype}'" in str(problem.hint)
    assert _dates(given, {"since": ColumnOverride(dtype="object")}) == ()


def _dates(given: Table, declared: dict[str, ColumnOverride]) -> tuple[Diagnostic, ...]:
    report = Report()
    check_dates(given, declared, report, ())
    return report.diagnostics


def _told(facts: ModelFacts, given: Table, answers: Table) -> list[tuple[str, str | None]]:
    report = Report()
    check_output(facts, given, answers, report)
    return [(d.code, d.hint) for d in report.diagnostics]


@pytest.mark.parametrize(("cut", "rows", "fits"), [(True, 3, True), (True, 1, False), (False, 3, False)])
def test_rows_of_a_sample_that_was_cut(cut: bool, rows: int, fits: bool, tmp_path: Path) -> None:
    given = replace(table(tmp_path, "a,b\n1,2\n3,4\n"), cut=cut)
    given = declare_columns(given, {"a": ColumnOverride(dtype="float64")}, Report())
    answers = table(tmp_path, "y\n" + "1\n" * rows)
    assert (_told(COUNTED, given, answers) == []) == fits
