"""Manifests that are written mean what they were made from."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from compiler.planning.importing.yaml_text import mapping
from compiler.source import parse_document

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
PLAIN = st.none() | st.booleans() | st.integers(-9, 9) | TEXT
VALUES = st.recursive(PLAIN, lambda part: st.lists(part, max_size=3) | st.dictionaries(TEXT, part, max_size=3))


@given(st.dictionaries(TEXT, VALUES, min_size=1, max_size=3))
def test_written_and_read_again(value: dict[str, Any]) -> None:
    assert parse_document(mapping(value), "model.yaml").data == value
