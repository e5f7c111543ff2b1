"""The checked-in JSON Schemas."""

import json
import re

import pytest
from jsonschema import Draft202012Validator

from compiler.cli.documents import schema_files
from compiler.schema import MODEL, PROJECT, check, shipped
from compiler.source import read_document
from testing.paths import ROOT

MANIFESTS = sorted(ROOT.glob("manifests/*/model.yaml"))


GENERATED = schema_files()


def test_every_schema_file_is_one_that_is_generated():
    assert {path.name for path in (ROOT / "schemas").iterdir()} == set(GENERATED)


@pytest.mark.parametrize("name", GENERATED)
def test_the_checked_in_schema_is_what_the_types_generate(name):
    assert GENERATED[name] == (ROOT / "schemas" / name).read_text(encoding="utf-8"), (
        "run: manifact schema --write schemas"
    )


@pytest.mark.parametrize("name", GENERATED)
def test_each_schema_is_a_json_schema(name):
    Draft202012Validator.check_schema(shipped(name))


@pytest.mark.parametrize("name", sorted(GENERATED.keys() - {MODEL, PROJECT}))
def test_a_document_is_versioned_camel_case_and_described(name):
    schema = shipped(name)
    assert next(iter(schema["properties"])) == "formatVersion"
    for part in (schema, *schema.get("$defs", {}).values()):
        assert part["description"]
        for key, field in part["properties"].items():
            assert re.fullmatch(r"[a-z][A-Za-z0-9]*", key)
            assert field.get("description") or "$ref" in field, f"{key} has no docstring"


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
