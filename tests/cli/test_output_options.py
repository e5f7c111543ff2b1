"""`--quiet`, `--verbose` and `--color`: every command takes them, and they do what they say."""

import pytest

from compiler.cli.commands import NAMES
from compiler.cli.main import make_parser
from compiler.codes import CODES


@pytest.mark.parametrize("name", NAMES)
def test_every_command_takes_them(name):
    command = make_parser([name]).verbs()[name]
    for leaf in command.verbs().values() or [command]:
        assert {"--quiet", "--verbose", "--color"} <= set(leaf.options())


def test_quiet_shows_the_result_without_progress(rules, manifact):
    loud, quiet = manifact("plan"), manifact("plan", "--quiet")
    assert "target: local" in loud.out
    assert "target: local" not in quiet.out
    assert "Plan: 3 to create" in quiet.out


def test_quiet_keeps_problems(rules, manifact):
    (rules / "model.yaml").write_text("kind: Model\n")
    assert "error[MF" in manifact("validate", "--quiet").err


def test_verbose_explains_each_problem(rules, manifact):
    text = (rules / "model.yaml").read_text()
    (rules / "model.yaml").write_text(text.replace("useCase: regression", "useCase: regresion"))
    assert CODES["MF102"].explanation not in manifact("validate").err
    assert CODES["MF102"].explanation in manifact("validate", "--verbose").err


@pytest.mark.parametrize(("color", "colored"), [("always", True), ("never", False), ("auto", False)])
def test_color(color, colored, rules, manifact, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert ("\033[" in manifact("plan", "--color", color).out) == colored
    assert ("\033[" in manifact("plan", f"--color={color}").out) == colored
