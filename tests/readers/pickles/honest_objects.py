"""Ordinary objects that models hold: what numpy, scipy, pandas, pyarrow and the standard library pickle."""

# ruff: noqa: E501, PLW0108, ICN001 - one line an object, each made by a function
from __future__ import annotations

import collections
import datetime
import decimal
import enum
import fractions
import functools
import operator
import pathlib
import random
import re
import uuid
import warnings
import zoneinfo
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import scipy.special
from scipy import interpolate, sparse, spatial, stats

Makers = dict[str, Callable[[], Any]]
UTC, TOKYO = datetime.UTC, zoneinfo.ZoneInfo("Asia/Tokyo")
DAY = datetime.datetime(2026, 1, 2, 3, 4, 5)

STANDARD: Makers = {
    "literals": lambda: [None, True, 1, -1, 2**80, 1.5, "text", "ü", b"bytes", bytearray(b"x"), 1j, ...],
    "containers": lambda: [(), (1,), {1: 2}, {"a"}, frozenset({1}), [[]], {(1, "a"): [1]}, range(3), slice(1, 2)],
    "shared": lambda: [shared := [1, 2], shared, {"a": shared}],
    "OrderedDict": lambda: collections.OrderedDict(a=1, b=[2]),
    "defaultdict": lambda: collections.defaultdict(list, {"a": [1]}),
    "defaultdict of int": lambda: collections.defaultdict(int, {"a": 1}),
    "defaultdict of defaultdicts": lambda: collections.defaultdict(functools.partial(collections.defaultdict, int)),
    "Counter": lambda: collections.Counter("abca"),
    "deque": lambda: collections.deque([1, 2], 5),
    "ChainMap": lambda: collections.ChainMap({"a": 1}),
    "dates": lambda: [DAY.date(), DAY, DAY.time(), DAY.replace(tzinfo=UTC), datetime.timedelta(1)],
    "zones": lambda: [DAY.replace(tzinfo=TOKYO), TOKYO, datetime.timezone(datetime.timedelta(hours=2), "x")],
    "numbers": lambda: [decimal.Decimal("1.5"), fractions.Fraction(1, 3)],
    "pattern": lambda: re.compile("a+", re.IGNORECASE),
    "path": lambda: pathlib.Path("/data/x"),
    "uuid": lambda: uuid.UUID(int=5),
    "random": lambda: random.Random(1),
    "NoneType": lambda: type(None),
    "itemgetter": lambda: operator.itemgetter(1, 2),
    "partial": lambda: functools.partial(np.clip, a_min=0),
    "partial of mul": lambda: functools.partial(operator.mul, 2),
    "str methods": lambda: [str.lower, str.split, " ".join],
    "types": lambda: [int, float, str, bool, np.float32, list],
}
NUMPY: Makers = {
    "arrays": lambda: [np.arange(3), np.zeros((2, 2), "f4"), np.array(["a", "bc"]), np.array([b"a"]), np.array(True)],
    "fortran": lambda: np.asfortranarray(np.ones((3, 2))),
    "big endian": lambda: np.arange(3, dtype=">i4"),
    "objects": lambda: np.array([None, "a", 1, [1]], dtype=object),
    "dates": lambda: np.array(["2020-01-01"], "M8[D]"),
    "scalars": lambda: [np.float64(1), np.int32(1), np.str_("a"), np.bool_(True), np.datetime64("2020", "D")],
    "structured": lambda: np.zeros(2, [("a", "f8"), ("b", "i4", (2,)), ("c", "U3")]),
    "nested structure": lambda: np.zeros(2, [("a", [("b", "f8"), ("c", "i2")])]),
    "records": lambda: np.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
    "masked": lambda: np.ma.array([1, 2], mask=[0, 1]),
    "masked objects": lambda: np.ma.array([{}, None], mask=[0, 1], dtype=object),
    "masked constant": lambda: np.ma.masked,
    "matrix": lambda: np.matrix([[1, 2]]),
    "dtypes": lambda: [np.dtype("f8"), np.dtype("U5"), np.dtype([("a", "f8")]), np.dtype("M8[ns]")],
    "StringDType": lambda: np.array(["a", "bcd"], dtype=np.dtypes.StringDType()),
    "poly1d": lambda: np.poly1d([1, 2]),
    "Polynomial": lambda: np.polynomial.Polynomial([1, 2]),
    "vectorize": lambda: np.vectorize(np.sin),
    "finfo": lambda: np.finfo(np.float64),
    "RandomState": lambda: np.random.RandomState(1),
    "Generator": lambda: np.random.default_rng(1),
    "bit generators": lambda: [np.random.MT19937(1), np.random.PCG64(1), np.random.Philox(1), np.random.SFC64(1)],
    "SeedSequence": lambda: np.random.SeedSequence(5),
    "functions": lambda: [np.log1p, np.mean, np.sqrt, scipy.special.expit],
}
LINE = np.linspace(0.0, 1.0, 9)
SQUARE = np.random.RandomState(0).rand(20, 2)
SCIPY: Makers = {
    **{f"sparse {kind}": lambda kind=kind: sparse.random(5, 4, 0.4, kind, random_state=0)
       for kind in ("csr", "csc", "coo", "lil", "dok", "dia", "bsr")},
    "sparse array": lambda: sparse.csr_array(np.eye(3)),
    **{f"frozen {name}": lambda name=name, arguments=arguments: getattr(stats, name)(*arguments)
       for name, arguments in (("norm", ()), ("uniform", (0, 2)), ("randint", (1, 9)), ("loguniform", (0.1, 1)),
                               ("beta", (1, 2)), ("poisson", (3,)), ("binom", (5, 0.3)), ("expon", ()))},
    "norm": lambda: stats.norm,
    "gaussian_kde": lambda: stats.gaussian_kde(LINE),
    "rv_histogram": lambda: stats.rv_histogram(np.histogram(LINE, 3)),
    "multivariate_normal": lambda: stats.multivariate_normal([0, 1]),
    "interp1d": lambda: interpolate.interp1d(LINE, LINE),
    "interp1d cubic": lambda: interpolate.interp1d(LINE, LINE, kind="cubic"),
    "CubicSpline": lambda: interpolate.CubicSpline(LINE, LINE),
    "Pchip": lambda: interpolate.PchipInterpolator(LINE, LINE),
    "BSpline": lambda: interpolate.BSpline([0, 1, 2, 3], [1.0, 2], 1),
    "RBF": lambda: interpolate.RBFInterpolator(SQUARE, SQUARE[:, 0]),
    "grid": lambda: interpolate.RegularGridInterpolator((LINE,), LINE),
    "UnivariateSpline": lambda: interpolate.UnivariateSpline(LINE, LINE),
    "cKDTree": lambda: spatial.cKDTree(SQUARE),
    "KDTree": lambda: spatial.KDTree(SQUARE),
    "Delaunay": lambda: spatial.Delaunay(SQUARE),
    "ConvexHull": lambda: spatial.ConvexHull(SQUARE),
    "Rotation": lambda: spatial.transform.Rotation.identity(),
    "ttest": lambda: stats.ttest_1samp(LINE, 0.0),
}  # fmt: skip
FRAME = {"a": [1, 2, 3], "b": ["x", "y", None], "c": [1.5, None, 2.0]}
PANDAS: Makers = {
    "frame": lambda: pd.DataFrame(FRAME),
    "frame of everything": lambda: pd.DataFrame(FRAME).assign(
        d=pd.Categorical(["u", "v", "u"]), e=pd.date_range("2020", periods=3), f=pd.array([1, None, 3], "Int64"),
        g=pd.array([True, None, False], "boolean"), h=pd.array(["a", None, "c"], "string"),
        i=pd.timedelta_range("1D", periods=3), j=pd.date_range("2020", periods=3, tz="Asia/Tokyo"),
        k=pd.period_range("2020", periods=3, freq="M"), l=pd.interval_range(0, 3)),
    "empty frame": lambda: pd.DataFrame(),
    "attrs": lambda: _with_attrs(),
    "series": lambda: [pd.Series([1, 2], name="s"), pd.Series(["a", "b"]), pd.Series([1.5], index=["x"])],
    "objects": lambda: pd.Series([{"a": 1}, [2], None], dtype=object),
    "category": lambda: pd.Series(["a", "b", "a"]).astype("category"),
    "indexes": lambda: [pd.Index([1, 2]), pd.Index(["a", "b"]), pd.RangeIndex(5), pd.Index([1.5]), pd.Index([], object)],
    "MultiIndex": lambda: pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["x", "y"]),
    "dates": lambda: [pd.date_range("2020", periods=3), pd.date_range("2020", periods=2, tz="UTC"),
                      pd.date_range("2020", periods=2, tz=TOKYO), pd.timedelta_range("1D", periods=2),
                      pd.period_range("2020", periods=2, freq="D"), pd.interval_range(0, 2),
                      pd.CategoricalIndex(["a", "b"])],
    "scalars": lambda: [pd.Timestamp("2020", tz="UTC"), pd.Timestamp("2020"), pd.Timedelta(1, "D"), pd.NaT, pd.NA,
                        pd.Interval(0, 1), pd.Period("2020", "M"), pd.Timestamp("2020", tz="Asia/Tokyo")],
    "offsets": lambda: [pd.offsets.Day(2), pd.offsets.MonthEnd(), pd.offsets.BusinessDay(), pd.DateOffset(months=2),
                        pd.offsets.CustomBusinessDay(), pd.offsets.Week(weekday=2), pd.offsets.BusinessHour()],
    "dtypes": lambda: [pd.CategoricalDtype(["a", "b"], ordered=True), pd.Int64Dtype(), pd.StringDtype(),
                       pd.DatetimeTZDtype(tz="UTC"), pd.IntervalDtype("int64"), pd.PeriodDtype("M"),
                       pd.SparseDtype("float64")],
    "sparse": lambda: pd.Series(pd.arrays.SparseArray([0, 0, 1.5])),
    "arrow": lambda: _arrow(),
}  # fmt: skip


def _with_attrs() -> Any:
    frame = pd.DataFrame({"a": [1]})
    frame.attrs["source"] = "x"
    return frame


def _arrow() -> Any:
    import pyarrow as pa

    return [pa.array(["a", None, "bc"]), pa.array([1, 2]), pa.array([[1], [2, 3]]), pa.table({"a": [1, 2]}),
            pa.schema([("a", pa.int64())]), pd.Series(["a"], dtype="string[pyarrow]"),
            pa.array([{"x": 1}]), pa.array(["a", "a"]).dictionary_encode(), pa.array([DAY]),
            pd.Series([1, 2], dtype="int64[pyarrow]")]  # fmt: skip


class Colour(enum.Enum):
    RED = 1


def objects() -> Iterator[tuple[str, Any]]:
    """All of them by name."""
    for prefix, makers in (("standard", STANDARD), ("numpy", NUMPY), ("scipy", SCIPY), ("pandas", PANDAS)):
        for name, maker in makers.items():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield f"{prefix}: {name}", maker()
