"""The categories that LightGBM records: a list for each such column in their order, without saying which these are."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.ir import Categories
from compiler.readers.lightgbm_model import LightgbmModel


def recorded_categories(model: LightgbmModel) -> dict[str, Categories]:
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
