"""The command line itself: what was probably meant, help with an example, and terminals of every kind."""

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from compiler.cli import commands
from compiler.cli.parser import Parser
from testing.command import run, start
from testing.some import some


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ("plann", "there is no command 'plann'", "did you mean 'plan'?"),
        ("plan --taget prod", "manifact plan: there is no option '--taget'", "did you mean '--target'?"),
        ("plan --jsn", "there is no option '--jsn'", "did you mean '--json'?"),
        ("plan --js", "there is no option '--js'", "did you mean '--json'?"),  # no abbreviations
        ("local serv", "manifact local: there is no verb 'serv'", "did you mean 'serve'?"),
        ("local serve --strct", "there is no option '--strct'", "did you mean '--strict'?"),
        ("apply --verify alwys", "--verify cannot be 'alwys'", "did you mean 'always'?"),
        ("list modls", "cannot be 'modls'", "did you mean 'models'?"),
        ("--json plan", "'--json' goes after the command", "`manifact plan --help` shows how"),
        ("explain MF102 MF103", "'MF103' is one argument too many", "`manifact explain --help` shows how"),
        ("predict wine", "the following arguments are required: --data", "`manifact predict --help` shows how"),
        ("logs wine --lines -1", "argument --lines: must be 0 or more", "`manifact logs --help` shows how"),
        ("apply --timeout inf", "argument --timeout: must be 0 or more", "`manifact apply --help` shows how"),
        ("validate --root nowhere", "the project root nowhere is no folder", "leave --root out"),
        ("init model.joblib --name Wine_1", "'Wine_1' is no name for a model", "wine-1"),
        ("init model.joblib --output x.csv", "--output needs --input", ""),
    ],
)
def test_wrong_usage_says_what_was_probably_meant(words, message, hint, wine, manifact):
    result = manifact(*words.split())
    assert result.code == 64
    told = result.err or result.out  # with --json it is a document
    assert message in told
    assert hint in told


@pytest.mark.parametrize(
    ("word", "leads_to"),
    [
        *((word, "manifact apply") for word in ("deploy", "save", "up", "push", "Deploy")),
        ("build", "manifact compile"),
        ("run", "manifact serve"),
        ("delete", "manifact destroy"),
        ("diff", "manifact plan"),
        ("push", "manifact export"),
        ("download", "manifact pull"),
        ("ls", "manifact list"),
        ("rollback", "check out the former manifest"),
    ],
)
def test_words_from_other_tools_lead_to_the_command(word, leads_to, manifact):
    result = manifact(word)
    assert (result.code, f"there is no command '{word}'" in result.err) == (64, True)
    assert leads_to in result.err
    assert "did you mean" not in result.err


NEAR = [
    *((f"{word}", "destroy") for word in ("destory", "destro", "destroyy", "deestroy", "detroy", "estroy")),
    ("local rest", "reset"),
    ("local resett", "reset"),
    ("apply --purne", "--prune"),
    ("apply --yess", "--yes"),
    ("export a b --overwrit", "--overwrite"),
    ("serve --forse", "--force"),
]


@pytest.mark.parametrize(("words", "destructive"), NEAR)
def test_nothing_that_destroys_is_proposed_for_its_spelling(words, destructive, manifact):
    result = manifact(*words.split())
    assert result.code == 64
    assert f"did you mean '{destructive}'" not in result.err


def test_every_command_has_an_example_that_can_be_typed():
    parser = Parser(prog="manifact")
    sub = parser.add_subparsers(dest="command", parser_class=Parser)
    for name, command in commands.load_all().items():
        command.configure(sub.add_parser(name))
    for name, command in commands.load_all().items():
        words = shlex.split(command.EXAMPLE.partition(" > ")[0])
        assert words[:2] == ["manifact", name]
        assert parser.read(words[1:]).command == name


@pytest.mark.parametrize("name", commands.NAMES)
def test_help_is_a_sentence_and_an_example_and_fits_a_terminal(name, manifact, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    result = manifact(name, "--help")
    assert (result.code, result.err) == (0, "")
    assert re.search(r"^example: manifact ", result.out, re.MULTILINE)
    assert all(len(line) <= 80 for line in some(result.out.splitlines()) if not line.startswith("example: "))
    assert not commands.load(name).SUMMARY.endswith(".")


def test_the_version(manifact):
    assert re.fullmatch(r"manifact \d+\.\d+\.\d+\S*\n", manifact("--version").out)
    assert manifact("-V").out == manifact("--version").out


def _run(words, encoding, **options):
    return run(*words, environment={"PYTHONIOENCODING": encoding}, capture_output=True, **options)


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_terminal_of_another_encoding_is_written_to_all_the_same(encoding, wine):
    text = (wine / "model.yaml").read_text()
    (wine / "model.yaml").write_text(text.replace("Which of three", "Größe ✓ 葡萄, which of three"), encoding="utf-8")
    shown = _run(["plan"], encoding)
    assert (shown.returncode, shown.stderr) == (0, b"")
    document = json.loads(_run(["plan", "--json"], encoding).stdout.decode(encoding))
    bodies = [step["body"] for change in document["changes"] for step in change["steps"] if step["body"]]
    assert any("Größe ✓ 葡萄" in body.get("description", "") for body in bodies)  # nothing is lost in a document


@pytest.mark.slow
def test_a_reader_who_leaves_is_no_error():
    read, write = os.pipe()
    os.close(read)
    with start("explain", stdout=write, stderr=subprocess.PIPE) as process:
        os.close(write)
        _, told = process.communicate()
    assert (process.returncode, told) == (0, b"")


@pytest.mark.slow
def test_a_full_disk_is_told():
    with Path("/dev/full").open("wb") as full:
        result = run("explain", stdout=full, stderr=subprocess.PIPE)
    assert (result.returncode, b"No space left on device" in result.stderr) == (3, True)
