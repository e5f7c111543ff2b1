"""The checked-in JSON Schemas."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from compiler.schema import MODEL, PROJECT, check, shipped
from compiler.schema.generate import generate
from compiler.source import read_document

ROOT = Path(__file__).parent.parent.parent
MANIFESTS = sorted(ROOT.glob("manifests/*/model.yaml"))


@pytest.mark.parametrize("name", [MODEL, PROJECT])
def test_the_checked_in_schema_is_what_the_spec_generates(name):
    assert generate()[name] == (ROOT / "schemas" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [MODEL, PROJECT])
def test_each_schema_is_a_json_schema(name):
    Draft202012Validator.check_schema(shipped(name))


@pytest.mark.parametrize("name", [MODEL, PROJECT])
def test_every_field_is_described_or_plain(name):
    """`null` is no way to say "not set", and titles that repeat the key help nobody."""
    text = json.dumps(shipped(name))
    assert '{"type": "null"}' not in text
    assert text.count('"title": ') == 1


@pytest.mark.parametrize("path", MANIFESTS, ids=[p.parent.name for p in MANIFESTS])
def test_every_example_fits_the_schema_its_first_line_names(path):
    document = read_document(path)
    assert check(document, MODEL) == []
    first = document.text.splitlines()[0]
    assert (path.parent / first.partition("$schema=")[2]).resolve() == ROOT / "schemas" / MODEL
