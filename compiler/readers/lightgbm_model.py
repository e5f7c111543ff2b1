"""What a LightGBM text model says of itself: the lines before the first tree and the blocks after the last.

Source of the layout: files of releases 2.3 to 4.7. `version=` is that of the format; the library's is not recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from compiler.ir import Json
from compiler.readers.containers.bounded_json import parse_json
from compiler.readers.containers.mapped import BadContentError

FIRST, HEAD = 1 << 17, 16 << 20
TAIL = 4 << 20
CATEGORIES = b"\npandas_categorical:"
# The parameters LightGBM writes as 0 and 1 and takes as booleans (LightGBM docs, "Parameters").
BOOLEANS = frozenset((
    "boost_from_average", "deterministic", "enable_bundle", "extra_trees", "feature_pre_filter", "first_metric_only",
    "force_col_wise", "force_row_wise", "gpu_use_dp", "header", "is_enable_sparse", "is_unbalance", "lambdarank_norm",
    "linear_tree", "pre_partition", "precise_float_parser", "quant_train_renew_leaf", "reg_sqrt", "stochastic_rounding",
    "two_round", "uniform_drop", "use_missing", "use_quantized_grad", "xgboost_dart_mode", "zero_as_missing",
    "bagging_by_query",
))  # fmt: skip
LISTS = frozenset((
    "auc_mu_weights", "cegb_penalty_feature_coupled", "cegb_penalty_feature_lazy", "eval_at", "feature_contri",
    "gpu_device_id_list", "label_gain", "max_bin_by_feature", "metric", "monotone_constraints", "valid",
))  # fmt: skip
TEXTS = frozenset(("interaction_constraints", "categorical_feature", "ignore_column", "data", "machines"))


@dataclass(frozen=True, slots=True)
class LightgbmModel:
    """Header and parameters of a text model."""

    header: dict[str, str]
    """`num_class`, `max_feature_idx`, `objective`, `feature_names`, … as written."""
    parameters: dict[str, Json] = field(default_factory=dict)
    """With native values; empty where the file has no such block (releases before 2.1)."""
    categories: tuple[tuple[Json, ...], ...] = ()
    """Of each column that was a pandas category in training, in the order of the columns."""


def read_lightgbm(data: bytes | bytearray | memoryview) -> LightgbmModel:
    """Header and parameters; raises `BadContentError` when the text is cut short or no LightGBM model."""
    view = memoryview(data)
    head = _head(view)
    if not head.startswith("tree\n"):
        raise BadContentError("it does not begin with 'tree'")
    header = dict(line.partition("=")[::2] for line in head.partition("\n\n")[0].splitlines()[1:])
    last, names = header.get("max_feature_idx", ""), header.get("feature_names")
    if not last.isdecimal() or len(last) > 9 or names is None:
        raise BadContentError("its header has no feature names")
    if names.count(" ") != int(last):
        raise BadContentError(f"it has {names.count(' ') + 1:,} feature names for {int(last) + 1:,} features")
    tail = str(view[-TAIL:], "utf-8", "replace").replace("\r\n", "\n")
    if "end of trees" not in tail and "\nTree=" in head:
        raise BadContentError("it ends before 'end of trees'")
    return LightgbmModel(header, _parameters(tail), _categories(view))


def _head(view: memoryview) -> str:
    """The text up to the first tree at least; most headers are short, those of thousands of features are not."""
    text = ""
    for size in (FIRST, HEAD):
        text = str(view[:size], "utf-8", "replace").replace("\r\n", "\n")
        if "\nTree=" in text:
            break
    return text


def _categories(view: memoryview) -> tuple[tuple[Json, ...], ...]:
    """What the line `pandas_categorical:` after the parameters says; it is the last one and may be long."""
    for size in (TAIL, HEAD):
        tail = bytes(view[-size:])
        start = tail.rfind(CATEGORIES)
        if start >= 0:
            line = tail[start + len(CATEGORIES) :].partition(b"\n")[0]
            found = parse_json(line) if line.strip(b"\r \0") not in {b"", b"null"} else []
            lists = found if isinstance(found, list) else []
            return tuple(tuple(item) if isinstance(item, list) else () for item in lists)
    return ()


def _parameters(tail: str) -> dict[str, Json]:
    start, end = tail.rfind("\nparameters:\n"), tail.rfind("\nend of parameters")
    if not 0 <= start < end:
        return {}
    found: dict[str, Json] = {}
    for line in tail[start:end].splitlines():
        name, colon, value = line.strip().removeprefix("[").removesuffix("]").partition(": ")
        if colon and value:
            found[name] = _native(name, value)
    return found


def _native(name: str, value: str) -> Json:
    if name in BOOLEANS:
        return value == "1"
    if name in TEXTS:
        return value
    if name in LISTS:
        return [_number(item) for item in value.split(",")]
    return _number(value)


def _number(value: str) -> Json:
    for convert in (int, float):
        try:
            return convert(value)
        except ValueError:
            continue
    return value
