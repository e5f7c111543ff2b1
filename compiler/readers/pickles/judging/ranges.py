"""Values that compiled code trusts: node numbers, offsets, positions. Each ended the interpreter when it lied.

Measured with scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6, pyarrow 26.0.1.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from compiler.readers.pickles.arrays import as_array
from compiler.readers.pickles.faults import Beyond, Denied
from compiler.readers.pickles.judging.arrow import check_arrow
from compiler.readers.pickles.judging.geometry import (
    check_binary_tree,
    check_ckdtree,
    check_spline,
    check_triangulation,
)
from compiler.readers.pickles.judging.tables import check_blocks, check_filled, check_index
from compiler.readers.pickles.nodes import Nodes, has_children, pieces_of, scan
from compiler.readers.pickles.numbers import numbers_in
from compiler.readers.pickles.values import Blob, Instance, Pairs, Persistent

_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*", re.ASCII)
_MAX_DIGITS = 1000


def _named(state: Any) -> dict[str, Any]:
    state = state[0] if isinstance(state, tuple) and state else state
    return state.named() if isinstance(state, Pairs) else {}


def _nodes(value: Any) -> Nodes | None:
    """What an array of nodes refers to; an empty one for None."""
    array = as_array(value)
    if array is None or array.dtype is None:
        return None
    if isinstance(array.summary, Nodes):
        return array.summary
    if array.data is None and has_children(array.dtype) and array.shape != (0,):
        raise Beyond("the nodes of a tree are longer than is kept; save the model with joblib, or uncompressed")
    if not has_children(array.dtype) or not isinstance(array.data, bytes | memoryview):
        return None
    return scan(array.dtype, array.shape[0], pieces_of(memoryview(array.data), array.dtype.itemsize))


def _tree(made: Instance) -> None:
    """sklearn.tree._tree.Tree(n_features, n_classes, n_outputs), state of node_count, nodes and values."""
    state = _named(made.state)
    features, _, outputs = made.arguments
    if not state or type(features) is not int or type(outputs) is not int or min(features, outputs) < 0:
        raise Denied("a tree is not what scikit-learn writes")  # it allocates memory for as many as it is told
    nodes, values = _nodes(state.get("nodes")), as_array(state.get("values"))
    count = state.get("node_count")
    if nodes is None or nodes.count != count or values is None or not values.shape or values.shape[0] != count:
        raise Denied("a tree's nodes and values are not as many as it says")
    classes = numbers_in(as_array(made.arguments[1]))
    if classes is None or values.shape[1:] != (outputs, classes.greatest) or classes.least < 0:
        raise Denied("a tree's values are not as many as its classes")
    if nodes.feature >= features:
        raise Denied("a tree's node looks at a feature that the tree does not have")


def _histogram(made: Instance) -> None:
    """TreePredictor of histogram gradient boosting: `nodes` and the bit sets of categories."""
    state = _named(made.state)
    if not state:
        return
    nodes, sets = _nodes(state.get("nodes")), as_array(state.get("raw_left_cat_bitsets"))
    if nodes is None or (nodes.bitset >= 0 and (sets is None or not sets.shape or nodes.bitset >= sets.shape[0])):
        raise Denied("a tree's nodes are not what scikit-learn writes")


def _histograms(made: Instance) -> None:
    """Histogram gradient boosting: its trees look at features that there are."""
    state = _named(made.state)
    features = state.get("_n_features", state.get("n_features_in_"))
    waiting: list[Any] = [state.get("_predictors", [])]
    while waiting:
        found = waiting.pop()
        if isinstance(found, list):
            waiting.extend(found)
        elif isinstance(found, Instance) and found.cls.name == "TreePredictor":
            nodes = _nodes(_named(found.state).get("nodes"))
            if type(features) is not int or nodes is None or nodes.feature >= features:
                raise Denied("a tree's node looks at a feature that the model does not have")


def _sparse(made: Instance) -> None:
    """Sparse matrices: positions inside the shape."""
    state = _named(made.state)
    shape = state.get("_shape", state.get("shape"))
    kind = made.cls.name[:3]
    if kind == "dok":
        _keyed(made)
    if not isinstance(shape, tuple) or not all(type(n) is int and n >= 0 for n in shape) or kind not in _MAJOR:
        if kind in _MAJOR and state:
            raise Denied("a sparse matrix has no shape")
        return
    if kind in {"csr", "csc", "bsr"}:
        _compressed(state, shape, kind)
    elif kind == "coo":
        _coordinates(state, shape)


_MAJOR = {"csr": 0, "csc": 1, "bsr": 0, "coo": 0}


def _keyed(made: Instance) -> None:
    """dok: keys are positions, which `__setitem__` would otherwise take for slices of the whole matrix."""
    for key in made.items[::2] if made.items else ():
        if not isinstance(key, tuple) or not key or not all(type(n) is int and 0 <= n < 1 << 48 for n in key):
            raise Denied("a sparse matrix has a key that is no position")


def _compressed(state: dict[str, Any], shape: tuple[int, ...], kind: str) -> None:
    indices, indptr, data = (as_array(state.get(name)) for name in ("indices", "indptr", "data"))
    positions, starts = numbers_in(indices), numbers_in(indptr)
    if positions is None or starts is None or data is None or not data.shape:
        raise Denied("a sparse matrix has no indices that are whole numbers")
    major = shape[_MAJOR[kind]] if len(shape) > 1 else 1
    minor = shape[1 - _MAJOR[kind]] if len(shape) > 1 else shape[0]
    if kind == "bsr" and len(data.shape) == 3:
        major, minor = major // max(data.shape[1], 1), minor // max(data.shape[2], 1)
    whole = starts.count == major + 1 and starts.first == 0 and starts.rising
    if not whole or starts.last > positions.count or starts.last > data.shape[0]:
        raise Denied("a sparse matrix's rows do not begin where its data are")
    if positions.least < 0 or positions.greatest >= minor:
        raise Denied("a sparse matrix has an index outside of its shape")


def _coordinates(state: dict[str, Any], shape: tuple[int, ...]) -> None:
    coordinates = state.get("coords", (state.get("row"), state.get("col")))
    if not isinstance(coordinates, tuple) or len(coordinates) != len(shape):
        raise Denied("a sparse matrix has no coordinates")
    data = as_array(state.get("data"))
    for values, size in zip(coordinates, shape, strict=True):
        found = numbers_in(as_array(values))
        if found is None or data is None or found.count != data.shape[0] or found.least < 0 or found.greatest >= size:
            raise Denied("a sparse matrix has an index outside of its shape")


def _twister(made: Instance) -> None:
    """A Mersenne Twister reads `key` at `pos`."""
    for inner in _dicts(made.state, 0):
        position, key = inner.get("pos", 0), as_array(inner.get("key"))
        if "pos" in inner and (type(position) is not int or not 0 <= position <= 624):
            raise Denied("a random generator's position lies outside of its state")
        if "key" in inner and key is not None and key.shape not in {(624,), (2,)}:
            raise Denied("a random generator's state has another length than its kind has")
    if isinstance(made.state, tuple) and len(made.state) == 5:
        position = made.state[2]
        if type(position) is not int or not 0 <= position <= 624:
            raise Denied("a random generator's position lies outside of its state")


def _dicts(state: Any, depth: int) -> list[dict[str, Any]]:
    if isinstance(state, tuple):
        return [found for item in state for found in _dicts(item, depth)]
    if not isinstance(state, Pairs) or depth > 4:
        return []
    inner = state.named()
    return [inner, *(found for value in inner.values() for found in _dicts(value, depth + 1))]


def _tensor(made: Instance) -> None:
    """A tensor lies inside its storage, which torch would otherwise enlarge: (storage, offset, sizes, strides, …)."""
    storage, offset, sizes, strides = made.arguments[:4]
    if len(sizes) != len(strides) or min(offset, *sizes, *strides, 0) < 0:
        raise Denied("a tensor is not what torch writes")
    last = offset + sum((size - 1) * stride for size, stride in zip(sizes, strides, strict=True))
    held = storage.identity[4] if isinstance(storage, Persistent) else None
    if held is not None and 0 not in sizes and not last < held:
        raise Denied("a tensor reaches beyond its storage")


def _partial(made: Instance) -> None:
    if isinstance(made.state, tuple) and made.state[0] is not made.arguments[0]:
        raise Denied("a functools.partial changes what it calls")


def _date(made: Instance) -> None:
    lengths = {"date": 4, "time": 6, "datetime": 10}
    if not isinstance(made.arguments[0], bytes) or len(made.arguments[0]) != lengths[made.cls.name]:
        raise Denied("a date is not what Python writes")


def _number(made: Instance) -> None:
    text = made.arguments[0]
    if isinstance(text, Blob) or (isinstance(text, str) and len(text) > _MAX_DIGITS):
        raise Denied("a number has more digits than any program writes")
    if isinstance(text, str) and made.cls.name == "Fraction" and not re.fullmatch(r"-?\d+(/\d+)?", text, re.ASCII):
        raise Denied("a fraction is not what Python writes")


def _zone(made: Instance) -> None:
    key = made.arguments[0]
    if not isinstance(key, str) or not _ZONE.fullmatch(key):
        raise Denied("a time zone's key is a path, not a name")


def _names(made: Instance) -> None:
    for inner in _dicts(made.arguments, 0):
        if any(name.startswith("__") for name in inner):
            raise Denied("it sets an attribute that Python itself uses")


CHECKS: dict[str, Callable[[Instance], None]] = {
    "tree": _tree,
    "sparse": _sparse,
    "mt19937": _twister,
    "tensor": _tensor,
    "partial": _partial,
    "date": _date,
    "number": _number,
    "zone": _zone,
    "filled": check_filled,
    "names": _names,
    "binary_tree": check_binary_tree,
    "arrow": check_arrow,
    "ckdtree": check_ckdtree,
    "spline": check_spline,
    "index": check_index,
    "blocks": check_blocks,
}
CLASSES: dict[str, Callable[[Instance], None]] = {
    "TreePredictor": _histogram,
    "HistGradientBoostingClassifier": _histograms,
    "HistGradientBoostingRegressor": _histograms,
    "BSpline": check_spline,
    "Delaunay": check_triangulation,
}
"""Recorded classes by name."""
