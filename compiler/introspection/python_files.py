"""What Python itself would make of an artifact's modules, told without running any of them."""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Iterable, Iterator

# PEP 263: a comment in one of the first two lines.
_COOKIE = re.compile(rb"#.*?coding[:=][ \t]*([-\w.]+)")
_READABLE = frozenset({"utf-8", "utf-8-sig", "ascii"})
_MODULES = (".py", ".pyc", ".pyd", ".so")
# Python looks for these two by itself, at its start.
_AT_START = frozenset({"sitecustomize", "usercustomize"})
# Nothing imports these but who asks for them by name, and they are plausible names of a user's own.
_HARMLESS = frozenset({"antigravity", "test", "this"})
_SHADOWED = (sys.stdlib_module_names | _AT_START) - _HARMLESS


def foreign_coding(source: bytes) -> str | None:
    """The coding that a module declares when it is not UTF-8: what people and checks read is then not what runs."""
    for newline in (b"\n", b"\r"):  # Python's own readers differ in which of them end a line
        text = source.replace(b"\r\n", b"\n").replace(b"\r", newline)
        for line in text.split(b"\n", 2)[:2]:
            if (found := _COOKIE.search(line)) and not _is_readable(name := found[1].decode("ascii", "replace")):
                return name
    return None


def shadowing(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The files beside score.py that take the place of a module of Python's own, each with the module's name.

    The artifact's folder comes first where modules are looked for: with a `json.py` there, every library that imports
    json runs it.
    """
    for path in sorted(paths):
        first, *rest = path.split("/")
        name, module = first.partition(".")[0], rest[0] if rest else first
        packaged = not rest or (len(rest) == 1 and module.partition(".")[0] == "__init__")
        if packaged and module.endswith(_MODULES) and name in _SHADOWED:
            yield path, name


def _is_readable(coding: str) -> bool:
    try:
        return codecs.lookup(coding).name in _READABLE
    except LookupError:  # Python refuses it as well
        return False
