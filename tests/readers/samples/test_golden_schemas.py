"""Schemas of every golden model equal those that ADS 2.16.1 recorded."""

import json
import math

import pytest

from compiler.diagnostics import Report
from compiler.ir import ColumnOverride
from compiler.passes.samples.columns import declare_columns
from compiler.passes.samples.schema_json import schema_to_json
from compiler.passes.samples.schemas import build_schema
from compiler.readers.samples import read_table
from testing.paths import GOLDENS

DECLARED = {"sklearn-pipeline-mixed": {"segment": ColumnOverride(dtype="category")}}
# A float32 array that was written as JSON is float64 when it is read.
WIDENED = {"pytorch-statedict", "tensorflow-keras-kerasfile"}


def cases() -> list[object]:
    pairs = {"X": "input_schema.json", "y": "output_schema.json"}
    found = [
        pytest.param(folder.name, sample.name, pairs[sample.stem[-1]], id=f"{folder.name}-{sample.name}")
        for folder in sorted(GOLDENS.iterdir())
        for sample in sorted(folder.glob("sample_*"))
        if not (folder.name in WIDENED and sample.name == "sample_X.json")
    ]
    assert len(found) == 23
    return found


def rounded(value: object) -> object:
    """To 12 significant digits; what ADS writes as NaN is left out."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items() if not (isinstance(item, float) and math.isnan(item))}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return float(f"{value:.12g}") if isinstance(value, float) else value


@pytest.mark.parametrize(("model", "sample", "expected"), cases())
def test_schema_equals_the_one_ads_made(model: str, sample: str, expected: str) -> None:
    overrides = DECLARED.get(model, {}) if sample.startswith("sample_X") else {}
    report = Report()
    table = declare_columns(read_table(GOLDENS / model / sample), overrides, report)
    ours = json.loads(schema_to_json(build_schema(table, overrides)))
    theirs = json.loads((GOLDENS / model / expected).read_text())
    assert report.diagnostics == ()
    assert rounded(ours) == rounded(theirs)
    assert [list(field) for field in ours["schema"]] == [list(field) for field in theirs["schema"]]
    for mine, golden in zip(ours["schema"], theirs["schema"], strict=True):
        assert list(mine["domain"]["stats"]) == [
            name for name, value in golden["domain"]["stats"].items() if not math.isnan(value)
        ]
