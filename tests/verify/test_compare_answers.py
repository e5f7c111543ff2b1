"""Answers by tolerance, and receipts."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from compiler.ir import Golden
from compiler.serving.isolation.result import Isolation
from compiler.verify import Verification, environment_of, find_receipt, missing_libraries, receipt_key, remember
from compiler.verify.compare import compare


@pytest.mark.parametrize(
    ("actual", "expected", "same"),
    [
        (1, 1.0, True),
        (1.0 + 1e-7, 1.0, True),
        (1.00001, 1.0, False),
        (1_000_000.5, 1_000_000.0, True),  # relative to the expected value
        (1e-7, 0.0, True),
        (True, 1, True),
        ("a", "a", True),
        ("1", 1, False),
        (None, None, True),
        (None, 0, False),
        ([0.25, 0.75], [0.25, 0.75], True),
        ([0.25, 0.75], [0.75, 0.25], False),
        ([0.25], 0.25, True),
        (0.25, [[0.25]], True),
        ([1, 2], [1, 2, 3], False),
        ({"a": 1.0}, {"a": 1}, True),
        ({"a": 1.0}, {"b": 1}, False),
        ([1, 2], {"a": 1, "b": 2}, True),
        ([2, 1], {"a": 1, "b": 2}, False),
        ({"b": 2, "a": 1}, {"a": 1, "b": 2}, True),
        ({"a": 1, "c": 2}, {"a": 1, "b": 2}, False),
        ([], None, False),
    ],
)
def test_rows_are_compared(actual, expected, same):
    assert (compare([actual], [expected], 1e-6).differing == ()) is same


def test_the_largest_difference_and_all_differing_rows_are_told():
    result = compare([1.0, 2.5, 2.0, "x"], [1.0, 2.0, 3.0, "x"], 0.1)
    assert (result.max_difference, result.differing) == (1.0, (1, 2))
    assert compare(["x"], [1], 0.1).max_difference == math.inf


VERIFIED = Verification(20, True, 0.0, 0.5, Isolation(network=True, files=True, processes=False), ("rows", "lists"))
GOLDEN = Golden(({"x": 1},), (2,), 1e-6)


def test_a_receipt_is_found_again(tmp_path):
    key = receipt_key("digest", GOLDEN, environment_of(["scikit-learn"]))
    assert find_receipt(tmp_path / "cache", key) is None
    remember(tmp_path / "cache", key, VERIFIED)
    assert find_receipt(tmp_path / "cache", key) == VERIFIED
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [f"{key}.json"]


def test_anything_that_could_change_the_answer_changes_the_key():
    other = [
        receipt_key("other", GOLDEN, "here"),
        receipt_key("digest", replace(GOLDEN, outputs=(3,)), "here"),
        receipt_key("digest", replace(GOLDEN, inputs=({"x": 2},)), "here"),
        receipt_key("digest", replace(GOLDEN, tolerance=0.1), "here"),
        receipt_key("digest", GOLDEN, "there"),
        receipt_key("digest", GOLDEN, "here"),
    ]
    assert len(set(other)) == len(other)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"rows": 1}'])
def test_a_damaged_receipt_is_none(tmp_path, content):
    (tmp_path / "key.json").write_text(content)
    assert find_receipt(tmp_path, "key") is None


def test_the_environment_names_interpreter_and_versions():
    import platform
    from importlib import metadata

    told = environment_of(["jinja2>=3"])
    assert f"python=={platform.python_version()}" in told
    assert f"jinja2=={metadata.version('jinja2')}" in told


def test_builds_for_a_processor_count_as_the_library():
    from importlib import metadata

    names = {d.metadata["Name"] for d in metadata.distributions()}
    built = next((name for name in sorted(names) if name.endswith("-cpu")), None)
    if built is None:
        pytest.skip("no library is installed in such a build")
    assert f"{built}=={metadata.version(built)}" in environment_of([built.removesuffix("-cpu")])


def test_libraries_are_looked_for_under_the_name_they_are_imported_by():
    assert missing_libraries(["jinja2==3.0", "ruamel.yaml", "no-such-thing", "no.such"]) == ("no-such-thing", "no.such")
