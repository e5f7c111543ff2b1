"""The categories that XGBoost records of the columns it was trained on.

It marks such a feature with `c` and keeps the categories themselves since 3.1 (XGBoost docs, "Categorical Data").
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from compiler.ir import Categories, Json

# XGBoost's tags of typed arrays (3.2, `include/xgboost/json.h`) -> numpy dtype.
_INDEXES = {9: "int8", 10: "uint8", 11: "int16", 12: "uint16", 13: "int32", 14: "uint32", 15: "int64", 16: "uint64"}
_RECORDED_SINCE = (3, 1)


def recorded_categories(learner: Mapping[str, Json], release: tuple[int, ...]) -> dict[str, Categories]:
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
