"""The page of a build stands alone, says everything, and lets no text become markup."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from compiler.emit import artifact_record, emit, introspect_tree
from compiler.emit.report import report_html
from compiler.ir import DataSchema, Field, Golden

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


def page(model):
    tree = emit(model)
    text = report_html(model, artifact_record(model, tree), introspect_tree(model, tree)).decode()
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
    assert links == {f"#{identifier}" for identifier in identifiers}


def test_no_text_becomes_markup(plain_model):
    facts = replace(plain_model.facts, algorithm=HOSTILE, classes=(HOSTILE,), hyperparameters={HOSTILE: HOSTILE * 20})
    field = Field(HOSTILE, HOSTILE, HOSTILE, True, HOSTILE, 0, {}, (HOSTILE,))
    text, reader, _ = page(replace(plain_model, facts=facts, use_case=HOSTILE, output_schema=DataSchema((field,))))
    assert "<script" not in text
    assert HOSTILE in reader.text


def test_it_shows_no_sample_values(plain_model):
    text, _, _ = page(replace(plain_model, golden=Golden(({"x": "private-value"},), ("private-answer",), 1e-6)))
    assert "private" not in text


def test_the_same_build_gives_the_same_page(plain_model):
    assert page(plain_model)[0] == page(plain_model)[0]
