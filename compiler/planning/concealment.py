"""Values from the environment (`MANIFACT_VAR_NAME`), kept out of every view and file whatever field they stand in.

A manifest may come with a pull request, and the environment is that of who plans it: `${var.DB_PASSWORD}` as a
description must not print what it finds. What is sent holds the value; what is shown or saved holds the text of the
manifest again. A file that is read back is filled in again, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from compiler.diagnostics import Diagnostic

_SHORTEST = 4
"""A shorter text is found within others by chance; it is concealed where it is all of a value."""


def conceal(value: Any, concealed: Mapping[str, str]) -> Any:
    """A JSON value with the manifest's text in place of each text in `concealed` (filled-in text -> the manifest's)."""
    if not concealed:
        return value
    if isinstance(value, Mapping):
        return {key: conceal(item, concealed) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(conceal(item, concealed) for item in value)
    return concealed.get(value, value) if isinstance(value, str) else value


def conceal_in_text(text: str, concealed: Mapping[str, str]) -> str:
    """A sentence likewise, wherever such a text stands in it."""
    for filled, written in sorted(concealed.items(), key=lambda pair: -len(pair[0])):
        if len(filled) >= _SHORTEST or filled == text:
            text = text.replace(filled, written)
    return text


def conceal_in_diagnostic(problem: Diagnostic, concealed: Mapping[str, str]) -> Diagnostic:
    """A diagnostic with nothing to be seen in its sentences."""
    hint = conceal_in_text(problem.hint, concealed) if problem.hint else problem.hint
    return replace(problem, message=conceal_in_text(problem.message, concealed), hint=hint)
