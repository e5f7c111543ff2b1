"""The gadget search finds nothing, and each rule that is switched off is noticed by it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SEARCH = Path(__file__).with_name("gadget_search.py")
RULES = {
    "arguments": "probe",
    "state": "probe",
    "families": "probe called",
    "slots": "class swapped",
    "texts": "exec",
    "ranges": "signal",
    "forgetting": "probe",
}
"""Rule -> what the search has to find when it is switched off."""


def _search(folder: Path, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, str(SEARCH), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=True)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12])
def test_nothing_comes_of_what_is_accepted(seed: int, tmp_path: Path) -> None:
    found = _search(tmp_path, "--programs", "10000", "--seed", str(seed))
    assert found["findings"] == []
    assert found["accepted"] > 4000


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_is_switched_off_is_noticed(rule: str, tmp_path: Path) -> None:
    found = _search(tmp_path, "--programs", "20000", "--seed", "3", "--off", rule, "--stop", RULES[rule])
    assert any(RULES[rule] in " ".join(finding["why"]) for finding in found["findings"])
