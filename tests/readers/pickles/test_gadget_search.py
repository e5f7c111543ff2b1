"""The gadget search finds nothing, and each rule that is switched off is noticed by it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

SEARCH = Path(__file__).with_name("gadget_search.py")


class Row(NamedTuple):
    """What the search has to find when rules are switched off."""

    way: str
    off: str
    finds: str
    like: str = ""
    index: str = ""
    through: str = ""
    """What the program that is found has to hold."""


SEEDS = range(3, 15)
"""Tried until one finds the way: the rarest takes some 45,000 programs, the others a few thousand."""
CANARY = "open 'canary-of-the-search'"
ROWS = (
    Row("a loader calls keys() of an object", "arguments", "probe keys", "OrderedDict"),
    Row("a namespace whose keys() is called", "names,arguments,families", "probe called", "^dict$",
        through="types\nSimpleNamespace"),
    Row("a loader iterates over an object", "arguments", "probe __iter__", "deque|OrderedDict"),
    Row("an index that opens a file", "arguments", CANARY, "_new_.*Index", through="memmap"),
    Row("a partial changes what it calls", "state,ranges.partial", "probe called", "partial"),
    Row("a partial becomes one that opens a file", "state,ranges.partial", CANARY, "partial", through="memmap"),
    Row("a callable where data belong is called on predict", "families", "probe called"),
    Row("__array_interface__ of an object", "families", "probe __array_interface__"),
    Row("an attribute hides predict", "hiding", "hides predict"),
    Row("code in the text of a distribution", "texts", "exec"),
    Row("a text reaches through an estimator", "texts", "reaches __code__", "SelectFromModel"),
    Row("a second state swaps the class", "slots", "class swapped"),
    Row("objects as keys", "keys", "probe __hash__", "dict"),
    Row("an object that was forgotten", "forgetting", "probe"),
    Row("nodes of a tree", "ranges.tree", "signal", "Tree"),
    Row("nodes of a histogram tree", "ranges.TreePredictor,ranges.HistGradient", "signal", "TreePredictor"),
    Row("features of a histogram tree", "ranges.HistGradient", "signal", "TreePredictor"),
    Row("indices of a sparse matrix", "ranges.sparse", "signal", "csr"),
    Row("the position of a Mersenne Twister", "ranges.mt19937", "signal", "MT19937"),
    Row("Arrow's offsets", "ranges.arrow", "signal", "_restore_array"),
    Row("files of torch judged by what other libraries write", "index", "ForeignError", index="torch"),
)  # fmt: skip


def _search(folder: Path, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, str(SEARCH), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900, check=True)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12])
def test_nothing_comes_of_what_is_accepted(seed: int, tmp_path: Path) -> None:
    found = _search(tmp_path, "--programs", "10000", "--seed", str(seed))
    assert found["findings"] == []
    assert found["accepted"] > 4000


@pytest.mark.slow
def test_nothing_comes_of_what_is_accepted_as_a_file_of_torch(tmp_path: Path) -> None:
    found = _search(tmp_path, "--programs", "4000", "--seed", "13", "--index", "torch")
    assert found["findings"] == []
    assert found["accepted"] > 200


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.way)
def test_a_rule_that_is_switched_off_is_noticed(row: Row, tmp_path: Path) -> None:
    arguments = ("--off", row.off, "--like", row.like, "--stop", row.finds, "--through", row.through)
    assert any(_is_found(row, tmp_path, seed, arguments) for seed in SEEDS)


def _is_found(row: Row, folder: Path, seed: int, arguments: tuple[str, ...]) -> bool:
    found = _search(folder, "--programs", "20000", "--seed", str(seed), "--index", row.index, *arguments)
    return any(
        row.finds in " ".join(finding["why"]) and row.through.encode() in bytes.fromhex(finding["program"])
        for finding in found["findings"]
    )
