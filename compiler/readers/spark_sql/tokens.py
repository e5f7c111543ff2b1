"""The words, texts, numbers and signs that a statement of Spark's SQL is made of, told apart as Spark does it."""

from __future__ import annotations

import re

MAX_LENGTH = 100_000
_TOKEN = re.compile(
    r"""[ \t\r\n]+
    | (?P<text>'(?:[^'\\]|\\.)*+' | "(?:[^"\\]|\\.)*+")
    | (?P<quoted>`(?:[^`]|``)*+`)
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?:BD|bd|[LlSsYyDdFf])?(?![A-Za-z0-9_.]))
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<sign><=>|<=|>=|<>|!=|==|->|\|\||::|[-+*/%=<>()\[\],.;&|^~!])""",
    re.VERBOSE | re.DOTALL,
)
# Comments, hints, and what Spark replaces before it parses: the environment, its settings.
MARKS = ("--", "/*", "${")


class RefusedError(ValueError):
    """What the grammar does not have."""


def tokens(statement: str) -> list[tuple[str, str]]:
    """Kind (text, quoted, number, word, sign) and text of each token. Raises RefusedError."""
    if len(statement) > MAX_LENGTH:
        raise RefusedError(f"a statement of more than {MAX_LENGTH:,} characters")
    for mark in MARKS:
        if mark in statement:
            raise RefusedError(f"'{mark}'")
    found, at = [], 0
    while at < len(statement):
        matched = _TOKEN.match(statement, at)
        if matched is None:
            raise RefusedError(f"'{statement[at : at + 20]}'")
        kind = matched.lastgroup
        if kind == "text" and at and (statement[at - 1].isalnum() or statement[at - 1] == "_"):
            raise RefusedError(f"a prefix of the text {matched.group()[:20]}")  # r'…': another way of ending a text
        if kind is not None:
            found.append((kind, matched.group()))
        at = matched.end()
    return found
