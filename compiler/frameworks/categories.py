"""The categories that gradient boosting libraries record of the columns they were trained on.

XGBoost marks such a feature with `c` and keeps the categories themselves since 3.1 (XGBoost docs, "Categorical Data");
LightGBM keeps them in the order of the columns, without saying which these are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from compiler.ir import Categories, Json
from compiler.readers.lightgbm_model import LightgbmModel

# XGBoost's tags of typed arrays (3.2, `include/xgboost/json.h`) -> numpy dtype.
_INDEXES = {9: "int8", 10: "uint8", 11: "int16", 12: "uint16", 13: "int32", 14: "uint32", 15: "int64", 16: "uint64"}
_RECORDED_SINCE = (3, 1)


def xgboost_categories(learner: Mapping[str, Json], release: tuple[int, ...]) -> dict[str, Categories]:
    """Feature -> its categories; without a table for those that a release before 3.1 wrote.

    Later releases record a table unless the codes themselves were trained on: then there are no categories to know.
    """
    types, names = learner.get("feature_types"), learner.get("feature_names")
    if not isinstance(types, list) or "c" not in types:
        return {}
    labels = list(map(str, names)) if isinstance(names, list) and len(names) == len(types) else None
    tables = _tables(learner.get("cats"), len(types))
    unrecorded = release < _RECORDED_SINCE
    found = {}
    for index, kind in enumerate(types):
        table = tables[index] if kind == "c" else None
        if table is not None or (kind == "c" and unrecorded):
            found[labels[index] if labels else str(index)] = table or Categories()
    return found


def _tables(cats: Json, count: int) -> list[Categories | None]:
    encoded = cats.get("enc") if isinstance(cats, dict) else None
    if not isinstance(encoded, list) or len(encoded) != count:
        return [None] * count
    return [_table(entry) if isinstance(entry, dict) else None for entry in encoded]


def _table(entry: dict[str, Json]) -> Categories | None:
    values, offsets, kind = entry.get("values"), entry.get("offsets"), entry.get("type")
    if not isinstance(values, list) or not values:
        return None
    if not isinstance(offsets, list):
        return Categories(tuple(values), _INDEXES.get(kind) if isinstance(kind, int) else None)
    content = bytes(value & 0xFF for value in values if isinstance(value, int))
    if not content.isascii():  # 3.2 counts characters and cuts bytes, so that names run into each other
        return Categories()
    ends = [at for at in offsets if isinstance(at, int)]
    return Categories(tuple(content[start:end].decode() for start, end in pairwise(ends)))


def lightgbm_categories(model: LightgbmModel) -> dict[str, Categories]:
    """Feature -> its categories, where it is clear which features the recorded lists belong to."""
    names, kinds = model.header["feature_names"].split(" "), model.header.get("feature_infos", "").split(" ")
    for candidates in (_categorical(names, kinds), _categorical(names, kinds, "none")):
        features = list(candidates)
        if model.categories and len(features) == len(model.categories):
            return {name: Categories(values) for name, values in zip(features, model.categories, strict=True)}
    return {}


def _categorical(names: list[str], kinds: list[str], *more: str) -> Iterator[str]:
    """Features whose values are listed (`0:1:2`) and not an interval (`[0:1]`); `none`: one that is never used."""
    for name, kind in zip(names, kinds, strict=False):
        if kind in more or not kind.startswith(("[", "none")):
            yield name
