"""Facts out of a pickle's description: native values, arrays of names, the distributions it needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from compiler.frameworks.distributions import distribution_of
from compiler.ir import Json
from compiler.readers.pickles.arrays import Array, as_array
from compiler.readers.pickles.elements import elements, scalar_of
from compiler.readers.pickles.names import is_standard
from compiler.readers.pickles.values import Bag, Blob, Global, Instance, Pairs

_MAX_ELEMENTS = 1000
"""Elements of one parameter that are shown; longer lists are described instead."""
_MAX_NESTING = 8
# numpy's random generators are made by functions that are told the name of their bit generator.
_RECONSTRUCTED = {
    "__randomstate_ctor": "RandomState",
    "__RandomState_ctor": "RandomState",
    "__generator_ctor": "Generator",
}


def native(value: Any, nesting: int = 0) -> Json:  # noqa: PLR0911 - one return a kind of value
    """A parameter as JSON knows it: plain data as is, objects by their class name, functions by their dotted name."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Global):
        return value.dotted
    if nesting >= _MAX_NESTING:
        return "…"
    if isinstance(value, list | tuple):
        return _many(value, nesting)
    if isinstance(value, Bag):
        return sorted((native(item, nesting + 1) for item in value.items[:_MAX_ELEMENTS]), key=repr)
    if isinstance(value, Pairs):
        entries = zip(value.items[: 2 * _MAX_ELEMENTS : 2], value.items[1 : 2 * _MAX_ELEMENTS : 2], strict=False)
        return {str(native(key, nesting + 1)): native(item, nesting + 1) for key, item in entries}
    return _object(value, nesting)


def _many(values: list[Any] | tuple[Any, ...], nesting: int) -> Json:
    if len(values) > _MAX_ELEMENTS:
        return f"{len(values):,} values"
    return [native(item, nesting + 1) for item in values]


def _object(value: Any, nesting: int) -> Json:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Blob):
        return f"{value.length:,} {'characters' if value.text else 'bytes'}"
    if (scalar := scalar_of(value)) is not None:
        return native(scalar, nesting + 1)
    if (array := as_array(value)) is not None:
        return _array(array, nesting)
    return _class_name(value) if isinstance(value, Instance) else "…"


def _class_name(value: Instance) -> str:
    """The class of an object, also of one that a function of another name reconstructs."""
    first = value.arguments[0] if isinstance(value.arguments, tuple) and value.arguments else None
    if not value.new and isinstance(first, Global):
        return first.name
    return _RECONSTRUCTED.get(value.cls.name, value.cls.name)


def _array(array: Array, nesting: int) -> Json:
    found = list(elements(array)) if len(array.shape) == 1 and array.shape[0] <= _MAX_ELEMENTS else []
    if array.shape and len(found) == array.shape[0]:
        return [native(item, nesting + 1) for item in found]
    return f"array {'x'.join(map(str, array.shape))}"


def labels(value: Any) -> tuple[Json, ...] | None:
    """An array or list of names or classes; None when it is none, or was too long to be kept."""
    if isinstance(value, list):
        return tuple(native(item) for item in value) or None
    array = as_array(value)
    if array is None or len(array.shape) != 1:
        return None
    found = tuple(native(item) for item in elements(array))
    return found if len(found) == array.shape[0] else None


def whole(value: Any) -> int | None:
    """An integer attribute, numpy's scalars included."""
    value = scalar_of(value) if isinstance(value, Instance) else value
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def distributions(packages: Iterable[str]) -> tuple[str, ...]:
    """The known distributions that provide the top-level packages a pickle refers to, sorted.

    Others are left out: a module that no known distribution brings may be the user's own, which the artifact brings.
    """
    found = (distribution_of(package) for package in packages if not is_standard(package))
    return tuple(sorted({name for name in found if name is not None}))
