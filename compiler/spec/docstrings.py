"""A class -> what the docstrings under its fields say."""

from __future__ import annotations

import ast
import inspect
import itertools
import textwrap


def field_docstrings(described: type) -> dict[str, str]:
    """The docstring under each annotated field, those of base classes included."""
    found: dict[str, str] = {}
    for base in reversed(described.__mro__):
        if base.__module__.partition(".")[0] == described.__module__.partition(".")[0]:
            found |= _of_class(base)
    return found


def _of_class(described: type) -> dict[str, str]:
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(described))).body
    assert isinstance(tree, ast.ClassDef)
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in itertools.pairwise(tree.body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }
