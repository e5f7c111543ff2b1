"""`manifact logs`: the last lines of a model server's log, and those that come after them."""

from __future__ import annotations

import json

import pytest

from compiler.engine.checkout import Checkout
from compiler.engine.target.logs import LogsRequest, follow_log

HOOKS = "def pre_inference(data):\n    print('asked for', len(data), 'rows', flush=True)\n    return data\n"


def test_a_name_without_a_deployment(wine, manifact):
    refused = manifact("logs", "wine-cultivar")
    assert (refused.code, "error[MF743]" in refused.err) == (3, True)


@pytest.mark.slow
def test_the_last_lines_and_those_that_follow(wine, manifact):
    (wine / "hooks.py").write_text(HOOKS)
    with (wine / "model.yaml").open("a") as manifest:
        manifest.write("  score: {hooks: hooks.py}\n")
    assert manifact("apply", "--yes").code == 0
    ask = ("predict", "wine-cultivar", "--data", "samples/input.csv", "--rows")
    for rows in (1, 2):
        assert manifact(*ask, rows).code == 0
    assert manifact("logs", ".", "--lines", "1").out == "  target: local\nasked for 2 rows\n"
    document = json.loads(manifact("logs", "wine-cultivar", "--json", "--lines", "2").out)
    assert document["lines"] == ["asked for 1 rows", "asked for 2 rows"]
    assert manifact("logs", "wine-cultivar", "--lines", "0").out == "  target: local\n"
    following = follow_log(Checkout(wine), LogsRequest("wine-cultivar", last=1))
    assert next(following) == "asked for 2 rows"
    assert manifact(*ask, 3).code == 0
    assert next(following) == "asked for 3 rows"
    assert manifact("local", "reset", "--yes").code == 0
    assert list(following) == []
