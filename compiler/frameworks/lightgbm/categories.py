"""The categories that LightGBM records: a list for each such column in their order, without saying which these are."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.ir import Categories, Json
from compiler.readers.lightgbm_model import LightgbmModel


def recorded_categories(model: LightgbmModel) -> dict[str, Categories]:
    """Feature -> its categories, where it is clear which features the recorded lists belong to."""
    names, kinds = model.header["feature_names"].split(" "), model.header.get("feature_infos", "").split(" ")
    for candidates in (_categorical(names, kinds), _categorical(names, kinds, "none")):
        features = list(candidates)
        if model.categories and len(features) == len(model.categories):
            return {name: Categories(values) for name, values in zip(features, model.categories, strict=True)}
    places = _only_places(kinds[: len(names)], model.categories)
    return {names[at]: Categories(values) for at, values in zip(places, model.categories, strict=False)}


_MOST_PAIRS = 1_000_000


def _only_places(kinds: list[str], lists: tuple[tuple[Json, ...], ...]) -> list[int]:
    """The one way to give each list to a feature, in order; nothing where there are several ways, or none.

    LightGBM records ordered categories too, and takes their positions as numbers: such a feature is an interval.
    """
    if len(kinds) * len(lists) > _MOST_PAIRS:
        return []
    ways = [[0] * (len(lists) + 1) for _ in range(len(kinds) + 1)]
    ways[-1][-1] = 1
    for at in reversed(range(len(kinds))):
        free = _is_interval(kinds[at])
        for number in range(len(lists) + 1):
            skipped = ways[at + 1][number] if free else 0
            fits = number < len(lists) and _fits(kinds[at], len(lists[number]))
            ways[at][number] = min(2, skipped + (ways[at + 1][number + 1] if fits else 0))
    return list(_walk(kinds, ways)) if ways[0][0] == 1 else []


def _walk(kinds: list[str], ways: list[list[int]]) -> Iterator[int]:
    """The features that take a list, where every step has one way on."""
    number = 0
    for at, kind in enumerate(kinds):
        if not _is_interval(kind) or not ways[at + 1][number]:
            yield at
            number += 1


def _is_interval(kind: str) -> bool:
    return kind.startswith(("[", "none"))


def _fits(kind: str, count: int) -> bool:
    """Whether a feature's values can be positions in a list of so many categories."""
    if kind == "none":
        return True
    try:
        values = [float(part) for part in kind.strip("[]").split(":")]
    except ValueError:
        return False
    return all(value.is_integer() and -1 <= value < count for value in values)


def _categorical(names: list[str], kinds: list[str], *more: str) -> Iterator[str]:
    """Features whose values are listed (`0:1:2`) and not an interval (`[0:1]`); `none`: one that is never used."""
    for name, kind in zip(names, kinds, strict=False):
        if kind in more or not _is_interval(kind):
            yield name
