"""The page of a build stands alone, says everything, and lets no text become markup."""

from __future__ import annotations

import math
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from compiler.emit import artifact_record, emit, introspect_tree
from compiler.emit.report.card import LibraryVersion, ModelCard, PlannedStep, report_html
from compiler.ir import Column, DataSchema, Field, Golden, Table

HOSTILE = "<script>alert('x')</script>\"&"


class Reader(HTMLParser):
    """Collects tags, attributes and text, and checks that every tag is closed in its place."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], [], [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def page(model, **more):
    tree = emit(model)
    text = report_html(ModelCard(model, artifact_record(model, tree), introspect_tree(model, tree), **more)).decode()
    reader = Reader()
    reader.feed(text)
    assert reader.open == []
    return text, reader, artifact_record(model, tree)


def test_it_says_what_was_built(plain_model, tmp_path):
    field = Field("alcohol", "float64", "Continuous", True, "percent by volume", 0, {"mean": 12.5})
    text, reader, record = page(replace(plain_model, input_schema=DataSchema((field,))))
    for part in (record.digest, "LogisticRegression", "alcohol", "percent by volume", "runtime_path_exist", "Skipped"):
        assert part in reader.text
    for file in record.files:
        assert file.sha256 in reader.text
    assert str(tmp_path) not in text


def test_it_needs_nothing_from_elsewhere(plain_model):
    _, reader, _ = page(plain_model)
    assert {"script", "link", "img", "iframe"} & set(reader.tags) == set()
    assert [value for name, value in reader.attributes if name in {"src", "href"} and not value.startswith("#")] == []


def test_it_can_be_read_by_everyone(plain_model):
    text, reader, _ = page(plain_model)
    assert '<html lang="en">' in text
    assert {"header", "nav", "main", "h1", "h2", "caption"} <= set(reader.tags)
    assert ("scope", "col") in reader.attributes
    assert ("scope", "row") in reader.attributes
    identifiers = [value for name, value in reader.attributes if name == "id"]
    assert len(identifiers) == len(set(identifiers))
    links = {value for name, value in reader.attributes if name == "href"}
    assert links <= {f"#{identifier}" for identifier in identifiers}


def test_no_text_becomes_markup(plain_model):
    facts = replace(plain_model.facts, algorithm=HOSTILE, classes=(HOSTILE,), hyperparameters={HOSTILE: HOSTILE * 20})
    field = Field(HOSTILE, HOSTILE, HOSTILE, True, HOSTILE, 0, {}, (HOSTILE,))
    text, reader, _ = page(replace(plain_model, facts=facts, use_case=HOSTILE, output_schema=DataSchema((field,))))
    assert "<script" not in text
    assert HOSTILE in reader.text


SECRET = "5ec2e7"


def test_it_shows_the_golden_rows_with_their_answers_and_how_to_ask_for_them(plain_model):
    rows = ({"colour": "crimson", "size": 3.5}, {"colour": "azure", "size": 1.25})
    _, reader, _ = page(replace(plain_model, golden=Golden(rows, ("large", "small"), 1e-6)))
    for part in ("crimson", "azure", "3.5", "large", "small", "oci raw-request", "manifact predict", "curl"):
        assert part in reader.text
    assert '"colour": "crimson"' in reader.text, "the first row is in the commands"


def test_it_shows_no_value_of_a_private_column(plain_model):
    rows = ({"name": SECRET, "size": 3.5},)
    column = Column("name", "object", (SECRET, f"{SECRET}-2"))
    fields = DataSchema((Field("name", "object", "String", True, "", 0),))
    model = replace(plain_model, golden=Golden(rows, (f"{SECRET}-answer",), 1e-6), input_schema=fields)
    private = {"private_input": frozenset({"name"}), "private_output": frozenset({"answer"})}
    assert SECRET in page(model, input=Table((column,), 2))[0]
    text, reader, _ = page(model, input=Table((column,), 2), **private)
    assert SECRET not in text
    assert "3.5" in reader.text


@pytest.mark.parametrize(
    ("values", "plots"),
    [
        ((1.0, 2.0, 5.0, 9.0), 1),
        ((1e308, -1e308, 0.0), 1),
        (("red", "white", "red"), 1),
        ((True, False, None), 1),
        ((None, None), 0),
        (tuple(f"id {number}" for number in range(99)), 0),
    ],
    ids=["numbers", "extremes", "texts", "booleans", "nothing", "identifiers"],
)
def test_it_draws_a_column(plain_model, values, plots):
    schema = DataSchema((Field("x", "object", "String", True, "", 0),))
    sample = Table((Column("x", "object", values),), len(values))
    _, reader, _ = page(replace(plain_model, input_schema=schema), input=sample)
    assert reader.tags.count("svg") == plots
    drawn = [value for name, value in reader.attributes if name in {"x", "y", "width", "height"}]
    assert [value for value in drawn if not math.isfinite(float(value))] == []


def test_it_draws_the_statistics_of_a_schema_without_a_sample(plain_model):
    five = ("sample minimum", "lower quartile", "median", "upper quartile", "sample maximum")
    stats = dict(zip(five, (1, 2, 3, 4, 5), strict=True))
    field = Field("x", "int64", "Integer", True, "", 0, stats)
    _, reader, _ = page(replace(plain_model, input_schema=DataSchema((field,))))
    assert "svg" in reader.tags


def test_it_shows_skew_and_the_plan(plain_model):
    versions = (LibraryVersion("scikit-learn", "1.5.0", "==1.4.2", skewed=True), LibraryVersion("numpy", "2.0", None))
    _, reader, _ = page(plain_model, versions=versions, steps=(PlannedStep("create_model", "model"),))
    for part in ("==1.4.2, differs", "not known", "create_model"):
        assert part in reader.text


def test_the_same_build_gives_the_same_page(plain_model):
    assert page(plain_model)[0] == page(plain_model)[0]
