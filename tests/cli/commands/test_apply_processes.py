"""`manifact apply` as a process of its own: stopped by a signal, or started twice."""

import json
import shutil
import signal
import subprocess

import pytest

from testing.command import start
from testing.gates import WAITING, open_gates
from testing.paths import ROOT
from testing.waiting import LONG

pytestmark = pytest.mark.slow
NAME = "flat-price"


@pytest.fixture
def rules(tmp_path, monkeypatch, manifact):
    """A model that needs no framework; destroyed in the end."""
    folder = tmp_path / "rules"
    shutil.copytree(ROOT / "manifests" / "generic-rules", folder)
    monkeypatch.chdir(folder)
    yield folder
    assert manifact("destroy", NAME, "--yes").code == 0


def apply() -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return start("apply", "--verify", "never", stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True)


def live(manifact):
    return sorted(item["kind"] for item in json.loads(manifact("status", "--json").out)["resources"])


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_what_the_next_apply_completes(rules, manifact, number, code):
    score = (rules / "score.py").read_text()
    (rules / "score.py").write_text(WAITING + score)
    process = apply()
    while "deployment" not in live(manifact):
        assert process.poll() is None, process.communicate()
    process.send_signal(number)
    out, err = process.communicate(timeout=LONG)
    assert process.returncode == code
    assert "MF725" in err
    assert "run the same command again" in err
    assert "deployment   flat-price  interrupted" in out
    open_gates(rules)
    again = manifact("apply", "--verify", "never")
    assert again.code == 0, again.err
    assert live(manifact) == ["deployment", "model"]
    assert "No changes." in manifact("apply").out


def test_the_second_of_two_waits_for_the_first_and_has_nothing_left_to_do(rules, manifact):
    first = apply()
    second = apply()
    outputs = [process.communicate(timeout=LONG) for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], outputs
    assert sorted("No changes." in out for out, _ in outputs) == [False, True]
    assert any("another apply is under way here" in err for _, err in outputs)
    assert live(manifact) == ["deployment", "model"]


def test_waiting_for_another_apply_ends_with_the_time(rules, manifact):
    import fcntl

    (rules / ".manifact").mkdir()
    with (rules / ".manifact" / "apply-local.lock").open("w") as held:
        held.write("4711")
        held.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        late = manifact("apply", "--timeout", "0.2")
        assert (late.code, "process 4711" in late.err, "MF774" in late.err) == (5, True, True)
    assert manifact("apply", "--verify", "never").code == 0
