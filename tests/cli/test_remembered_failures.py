"""A failed apply is remembered: `status` tells it, with what to do, until an apply succeeds."""

import json

import pytest
from ruamel.yaml import YAML

from testing import unmanaged


@pytest.fixture
def score(rules):
    """The score.py of the rules model (the working directory is its project)."""
    yield rules / YAML(typ="safe").load(rules / "model.yaml")["spec"]["score"]["file"]
    unmanaged.remove(rules)


def test_until_an_apply_succeeds(score, manifact):
    right = score.read_text()
    score.write_text(
        "def load_model():\n    return 1\n\n\ndef predict(data, model=None):\n    raise KeyError('columns')\n"
    )
    assert manifact("apply").code == 4
    status = manifact("status", "flat-price")
    assert "the last apply failed: predict() failed" in status.out
    assert "[MF602]" in status.out
    document = json.loads(manifact("status", "flat-price", "--json").out)
    assert (document["lastFailure"]["code"], bool(document["lastFailure"]["hint"])) == ("MF602", True)
    score.write_text(right)
    assert manifact("apply").code == 0
    assert "failed" not in manifact("status", "flat-price").out
    assert "lastFailure" not in json.loads(manifact("status", "flat-price", "--json").out)
