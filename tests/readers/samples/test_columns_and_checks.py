"""Declared columns, private ones, golden rows, the catalog's limit, and samples against the model's own facts."""

import json
from pathlib import Path

import pytest

from compiler.diagnostics import Report, Severity
from compiler.ir import Column, ColumnOverride, ModelFacts, Table, Tensor
from compiler.passes.samples.checks import check_input, check_output
from compiler.passes.samples.columns import declare_columns
from compiler.passes.samples.golden import golden_rows
from compiler.passes.samples.schema_json import fit_catalog, schema_to_json
from compiler.passes.samples.schemas import build_schema
from compiler.readers.samples import read_table
from compiler.readers.samples.infer import column_of


def table(**columns: list[object]) -> Table:
    made = [column_of(name, values) for name, values in columns.items()]  # type: ignore[arg-type]
    return Table(tuple(made), len(made[0].values))


def unnamed(*columns: list[object]) -> Table:
    made = [column_of(index, values) for index, values in enumerate(columns)]  # type: ignore[arg-type]
    return Table(tuple(made), len(made[0].values))


@pytest.mark.parametrize(
    ("dtype", "cells", "expected"),
    [
        ("Int64", [1.0, None], (1, None)),
        ("uint8", [1, 255], (1, 255)),
        ("float32", [0.1, 1], (0.10000000149011612, 1.0)),
        ("boolean", [1, None, "False"], (True, None, False)),
        ("str", [7, 8], ("7", "8")),
        ("category", [7, 8], (7, 8)),
        ("datetime64[ns]", ["2024-01-31", 0, None], ("2024-01-31T00:00:00", "1970-01-01T00:00:00", None)),
        ("float64", [[1, 2], [3, 4]], ([1.0, 2.0], [3.0, 4.0])),
    ],
)
def test_declared_dtypes(dtype: str, cells: list[object], expected: tuple[object, ...]) -> None:
    report = Report()
    declared = declare_columns(table(a=cells), {"a": ColumnOverride(dtype=dtype)}, report)
    assert report.diagnostics == ()
    assert declared.columns[0].dtype == dtype
    assert declared.columns[0].values == expected


@pytest.mark.parametrize(
    ("override", "cells", "code", "message"),
    [
        (ColumnOverride(dtype="int64"), [1, None], "MF311",
         "column 'a', row 2: the value is missing, which int64 has no room for: declare Int64"),
        (ColumnOverride(dtype="int8"), [1, 300], "MF311", "column 'a', row 2: 300 is not between -128 and 127"),
        (ColumnOverride(dtype="float64"), ["x"], "MF311", "column 'a', row 1: 'x' is no number of this size"),
        (ColumnOverride(dtype="float16"), [1e300], "MF311", "column 'a', row 1: 1e+300 is no number of this size"),
        (ColumnOverride(dtype="float64", private=True), ["secret"], "MF311",
         "column 'a', row 1: the value is no number of this size"),
        (ColumnOverride(dtype="datetime64[ns]"), ["3/11/2000"], "MF311",
         "column 'a', row 1: '3/11/2000' is no ISO 8601 date (2026-01-31, 2026-01-31T12:00:00)"),
        (ColumnOverride(dtype="bool"), ["maybe"], "MF311", "column 'a', row 1: 'maybe' is neither true nor false"),
        (ColumnOverride(dtype="int"), [1], "MF312", "'int' is no pandas dtype"),
        (ColumnOverride(feature_type="Continuous"), ["x"], "MF311",
         "column 'a' is declared Continuous, but its dtype is object"),
    ],
)  # fmt: skip
def test_declarations_that_do_not_fit(override: ColumnOverride, cells: list[object], code: str, message: str) -> None:
    report = Report()
    declare_columns(table(a=cells), {"a": override}, report)
    assert [(problem.code, problem.message) for problem in report.diagnostics] == [(code, message)]


def test_an_unknown_column_gets_the_nearest_name() -> None:
    report = Report()
    declare_columns(table(alcohol=[1]), {"alcool": ColumnOverride()}, report)
    (problem,) = report.diagnostics
    assert (problem.code, problem.hint) == ("MF310", "did you mean 'alcohol'?")


def test_text_columns_keep_leading_zeros(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("zip,n\n00501,1\n,2\n")
    overrides = {"zip": ColumnOverride(dtype="str", feature_type="ZipCode")}
    sample = declare_columns(read_table(tmp_path / "s.csv", {"zip"}), overrides, Report())
    assert sample.columns[0].values == ("00501", None)
    field = build_schema(sample, overrides).fields[0]
    assert (field.dtype, field.feature_type, field.required) == ("object", "ZipCode", False)
    assert field.stats == {"count": 2, "unique": 1, "missing": 1}


def test_beyond_ads_datetimes_tensors_nested_cells() -> None:
    sample = Table(
        (
            Column("when", "datetime64[ns]", ("2024-02-01T00:00:00", None, "2024-01-01T00:00:00")),
            column_of("image", [[[1, 2], [3, 4]]] * 3),
            column_of("mixed", [{"a": 1}, [1], None]),
        ),
        3,
    )
    when, image, mixed = json.loads(schema_to_json(build_schema(sample)))["schema"]
    assert when["feature_type"] == "DateTime"
    assert when["domain"]["stats"] == {
        "count": 3, "sample maximum": "2024-02-01T00:00:00", "sample minimum": "2024-01-01T00:00:00", "missing": 1
    }  # fmt: skip
    assert (image["dtype"], image["feature_type"]) == ("int64", "Tensor")
    assert image["domain"]["stats"]["shape"] == [2, 2]
    assert (image["domain"]["stats"]["count"], image["domain"]["stats"]["mean"]) == (3, 2.5)
    assert (mixed["dtype"], mixed["feature_type"], mixed["domain"]["stats"]) == ("object", "", {})


def test_private_columns_publish_types_only() -> None:
    overrides = {"name": ColumnOverride(dtype="category", private=True), "age": ColumnOverride(private=True)}
    sample = declare_columns(table(name=["Ann", "Bob"], age=[31, 47]), overrides, Report())
    text = schema_to_json(build_schema(sample, overrides)).decode()
    assert not any(value in text for value in ("Ann", "Bob", "31", "47", "39"))
    assert '"dtype": "category", "feature_type": "Category", "name": "name"' in text


def test_what_the_manifest_says_wins() -> None:
    override = ColumnOverride(required=True, description="litres", constraints=("$x > 0",), feature_type="Ordinal")
    field = build_schema(table(a=[1, None]), {"a": override}).fields[0]
    assert (field.required, field.description, field.constraints) == (True, "litres", ("$x > 0",))
    assert build_schema(table(a=["s", "m", "s"]), {"a": ColumnOverride(feature_type="Ordinal")}).fields[
        0
    ].constraints == ("$x in ['s', 'm']",)


def test_the_catalog_copy_says_what_it_left_out() -> None:
    small = build_schema(table(a=[1.0, 2.0]))
    assert fit_catalog(small) == (small, None)
    categories = Table((Column("c", "category", tuple(f"value {n}" for n in range(5000))),), 5000)
    cut, left_out = fit_catalog(build_schema(categories))
    assert (left_out, cut.fields[0].constraints, cut.fields[0].stats["unique"]) == ("constraints", (), 5000)
    wide = build_schema(unnamed(*[[1.0, 2.5, 4.0]] * 120))
    cut, left_out = fit_catalog(wide)
    assert left_out == "constraints and statistics"
    assert len(schema_to_json(cut)) <= 32_000 < len(schema_to_json(wide))
    assert fit_catalog(build_schema(unnamed(*[[1.0]] * 900))) == (type(wide)(()), "all 900 columns")


def test_golden_rows() -> None:
    named = golden_rows(table(a=[1, None, float("inf"), 4], b=["x"] * 4), table(y=[1.5, 2.5, 3.5, 4.5]), 3, 1e-6)
    assert named.inputs == ({"a": 1.0, "b": "x"}, {"a": None, "b": "x"}, {"a": 4.0, "b": "x"})
    assert named.outputs == (1.5, 2.5, 4.5)
    probabilities = golden_rows(unnamed([1, 2], [3, 4]), unnamed([0.1, 0.2], [0.9, 0.8]), 20, 0.0)
    assert (probabilities.inputs, probabilities.outputs) == (([1, 3], [2, 4]), ([0.1, 0.9], [0.2, 0.8]))
    image = golden_rows(unnamed([[[1, 2]], [[3, 4]]]), None, 1, 0.0)
    assert (image.inputs, image.outputs) == (([[1, 2]],), ())


FACTS = ModelFacts("scikit-learn", "joblib", algorithm="LogisticRegression", feature_names=("age", "income"),
                   feature_count=2, classes=("no", "yes"))  # fmt: skip


def problems(facts: ModelFacts, sample: Table) -> list[tuple[str, str, str | None]]:
    report = Report()
    check_input(facts, sample, report)
    return [(found.code, found.message, found.hint) for found in report.diagnostics]


def test_matching_samples_have_no_problems() -> None:
    report = Report()
    sample = table(age=[1, 2], income=[1.5, 2.5])
    check_input(FACTS, sample, report)
    check_output(FACTS, sample, table(y=["no", "yes"]), report)
    check_input(FACTS, unnamed([1], [2]), report)
    assert report.diagnostics == ()


@pytest.mark.parametrize(
    ("facts", "sample", "expected"),
    [
        (FACTS, table(age=[1], incom=[2]), ("MF321",
         "the model's columns 'income' are not in the sample, which has 'incom' instead", "did you mean 'incom'?")),
        (FACTS, table(income=[1], age=[2]), ("MF322",
         "the sample's columns are in the order 'income', 'age', the model's are 'age', 'income'", None)),
        (FACTS, Table((Column("Unnamed: 0", "int64", (0,)), *table(age=[1], income=[2]).columns), 1), ("MF321",
         "the sample has columns 'Unnamed: 0', which the model does not know; it knows 'age', 'income'",
         "the row index was saved too: use to_csv(..., index=False)")),
        (FACTS, unnamed([1]), ("MF320", "the model takes 2 columns, the sample has 1", None)),
        (ModelFacts("xgboost", "xgboost-json", feature_count=1), table(city=["Rome"]), ("MF323",
         "xgboost takes numbers, and column 'city' is object",
         "encode it before training, or declare columns.input.city.categories in training order")),
        (ModelFacts("onnx", "onnx", inputs=(Tensor("X", "float32", (None, 4)),)), unnamed([1], [2]), ("MF320",
         "a row of the model's input 'X' has the shape (4), the sample's (2)", None)),
        (ModelFacts("onnx", "onnx", inputs=(Tensor("X", "float32", (None, 1)),)), table(a=["x"]), ("MF323",
         "the model's input 'X' is float32, and column 'a' is object", None)),
    ],
)  # fmt: skip
def test_input_checks_name_both_sides(facts: ModelFacts, sample: Table, expected: tuple[str, str, str | None]) -> None:
    assert problems(facts, sample) == [expected]


def test_frameworks_with_their_own_ways_with_names() -> None:
    spark = ModelFacts("pyspark", "spark-pipeline", feature_names=("a", "b"))
    assert problems(spark, table(label=[0], b=[1], a=[2])) == []
    lightgbm = ModelFacts("lightgbm", "lightgbm-text", feature_names=("petal_width_(cm)",), feature_count=1)
    assert problems(lightgbm, Table((Column("petal width (cm)", "float64", (1.0,)),), 1)) == []
    nameless = ModelFacts("lightgbm", "lightgbm-text", feature_names=("Column_0",), feature_count=1)
    assert problems(nameless, table(age=[1])) == []
    report = Report()
    check_input(
        ModelFacts("scikit-learn", "joblib", algorithm="Pipeline", feature_names=("a",)), table(b=[1], a=[2]), report
    )
    assert [found.severity for found in report.diagnostics] == [Severity.WARNING]
    image = ModelFacts("onnx", "onnx", inputs=(Tensor("X", "float32", (None, 2, None)),))
    assert problems(image, unnamed([[[1, 2, 3], [4, 5, 6]]])) == []


TWO = ModelFacts(
    "tensorflow",
    "keras",
    inputs=(Tensor("num", "float32", (None, 2)), Tensor("cat", "int32", (None, 1)), Tensor("flag", "bool", (None,))),
)


def test_models_with_several_inputs() -> None:
    fitting = {"cat": [1], "num": [[1.5, 2.5]], "flag": [True]}
    assert problems(TWO, table(**fitting)) == []
    assert problems(TWO, unnamed([[1.5, 2.5]], [1], [True])) == []
    assert problems(TWO, table(a=[1], b=[2])) == [
        (
            "MF320",
            "the model takes 3 inputs ('num', 'cat', 'flag'), the sample has 2 columns",
            "one column for each input; arrays go into JSON, NPZ or Parquet",
        )
    ]
    assert problems(TWO, table(**fitting | {"num": [[1.5, 2.5, 3.5]]})) == [
        ("MF320", "a row of the model's input 'num' has the shape (2), column 'num' has (3)", None)
    ]


def test_output_checks_name_both_sides() -> None:
    report = Report()
    sample = table(age=[1, 2], income=[1, 2])
    check_output(FACTS, sample, table(y=["no", "perhaps"]), report)
    check_output(FACTS, sample, table(y=["no"]), report)
    check_output(FACTS, sample, unnamed([1, 2]), report, method="predict_proba")
    digits = ModelFacts("scikit-learn", "joblib", classes=("0", "1"))
    check_output(digits, sample, table(y=[0, 1]), report)
    check_output(ModelFacts("scikit-learn", "joblib", classes=(0, 1)), sample, table(y=[0.0, 1.0]), report)
    assert [(found.code, found.message, found.hint) for found in report.diagnostics] == [
        ("MF324", "row 2 of the output sample is 'perhaps'; the model's classes are 'no', 'yes'", None),
        ("MF325", "the output sample has 1 rows, the input sample has 2", None),
        ("MF320", "predict_proba gives 2 columns, one a class; the sample has 1", None),
        ("MF324", "row 1 of the output sample is 0; the model's classes are '0', '1'",
         "declare columns.output.y.dtype: str"),
    ]  # fmt: skip
