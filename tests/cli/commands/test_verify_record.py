"""verify --record: the model's own answers become its test."""

import json

import pytest
from ruamel.yaml import YAML

BLOCK = "  samples:\n    input: samples/input.csv\n    output: samples/output.csv\n"


def _without_answers(folder, samples):
    (folder / "samples" / "output.csv").unlink()
    text = (folder / "model.yaml").read_text()
    assert BLOCK in text
    (folder / "model.yaml").write_text(text.replace(BLOCK, samples))


@pytest.mark.parametrize(
    "samples",
    [
        "  samples:\n    input: samples/input.csv  # rows of last week\n    golden: 5\n",
        "  samples: {input: samples/input.csv, golden: 5}\n",
        "  samples: {input: 'samples/input.csv'}  # rows of last week\n",
    ],
)
def test_the_answers_are_shown_and_compared_from_then_on(samples, rules, manifact):
    _without_answers(rules, samples)
    recorded = manifact("verify", "--record")
    assert (recorded.code, "recorded 20 answers in samples/output.json: 70.5, 69.25" in recorded.out) == (0, True)
    said = YAML(typ="safe").load(rules / "model.yaml")["spec"]["samples"]
    assert (said["input"], said["output"]) == ("samples/input.csv", "samples/output.json")
    assert ("# rows" in (rules / "model.yaml").read_text()) == ("# rows" in samples)
    assert manifact("verify").code == 0
    (rules / "score.py").write_text((rules / "score.py").read_text().replace('["base"] +', '["base"] + 1 +'))
    changed = manifact("verify")
    assert (changed.code, "MF603" in changed.err) == (4, True)


def test_answers_that_are_there_are_kept(rules, manifact):
    text = (rules / "model.yaml").read_text()
    refused = manifact("verify", "--record")
    assert (refused.code, "the manifest has answers already" in refused.err) == (64, True)
    _without_answers(rules, "  samples: {input: samples/input.csv}\n")
    (rules / "samples" / "output.json").write_text(json.dumps([1]))
    refused = manifact("verify", "--record")
    assert (refused.code, "samples/output.json is there already" in refused.err) == (64, True)
    assert (rules / "samples" / "output.json").read_text() == "[1]"
    assert text != (rules / "model.yaml").read_text()


def test_without_a_sample_there_is_nothing_to_record(rules, manifact):
    text = (rules / "model.yaml").read_text()
    (rules / "model.yaml").write_text(text.replace(BLOCK, ""))
    refused = manifact("verify", "--record")
    assert (refused.code, "MF301" in refused.err) == (1, True)
