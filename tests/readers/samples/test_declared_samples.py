"""The passes over samples see the dtypes that the manifest declares, whatever the file could carry."""

from __future__ import annotations

import pytest

from compiler.diagnostics import Report
from compiler.ir import ModelFacts, Table
from compiler.passes.draft import Draft, Inputs
from compiler.passes.samples.samples import check_samples, describe_data, pick_golden
from compiler.readers.samples.infer import column_of
from compiler.spec.v1 import Manifest


def inputs(columns: dict[str, object], facts: ModelFacts, *, output: list[object]) -> Inputs:
    spec = {"model": {"path": "m"}, "samples": {"input": "in.json", "output": "out.json"}, "columns": columns}
    written = {"apiVersion": "manifact/v1", "kind": "Model", "metadata": {"name": "m"}, "spec": spec}
    manifest = Manifest.model_validate(written, strict=False)
    given = Table((column_of("city", ["Rome", "Oslo"]), column_of("n", [1.0, None])), 2)
    return Inputs(manifest, facts, "m", (), {}, input=given, output=Table((column_of("y", output),), 2))


def run(given: Inputs) -> tuple[Draft, Report]:
    report, draft = Report(), Draft()
    for step in (check_samples, describe_data, pick_golden):
        draft = step(draft, given, report)
    return draft, report


def test_a_declared_category_is_taken_by_a_model_of_numbers() -> None:
    columns = {"input": {"city": {"dtype": "category"}, "n": {"dtype": "Int64"}}}
    draft, report = run(inputs(columns, ModelFacts("lightgbm", "lightgbm-text"), output=[1, 2]))
    assert report.diagnostics == ()
    assert draft.golden is not None
    assert draft.golden.inputs == ({"city": "Rome", "n": 1}, {"city": "Oslo", "n": None})
    assert type(draft.golden.inputs[0]["n"]) is int  # type: ignore[index, call-overload]
    assert draft.input_schema is not None
    assert [field.dtype for field in draft.input_schema.fields] == ["category", "Int64"]


def test_declared_labels_are_compared_as_text() -> None:
    facts = ModelFacts("scikit-learn", "joblib", classes=("1", "2"))
    draft, report = run(inputs({"output": {"y": {"dtype": "str"}}}, facts, output=[1, 2]))
    assert report.diagnostics == ()
    assert draft.golden is not None
    assert draft.golden.outputs == ("1", "2")


@pytest.mark.parametrize("side", ["input", "output"])
def test_a_problem_of_a_declaration_is_said_once(side: str) -> None:
    name = "city" if side == "input" else "y"
    columns = {side: {name: {"dtype": "datetime64[ns]"}}}
    _, report = run(inputs(columns, ModelFacts("other", "pickle"), output=["a", "b"]))
    assert [problem.code for problem in report.diagnostics] == ["MF311"]
