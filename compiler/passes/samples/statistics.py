"""The statistics ADS publishes of a column, equal to pandas' after rounding to 12 significant digits.

Sources: ADS 2.16.1 `feature_engineering/feature_type`, pandas 2.3 `describe` and `skew`. What does not
exist (the skew of two rows, the mean of nothing, anything not finite) is left out, where ADS writes NaN into its JSON.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from compiler.ir import Cell

Stats: TypeAlias = Mapping[str, int | float | str]


def integer_stats(values: Sequence[Cell]) -> Stats:
    """Of an `Integer` column: ADS does not round them."""
    return _numeric(values, with_skew=False)


def continuous_stats(values: Sequence[Cell]) -> Stats:
    """Of a `Continuous` column: rounded to 3 decimals."""
    return {name: _round3(value) for name, value in _numeric(values, with_skew=True).items()}


def counting_stats(values: Sequence[Cell]) -> Stats:
    """Of text, categories and booleans: rows, different values, and missing ones, which empty text counts among."""
    present = [value for value in values if value is not None and value != ""]
    stats = {"count": len(values), "unique": len(set(map(_hashable, present)))}
    return stats | _missing(len(values) - len(present))


def moment_stats(values: Sequence[Cell]) -> Stats:
    """Of a `DateTime` column: the latest and the earliest as ISO 8601 text (ADS 2.16.1 means to, and crashes)."""
    present = [value for value in values if isinstance(value, str)]
    stats: dict[str, int | float | str] = {"count": len(values)}
    if present:
        stats |= {"sample maximum": max(present), "sample minimum": min(present)}
    return stats | _missing(len(values) - len(present))


def tensor_stats(values: Sequence[Cell]) -> Stats:
    """Of a column of arrays: over all their numbers; `count` is the number of rows."""
    stats = {name: _round3(value) for name, value in _numeric(list(_leaves(list(values))), with_skew=False).items()}
    return stats | {"count": len(values)}


def unique_values(values: Iterable[Cell]) -> list[Cell]:
    """The different values that are not missing, in the order of their first appearance."""
    seen: dict[object, Cell] = {}
    for value in values:
        if value is not None:
            seen.setdefault(_hashable(value), value)
    return list(seen.values())


def _numeric(values: Sequence[Cell], *, with_skew: bool) -> dict[str, float]:
    numbers = sorted(_floats(values))
    mean = _mean(numbers)
    deviations = [number - mean for number in numbers]
    squares = _sum([deviation * deviation for deviation in deviations])
    stats = {"count": float(len(values))} | _moments(len(numbers), mean, squares) | _quartiles(numbers)
    order = ("count", "mean", "standard deviation", "sample minimum", "lower quartile", "median", "upper quartile")
    found = {name: stats[name] for name in (*order, "sample maximum") if math.isfinite(stats.get(name, math.nan))}
    skew = _skew(numbers, deviations, squares) if with_skew else None
    return found | ({} if skew is None else {"skew": skew}) | _missing(len(values) - len(numbers))


def _floats(values: Sequence[Cell]) -> Iterable[float]:
    if isinstance(values, array):  # numbers alone
        return map(float, values)
    return (float(value) for value in values if isinstance(value, (bool, int, float)))


def _moments(count: int, mean: float, squares: float) -> dict[str, float]:
    if not count:
        return {}
    if count == 1:
        return {"mean": mean}
    return {"mean": mean, "standard deviation": math.sqrt(squares / (count - 1))}


def _quartiles(numbers: Sequence[float]) -> dict[str, float]:
    if not numbers:
        return {}
    names = {"lower quartile": 0.25, "median": 0.5, "upper quartile": 0.75}
    inner = {name: _quantile(numbers, share) for name, share in names.items()}
    return {"sample minimum": numbers[0], "sample maximum": numbers[-1]} | inner


def _quantile(numbers: Sequence[float], share: float) -> float:
    """Linear interpolation between the neighbours (numpy's default method)."""
    position = (len(numbers) - 1) * share
    index = math.floor(position)
    low, high = numbers[index], numbers[min(index + 1, len(numbers) - 1)]
    # Not for position == index: (inf - low) * 0 is no number.
    return low if low == high or position == index else low + (high - low) * (position - index)


def _skew(numbers: Sequence[float], deviations: Sequence[float], squares: float) -> float | None:
    """The adjusted Fisher-Pearson coefficient; 0 for a constant column, as pandas 2 has it."""
    count = len(numbers)
    if count < 3:
        return None
    if numbers[0] == numbers[-1]:
        return 0.0
    if not squares or not math.isfinite(squares) or not _moderate(numbers):
        return None
    cubes = _sum([deviation * deviation * deviation for deviation in deviations])
    result = (count * math.sqrt(count - 1) / (count - 2)) * (cubes / squares**1.5)
    return result if math.isfinite(result) else None


def _moderate(numbers: Sequence[float]) -> bool:
    """Whether cubes of the sorted numbers neither overflow nor vanish."""
    return max(abs(numbers[0]), abs(numbers[-1])) < 1e100 and numbers[-1] - numbers[0] > 1e-100


def _mean(numbers: Sequence[float]) -> float:
    if not numbers:
        return math.nan
    return numbers[0] if numbers[0] == numbers[-1] else _sum(numbers) / len(numbers)


def _sum(terms: Sequence[float]) -> float:
    try:
        return math.fsum(terms)
    except (OverflowError, ValueError):  # beyond float64, or inf - inf
        return sum(terms)


def _round3(value: float) -> float:
    # As numpy rounds: scaled, to even. `+ 0.0` turns -0.0 into 0.0.
    return round(value * 1000) / 1000 + 0.0 if abs(value) < 2**52 else value


def _missing(count: int) -> dict[str, float]:
    return {"missing": count} if count else {}


def _leaves(value: Cell) -> Iterable[Cell]:
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def _hashable(value: Cell) -> object:
    return repr(value) if isinstance(value, (list, dict)) else value
