"""Advice works: each command that is named anywhere can be typed, and each problem has a next step."""

import ast
import re
import shlex

import pytest

from compiler.cli import commands
from compiler.cli.main import make_parser
from compiler.codes import CODES
from compiler.diagnostics import CompilerError, Diagnostic
from testing.paths import ROOT

PLACEHOLDERS = {"COMMAND": "plan", "CODE": "MF102", "N": "1", "SHELL": "bash"}
COMMAND = re.compile(r"`manifact( [^`]*)?`")


def _text(node):
    """The text of a string, with a word in place of what a format string fills in."""
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "X" for part in node.values)
    return node.value


def _strings(source):
    tree = ast.parse(source)
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        plain = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside
        if plain or isinstance(node, ast.JoinedStr):
            yield _text(node)


def _named():
    """Every command line between backquotes in the text of the package."""
    found = {}
    for path in sorted((ROOT / "compiler").rglob("*")):
        if path.suffix not in {".py", ".j2"}:
            continue
        source = path.read_text(encoding="utf-8")
        for text in _strings(source) if path.suffix == ".py" else [source]:
            for match in COMMAND.finditer(text):
                found.setdefault(match.group(1) or "", path.relative_to(ROOT).as_posix())
    return found


NAMED = _named()


def test_the_collection_finds_what_it_is_for():
    assert len(NAMED) > 30
    assert " plan -o FILE" in NAMED


@pytest.mark.parametrize("words", NAMED, ids=lambda words: words.strip() or "manifact")
def test_a_command_that_is_named_can_be_typed(words):
    given = [PLACEHOLDERS.get(word, word) for word in shlex.split(words.replace("…", "X"))]
    if len(given) == 1 and not given[0].startswith("-"):  # its name alone speaks of the command
        assert given[0] in {*commands.NAMES, "X"}, NAMED[words]
        return
    try:
        make_parser(given).read(given)
    except SystemExit as stop:
        assert stop.code == 0  # --help  # noqa: PT017
    except CompilerError as error:
        pytest.fail(f"{NAMED[words]}: `manifact{words}`: {error}")


ADVISED = [code for code in CODES if code[2] in "678"]


@pytest.mark.parametrize("code", ADVISED)
def test_a_problem_of_running_planning_or_serving_has_a_next_step(code):
    assert Diagnostic(code, "something is wrong").hint == CODES[code].advice != ""
    assert Diagnostic(code, "something is wrong", hint="do this").hint == "do this"
