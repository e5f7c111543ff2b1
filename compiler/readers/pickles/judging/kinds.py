r"""Kinds: what may stand in one place of a production, written as a Python expression and matched in final form.

| Written | Means |
|---|---|
| `None`, `'C'`, `(0,)` | this constant |
| `bool int float str bytes` | a literal of this type |
| `lit` | any literal |
| `data` | literals, containers of data, instances of data families |
| `any` | data, and instances and functions that are known |
| `array` | an array, whose objects are data |
| another word | an instance of this family, or a name that belongs to it as a value |
| `deep(a, b)` | any nesting of containers whose leaves are data or belong to these families |
| `(a, b)`, `(a, ...)`, `[a]`, `{a: b}` | a tuple, tuples and lists and dicts of any length |
| `{'x': a, 'y': b}` | a dict of these keys and no others |
| `a \| b` | one of both |
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

from compiler.readers.pickles.faults import Beyond
from compiler.readers.pickles.values import FORGOTTEN, LITERALS, Blob, Global, Instance, Pairs, Persistent

OPEN = frozenset({"estimator", "object", "inert", "type"})
"""Families in whose place code that nobody knows may stand: the user vouches for it by name."""


class Walker(Protocol):
    """Who walks containers: the judge."""

    def deep(self, value: Any, families: frozenset[str] | None) -> bool:
        """Whether all leaves are data or belong to the families (None: to any)."""


Matcher = Callable[[Walker, Any], bool]


@cache
def matcher(kind: str) -> Matcher:
    """The matcher of a kind; each is worked out once."""
    return _compile(ast.parse(kind, mode="eval").body)


def _compile(node: ast.expr) -> Matcher:  # noqa: PLR0911 - one return a form
    if isinstance(node, ast.BinOp):
        left, right = _compile(node.left), _compile(node.right)
        return lambda walker, value: left(walker, value) or right(walker, value)
    if isinstance(node, ast.Name):
        return _WORDS.get(node.id) or _family(node.id)
    if isinstance(node, ast.Call):
        families = frozenset(argument.id for argument in node.args if isinstance(argument, ast.Name))
        return lambda walker, value: walker.deep(value, families)
    if isinstance(node, ast.Tuple):
        return _tuple(node)
    if isinstance(node, ast.List):
        return _list(_compile(node.elts[0]))
    if isinstance(node, ast.Dict):
        return _dict(node)
    constant = ast.literal_eval(node)
    return lambda _, value: _remembered(value) == constant and type(value) is type(constant)


def _tuple(node: ast.Tuple) -> Matcher:
    repeated = len(node.elts) == 2 and isinstance(node.elts[1], ast.Constant) and node.elts[1].value is ...
    inner = [_compile(node.elts[0])] if repeated else [_compile(item) for item in node.elts]

    def match(walker: Walker, value: Any) -> bool:
        if type(value) is not tuple or (not repeated and len(value) != len(inner)):
            return False
        if repeated:
            return all(inner[0](walker, item) for item in value)
        return all(found(walker, item) for found, item in zip(inner, value, strict=True))

    return match


def _list(inner: Matcher) -> Matcher:
    return lambda walker, value: isinstance(value, list) and all(inner(walker, item) for item in value)


def _dict(node: ast.Dict) -> Matcher:
    if len(node.keys) == 1 and isinstance(node.keys[0], ast.Name):
        key, inner = _compile(node.keys[0]), _compile(node.values[0])
        return lambda walker, value: (
            isinstance(value, Pairs)
            and all(key(walker, item) for item in value.items[::2])
            and all(inner(walker, item) for item in value.items[1::2])
        )
    entries = {
        key.value: _compile(value)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant)
    }

    def match(walker: Walker, value: Any) -> bool:
        if not isinstance(value, Pairs) or value.items.dropped:
            return False
        pairs = zip(value.items[::2], value.items[1::2], strict=True)
        return all(type(key) is str and key in entries and entries[key](walker, item) for key, item in pairs)

    return match


def _remembered(value: Any) -> Any:
    if value is FORGOTTEN:
        raise Beyond("text that decides what it does lies further back than is remembered")
    return value


def _family(name: str) -> Matcher:
    families = frozenset({name})
    return lambda _, value: belongs(value, families)


def belongs(value: Any, families: frozenset[str]) -> bool:
    """Whether an instance, or a name as a value, belongs to one of the families."""
    if isinstance(value, Instance):
        return bool(value.cls.production.tags & families) or (value.cls.unknown and bool(families & OPEN))
    if isinstance(value, Global):
        return bool(value.production.value & families) or (value.unknown and bool(families & OPEN))
    return False


def _array(walker: Walker, value: Any) -> bool:
    from compiler.readers.pickles.arrays import Array

    found = isinstance(value, Array) or (isinstance(value, Instance) and "array" in value.cls.production.tags)
    return found and walker.deep(value, frozenset())


def _bytes(_: Walker, value: Any) -> bool:
    if isinstance(value, Instance):
        return value.cls.dotted in {"_codecs.encode", "builtins.bytes", "builtins.bytearray"}
    return type(_remembered(value)) is bytes or (type(value) is Blob and not value.text)


def _str(_: Walker, value: Any) -> bool:
    return type(_remembered(value)) is str or (type(value) is Blob and value.text)


def _arrow(walker: Walker, value: Any, depth: int = 0) -> bool:
    """Pyarrow's `_restore_array` (26.0): (type, length, nulls, offset, [buffer], [child], dictionary)."""
    if type(value) is not tuple or len(value) != 7 or depth > 8 or not belongs(value[0], frozenset({"arrow_type"})):
        return False
    if not all(type(number) is int for number in value[1:4]) or not all(isinstance(v, list) for v in value[4:6]):
        return False
    buffers = all(item is None or belongs(item, frozenset({"arrow_buffer"})) for item in value[4])
    children = all(_arrow(walker, item, depth + 1) for item in value[5])
    return buffers and children and (value[6] is None or _arrow(walker, value[6], depth + 1))


def _shape(_: Walker, value: Any) -> bool:
    return type(value) is int or (type(value) is tuple and all(type(item) is int for item in value))


_BIT_GENERATORS = frozenset({"MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"})
_WORDS: dict[str, Matcher] = {
    "bool": lambda _, value: type(value) is bool,
    "int": lambda _, value: isinstance(value, int),
    "float": lambda _, value: type(value) in {int, float, bool},
    "str": _str,
    "bytes": _bytes,
    "lit": lambda _, value: type(value) in LITERALS,
    "data": lambda walker, value: walker.deep(value, frozenset()),
    "any": lambda walker, value: walker.deep(value, None),
    "array": _array,
    "shape": _shape,
    "storage": lambda _, value: isinstance(value, Persistent) or belongs(value, frozenset({"typed_storage"})),
    "arrow_data": _arrow,
    "bit_name": lambda _, value: type(value) in {str, bytes} and str(value).strip("b'") in _BIT_GENERATORS,
}
