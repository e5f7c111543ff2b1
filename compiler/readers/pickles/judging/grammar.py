"""Text that a library compiles, resolves or opens: it is code, so it has to have the one form that is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from compiler.readers.pickles.values import FORGOTTEN, Blob, Global

_IDENTIFIER = r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*_?"
# scipy.stats executes this text when a distribution is unpickled (1.17, `_distn_infrastructure.parse_arg_template`).
_FIRST = re.compile(r"\s*def _parse_args\(self, ((?:[A-Za-z]\w*, )*) ?(loc=0|loc=0, scale=1)\):\n", re.ASCII)
_PARSERS = """
def _parse_args(self, {names} {given}):
    return ({names}), {taken}

def _parse_args_rvs(self, {names} {given}, size=None):
    return self._argcheck_rvs({names} {taken}, size=size)

def _parse_args_stats(self, {names} {given}, moments='mv'):
    return ({names}), {taken}, moments
"""


def _template(text: str) -> str | None:
    if (first := _FIRST.match(text)) is not None:
        names, given = first.groups()
        taken = "loc, 1" if given == "loc=0" else "loc, scale"
        if text.split() == _PARSERS.format(names=names, given=given, taken=taken).split():
            return None
    return "is code, and not that of an argument parser"


def _getter(text: str) -> str | None:
    """`importance_getter`: an attribute, or that of a step."""
    one = re.fullmatch(_IDENTIFIER + r"|named_steps\.[A-Za-z]\w*\." + _IDENTIFIER, text, re.ASCII)
    return None if one else "is a path through objects, not the name of an attribute"


def _response(text: str) -> str | None:
    known = {"predict", "predict_proba", "decision_function", "default", "auto"}
    return None if text in known else "is no method that scorers ask"


def _prediction(text: str) -> str | None:
    """scikit-survival's scorers: the method of the estimator that they ask."""
    known = {"predict", "predict_survival_function", "predict_cumulative_hazard_function"}
    return None if text in known else "is no method that scorers ask"


def _parameter(text: str) -> str | None:
    return None if re.fullmatch(r"[A-Za-z]\w*", text, re.ASCII) else "is no parameter's name"


def _input(text: str) -> str | None:
    return "lets a request open files" if text in {"filename", "file"} else None


Grammar = Callable[[str], str | None]
TEXTS: dict[str, Grammar] = {
    "_parse_arg_template": _template,
    "parse_arg_template": _template,
    "importance_getter": _getter,
    "_response_method": _response,
    "response_method": _response,
    "_predict_func": _prediction,
    "_ctor_param": _parameter,
}
"""Attribute -> what its text must be, in classes of any name: subclasses inherit the reader."""
_VECTORIZERS = ("Vectorizer",)


def check_text(cls: Global, name: str, value: Any) -> str | None:
    """What is wrong with an attribute that a library resolves, compiles or opens; None when nothing is."""
    grammar = TEXTS.get(name)
    if name == "input" and (cls.unknown or cls.name.endswith(_VECTORIZERS)):
        grammar = _input
    if grammar is None:
        return None
    if isinstance(value, Blob) and value.data is not None and value.text:
        value = bytes(value.data).decode("utf-8", "replace")
    if value is FORGOTTEN or isinstance(value, Blob):
        return "is longer than is read"
    if isinstance(value, list | tuple):
        return next((found for item in value if (found := check_text(cls, name, item))), None)
    return grammar(value) if isinstance(value, str) else None
