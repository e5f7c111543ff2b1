"""Write the index of what models refer to outside scikit-learn: the standard library, numpy, pandas, torch and others.

    python scripts/make_library_index.py

The tables below are chosen by hand, name by name: a name stands here when loading a model needs it and nothing that can
be done with it (called by REDUCE, instantiated, given a state) reaches beyond memory. numpy.memmap, which opens files,
is only referred to, as the class of an array. Not here on purpose: numpy's `_ufunc_reconstruct` (imports what it is
told), scipy.stats distributions (`__setstate__` runs text of the state), pandas.eval, torch.load, `builtins.getattr`.
ufuncs are those of numpy 2.4.6.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

INDEX = Path(__file__).resolve().parent.parent / "compiler/readers/pickles/index"
Names = dict[str, str]

_SCALARS = (
    "bool bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 intp uintp intc uintc longlong ulonglong float16 "
    "float32 float64 longdouble complex64 complex128 clongdouble str_ bytes_ object_ void datetime64 timedelta64 "
    "number integer signedinteger unsignedinteger floating inexact character generic"
)
_PURE = (
    "mean median average sum prod max min amax amin std var nanmean nanmedian nanmax nanmin nanstd nansum argmax "
    "argmin percentile quantile clip round around cumsum diff ravel reshape squeeze transpose asarray array ptp"
)
_SPARSE = "csr csc coo lil dok dia bsr"


def _both(modules: str, names: str) -> Names:
    """The same names in numpy.core (before 2.0) and numpy._core."""
    return {f"numpy.{core}.{module}": names for core in ("core", "_core") for module in modules.split()}


def _numpy() -> dict[str, Names]:
    ufuncs = " ".join(sorted(n for n in dir(np) if isinstance(getattr(np, n), np.ufunc)))
    generators = {
        "numpy.random._mt19937": "MT19937",
        "numpy.random._pcg64": "PCG64 PCG64DXSM",
        "numpy.random._philox": "Philox",
        "numpy.random._sfc64": "SFC64",
    }
    return {
        "classes": {
            "numpy": "record poly1d",
            "numpy.random": "RandomState",
            "numpy.random.mtrand": "RandomState",
            "numpy.random._generator": "Generator",
            "numpy.random.bit_generator": "SeedSequence",
            "numpy.lib.polynomial": "poly1d",
            "numpy.lib._polynomial_impl": "poly1d",
            **generators,
            **_both("records", "record"),
        },
        "functions": {
            # Classes of arrays are only named, to `_reconstruct`: no pickler makes one by NEWOBJ.
            "numpy": f"ndarray matrix memmap recarray {_SCALARS} {_PURE} {ufuncs}",
            "numpy.ma": "MaskedArray",
            "numpy.ma.core": "MaskedArray",
            "numpy.matrixlib.defmatrix": "matrix",
            **_both("records", "recarray"),
            **_both("memmap", "memmap"),
            **_both("_multiarray_umath umath", ufuncs),
            **_both("fromnumeric", _PURE),
            "numpy.lib.function_base": _PURE,
            "numpy.lib.nanfunctions": _PURE,
            "scipy._lib.array_api_compat.numpy._aliases": "asarray",
        },
        "reconstructors": {
            "numpy": "dtype",
            **_both("multiarray", "_reconstruct scalar"),
            **_both("numeric", "_frombuffer"),
            "numpy.ma.core": "_mareconstruct",
            "numpy.random": "__RandomState_ctor",
            "numpy.random._pickle": "__randomstate_ctor __bit_generator_ctor __generator_ctor",
            "numpy.random.bit_generator": "__pyx_unpickle_SeedSequence",
        },
    }


def _scipy() -> dict[str, Names]:
    sparse = {
        f"scipy.sparse.{mark}{kind}": f"{kind}_matrix {kind}_array" for kind in _SPARSE.split() for mark in ("", "_")
    }
    return {
        "classes": {
            **sparse,
            "scipy.interpolate.interpolate": "interp1d PPoly",
            "scipy.interpolate._interpolate": "interp1d PPoly",
            "scipy.interpolate._bsplines": "BSpline",
            "scipy.interpolate.polyint": "_Interpolator1D",
            "scipy.spatial.ckdtree": "cKDTree",
            "scipy.spatial._ckdtree": "cKDTree",
            "scipy.spatial.kdtree": "KDTree",
            "scipy.spatial._kdtree": "KDTree",
        },
        "functions": {
            "scipy.special": "expit logit softmax logsumexp xlogy boxcox inv_boxcox",
            "scipy.special._ufuncs": "expit logit xlogy boxcox inv_boxcox",
            "scipy.spatial.distance": "euclidean cosine cityblock correlation chebyshev canberra sqeuclidean",
        },
        "reconstructors": {},
    }


def _pandas() -> dict[str, Names]:
    indexes = {
        "pandas.core.indexes.base": "Index",
        "pandas.core.indexes.range": "RangeIndex",
        "pandas.core.indexes.multi": "MultiIndex",
        "pandas.core.indexes.category": "CategoricalIndex",
        "pandas.core.indexes.datetimes": "DatetimeIndex",
        "pandas.core.indexes.timedeltas": "TimedeltaIndex",
        "pandas.core.indexes.interval": "IntervalIndex",
        "pandas.core.indexes.period": "PeriodIndex",
        "pandas.core.indexes.numeric": "Int64Index UInt64Index Float64Index NumericIndex",
    }
    dtypes = "CategoricalDtype DatetimeTZDtype IntervalDtype PeriodDtype"
    return {
        "classes": {
            **indexes,
            "pandas.core.frame": "DataFrame",
            "pandas.core.series": "Series",
            "pandas.core.internals.managers": "BlockManager SingleBlockManager",
            "pandas.core.dtypes.dtypes": dtypes,
            "pandas.core.arrays.categorical": "Categorical",
            "pandas.core.arrays.string_": "StringDtype StringArray",
            "pandas.core.arrays.integer": "IntegerArray Int8Dtype Int16Dtype Int32Dtype Int64Dtype",
            "pandas.core.arrays.floating": "FloatingArray Float32Dtype Float64Dtype",
            "pandas.core.arrays.boolean": "BooleanArray BooleanDtype",
            "pandas.core.flags": "Flags",
            "pandas._libs.tslibs.timestamps": "Timestamp",
            "pandas._libs.tslibs.nattype": "NaTType",
        },
        "functions": {"pandas": "NaT NA"},
        "reconstructors": {
            "pandas.core.indexes.base": "_new_Index",
            "pandas._libs.internals": "_unpickle_block",
            "pandas._libs.tslibs.timestamps": "_unpickle_timestamp",
            "pandas._libs.tslibs.nattype": "_nat_unpickle",
            "pandas._libs.missing": "NAType",
            "pandas._libs.arrays": "__pyx_unpickle_NDArrayBacked",
            "pandas.core.indexes.datetimes": "_new_DatetimeIndex",
            "pandas.core.indexes.period": "_new_PeriodIndex",
        },
    }


def _joblib() -> dict[str, Names]:
    # The copy inside scikit-learn up to 0.22 wrote the same stream under its own name.
    homes = ("joblib.numpy_pickle", "sklearn.externals.joblib.numpy_pickle")
    return {"classes": dict.fromkeys(homes, "NumpyArrayWrapper"), "functions": {}, "reconstructors": {}}


def _boosters() -> dict[str, dict[str, Names]]:
    xgboost = "XGBModel XGBClassifier XGBRegressor XGBRanker XGBRFClassifier XGBRFRegressor XGBRFModel"
    lightgbm = "LGBMModel LGBMClassifier LGBMRegressor LGBMRanker _LGBMLabelEncoder"
    return {
        "xgboost": {
            "classes": {"xgboost.sklearn": xgboost, "xgboost.core": "Booster"},
            "functions": {},
            "reconstructors": {},
        },
        "lightgbm": {
            "classes": {
                "lightgbm.sklearn": lightgbm,
                "lightgbm.basic": "Booster",
                "lightgbm.compat": "_LGBMLabelEncoder",
            },
            "functions": {},
            "reconstructors": {},
        },
    }


def _torch() -> dict[str, Names]:
    kinds = "Double Float Half Long Int Short Char Byte Bool BFloat16 ComplexDouble ComplexFloat QInt8 QUInt8 QInt32"
    storages = " ".join(f"{kind}Storage" for kind in kinds.split())
    dtypes = (
        "float32 float64 float16 bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool complex64 complex128 "
        "qint8 quint8 qint32 float8_e4m3fn float8_e5m2 per_tensor_affine per_channel_affine strided sparse_coo"
    )
    return {
        "classes": {
            "torch": storages,
            "torch.cuda": storages,
            "torch.storage": "UntypedStorage TypedStorage",
            "torch.nn.parameter": "Parameter",
        },
        "functions": {"torch": dtypes + " Tensor"},
        "reconstructors": {
            "torch._utils": "_rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter "
            "_rebuild_parameter_with_state _rebuild_qtensor _rebuild_sparse_tensor",
            "torch": "Size device",
            "torch.serialization": "_get_layout",
            "torch.jit._pickle": "build_intlist build_tensorlist build_doublelist build_boollist restore_type_tag",
        },
    }


def _standard() -> dict[str, Names]:
    return {
        "classes": {
            "collections": "OrderedDict defaultdict Counter deque",
            "builtins": "object list dict tuple set frozenset int float str bytes bool complex bytearray",
            "datetime": "datetime date time timedelta timezone",
            "decimal": "Decimal",
            "fractions": "Fraction",
            "functools": "partial",
            "uuid": "UUID",
            "types": "SimpleNamespace",
        },
        "functions": {"builtins": "len abs min max sum round NoneType Ellipsis NotImplemented range slice"},
        "reconstructors": {
            "builtins": "set frozenset list dict tuple bytearray bytes complex slice range int float bool object",
            "collections": "OrderedDict defaultdict Counter deque",
            "datetime": "datetime date time timedelta timezone",
            "decimal": "Decimal",
            "fractions": "Fraction",
            "functools": "partial",
            "copyreg": "_reconstructor __newobj__ __newobj_ex__",
            "_codecs": "encode",
            "re": "_compile",
            "operator": "itemgetter",
            "uuid": "SafeUUID",
            "pathlib": "PurePosixPath PosixPath",
        },
    }


def main() -> None:
    tables = {
        "standard": _standard(),
        "numpy": _numpy(),
        "scipy": _scipy(),
        "pandas": _pandas(),
        "joblib": _joblib(),
        "torch": _torch(),
        **_boosters(),
    }
    for name, table in tables.items():
        ordered = {kind: dict(sorted(names.items())) for kind, names in table.items()}
        (INDEX / f"{name}.json").write_text(json.dumps(ordered, indent=0) + "\n", "utf-8")


if __name__ == "__main__":
    main()
