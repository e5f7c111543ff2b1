"""Tables of pandas (3.1): codes point into categories and levels, blocks into columns. Compiled code follows both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from compiler.readers.pickles.arrays import as_array
from compiler.readers.pickles.faults import Beyond, Denied
from compiler.readers.pickles.numbers import numbers_in
from compiler.readers.pickles.values import Global, Instance, Listing, Pairs

_MAX_NESTING = 8


def check_filled(made: Instance) -> None:
    """Arrays of pandas are pointers to nothing until their state is set; codes of categories are among them."""
    if made.state is None:
        raise Denied("an array of pandas has no data")
    cls = made.arguments[0] if made.arguments and isinstance(made.arguments[0], Global) else made.cls
    if cls.name == "Categorical":
        parts = list(_parts(made.state))
        dtype = next(
            (part for part in parts if isinstance(part, Instance) and part.cls.name == "CategoricalDtype"), None
        )
        codes = next((part for part in parts if as_array(part) is not None), None)
        if dtype is None or codes is None:
            raise Denied("a column of categories is not what pandas writes")
        _codes(codes, dtype.attributes().get("categories"))


def check_index(made: Instance) -> None:
    """Indexes of several levels: each code is one of its level's values."""
    given = made.arguments[1].named()
    levels, codes = given.get("levels"), given.get("codes")
    if levels is None and codes is None:
        return
    for level, numbers in zip(levels, codes, strict=True):
        _codes(numbers, level)


def _codes(codes: Any, values: Any) -> None:
    """Codes from -1 (missing) to the last of the values."""
    array = as_array(codes)
    found, size = numbers_in(array), length_of(values)
    if array is not None and found is None and array.data is None:
        raise Beyond("the codes of a table are longer than are kept")
    if found is None or size is None or (found.count and not -1 <= found.least <= found.greatest < size):
        raise Denied("a table's code points to a value that there is not")


def length_of(value: Any, depth: int = 0) -> int | None:  # noqa: PLR0911 - one return a form
    """Length of an index, an array of pandas or numpy, or a list; None when it cannot be told."""
    if isinstance(value, Listing):
        return value.length
    array = as_array(value)
    if array is not None:
        return array.shape[0] if array.shape else None
    if not isinstance(value, Instance) or depth > _MAX_NESTING:
        return None
    if value.cls.name == "_restore_array":
        return int(value.arguments[0][1])
    if value.cls.name == "chunked_array":
        lengths = [length_of(chunk, depth + 1) for chunk in value.arguments[0]]
        return None if None in lengths else sum(filter(None, lengths))
    if "index" in value.cls.production.tags:
        return _index_length(value.arguments[1].named(), depth + 1)
    return next((n for part in _parts(value.state) if (n := length_of(part, depth + 1)) is not None), None)


def _index_length(given: dict[str, Any], depth: int) -> int | None:
    if "stop" in given:
        return len(range(given.get("start", 0), given["stop"], given.get("step", 1)))
    if given.get("codes"):
        return length_of(given["codes"][0], depth)
    return length_of(given.get("data", given.get("left")), depth)


def _parts(state: Any) -> Iterator[Any]:
    """The values of a state: of a tuple, a dict, or a tuple with a dict."""
    for part in state if isinstance(state, tuple) else (state,):
        if isinstance(part, Pairs):
            yield from part.items[1::2]
        else:
            yield part


def check_blocks(made: Instance) -> None:
    """BlockManager: each block holds columns of the table, and no column lies in two."""
    if made.arguments:
        blocks = [(block.arguments[0], block.arguments[1]) for block in made.arguments[0]]
        _placed(blocks, made.arguments[1][0])
    elif isinstance(made.state, tuple) and len(made.state) > 3:
        for inner in made.state[3].named().values():
            given = inner.named()
            blocks = [(block.named()["values"], block.named()["mgr_locs"]) for block in given.get("blocks", ())]
            _placed(blocks, given["axes"][0])


def _placed(blocks: Iterable[tuple[Any, Any]], axis: Any) -> None:
    size, taken = length_of(axis), 0
    for values, place in blocks:
        count = _placement(place, size)
        array = as_array(values)
        if array is not None and len(array.shape) > 1 and array.shape[0] != count:
            raise Denied("a table's block holds another number of columns than it says")
        taken += count
    if taken != size:
        raise Denied("a table's blocks are not its columns")


def _placement(place: Any, size: int | None) -> int:
    """How many columns a block holds. Raises Denied when one of them is none of the table's."""
    if isinstance(place, Instance) and place.cls.name == "slice":
        start, stop, step = place.arguments
        columns = range(start or 0, stop, step or 1)
        ends = (columns[0], columns[-1]) if columns else (0, -1)
        least, greatest, count = min(ends), max(ends), len(columns)
    else:
        found = numbers_in(as_array(place))
        if found is None:
            raise Denied("a table's block does not say which columns it holds")
        least, greatest, count = found.least, found.greatest, found.count
    if size is None or (count and not 0 <= least <= greatest < size):
        raise Denied("a table's block holds a column that there is not")
    return count
