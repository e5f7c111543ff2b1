"""YAML text to data and back to its place."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.diagnostics import CompilerError
from compiler.source import parse_document, read_document

SCALARS = {
    "1.10": 1.1,
    "'1.10'": "1.10",
    "no": "no",
    "on": "on",
    "true": True,
    "~": None,
    "": None,
    "2024-01-01": "2024-01-01",
    "0x1F": 31,
    "0o17": 15,
    "1e3": 1000.0,
    ".inf": math.inf,
    "1_000": "1_000",
    "12:30": "12:30",
    "!!str 1.10": "1.10",
    "9" * 5000: "9" * 5000,
}


@pytest.mark.parametrize(("written", "value"), SCALARS.items(), ids=[key[:12] or "empty" for key in SCALARS])
def test_scalars_follow_the_core_schema_of_yaml_1_2(written, value):
    read = parse_document(f"key: {written}\n", "m.yaml").data["key"]
    assert read == value
    assert type(read) is type(value)


REFUSED = {
    "duplicate key": ("a: 1\na: 2\n", "MF003", 2, 1),
    "flow left open": ("a: [1,\n", "MF002", 2, 1),
    "tab": ("a:\n\t- 1\n", "MF002", 2, 1),
    "unknown alias": ("a: *b\n", "MF002", 1, 4),
    "python tag": ("a: !!python/object/apply:os.system [x]\n", "MF005", 1, 4),
    "merge key": ("a: &a {x: 1}\nb:\n  <<: *a\n", "MF005", 3, 3),
    "two documents": ("a: 1\n---\nb: 2\n", "MF005", 2, 1),
    "list as key": ("[a, b]: 1\n", "MF005", 1, 1),
    "control character": ("a: 1\nb: \x07\n", "MF002", 2, 1),
    "deep": ("- " * 70 + "x\n", "MF004", 1, 131),
    "very deep": ("[" * 5000, "MF004", 0, 0),
    "cycle": ("a: &a [*a]\n", "MF004", 1, 4),
}


@pytest.mark.parametrize(("text", "code", "line", "column"), REFUSED.values(), ids=REFUSED)
def test_bad_text_is_refused_at_its_place(text, code, line, column):
    with pytest.raises(CompilerError) as caught:
        parse_document(text, "m.yaml")
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.where.line, problem.where.column) == (code, line, column)


def test_a_billion_laughs_are_refused_before_they_are_told():
    names = [f"x{i}" for i in range(30)]
    lines = ["x0: &x0 [lol, lol]"] + [f"{b}: &{b} [*{a}, *{a}]" for a, b in itertools.pairwise(names)]
    with pytest.raises(CompilerError) as caught:
        parse_document("\n".join(lines), "m.yaml")
    assert caught.value.diagnostics[0].code == "MF004"


def test_a_file_above_one_mebibyte_is_refused(tmp_path):
    path = tmp_path / "model.yaml"
    path.write_text("a: '" + "x" * (1 << 20) + "'\n")
    with pytest.raises(CompilerError) as caught:
        read_document(path)
    assert caught.value.diagnostics[0].code == "MF004"


@pytest.mark.parametrize(
    ("content", "code"), [(b"a: \xff\n", "MF002"), (None, "MF001")], ids=["not UTF-8", "not there"]
)
def test_an_unreadable_file_is_refused(tmp_path, content, code):
    path = tmp_path / "model.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CompilerError) as caught:
        read_document(path)
    assert caught.value.diagnostics[0].code == code


TEXT = """\
metadata: {name: wine, labels: {team: cellar}}
spec:
  include:
    - a.txt
    - b.txt
  empty:
"""


@pytest.mark.parametrize(
    ("pointer", "key", "place"),
    [
        (("metadata", "name"), False, (1, 18)),
        (("metadata", "name"), True, (1, 12)),
        (("spec", "include", 1), False, (5, 7)),
        (("spec", "include"), False, (3, 3)),
        (("spec", "empty"), False, (6, 3)),
        (("spec", "missing", "deeper"), False, (2, 1)),
        ((), False, (1, 1)),
    ],
)
def test_every_pointer_leads_to_a_place(pointer, key, place):
    where = parse_document(TEXT, "m.yaml").locate(pointer, key=key)
    assert (where.line, where.column) == place


def test_a_scalar_is_remembered_as_it_was_written():
    document = parse_document("python: 3.10\nlist: [1]\n", "m.yaml")
    assert document.written(("python",)) == "3.10"
    assert document.written(("list",)) is None
    assert document.written(("absent",)) is None


@given(st.text(max_size=200))
def test_any_text_gives_data_or_one_diagnostic(text):
    problems = []
    try:
        parse_document(text, "m.yaml")
    except CompilerError as error:
        problems = error.diagnostics
    assert len(problems) <= 1
