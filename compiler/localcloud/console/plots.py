"""Metrics over time and distributions as plots."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

from compiler.pages import plots
from compiler.serving.history import SLICE_SECONDS, SLICES
from compiler.serving.openapi.fields import statistics

if TYPE_CHECKING:
    from markupsafe import Markup

_FIVE = ("sample minimum", "lower quartile", "median", "upper quartile", "sample maximum")
Slices = Sequence[dict[str, float]]


def course(slices: Slices, name: str, label: str, *, tone: str = "") -> Markup:
    """Counts over the last half hour, as bars."""
    return plots.bars(_filled(slices, name), f"{label}, last 30 minutes", wide=True, tone=tone)


def latency(slices: Slices) -> Markup:
    """Mean milliseconds of a request over the last half hour."""
    pairs = zip(_filled(slices, "seconds"), _filled(slices, "requests"), strict=True)
    values = [1000 * seconds / requests if requests else 0.0 for seconds, requests in pairs]
    return plots.bars(values, "Mean latency in milliseconds, last 30 minutes", wide=True)


def total(slices: Slices, name: str) -> int:
    """The count over the last half hour."""
    return round(sum(_filled(slices, name)))


def distribution(field: dict[str, Any]) -> Markup | None:
    """The quartiles that a schema records of a column; None where it does not."""
    five = [value for name in _FIVE if _is_number(value := statistics(field).get(name))]
    if len(five) < len(_FIVE) or sorted(five) != five:
        return None
    least, low, middle, high, most = map(float, five)
    label = f"{field.get('name')}: {plots.short(least)} to {plots.short(most)}, median {plots.short(middle)}"
    return plots.box(least, low, middle, high, most, label)


def _filled(slices: Slices, name: str) -> list[float]:
    """One value for each slice of the last half hour; zero where nothing was noted."""
    values = {each["start"]: each[name] for each in slices}
    last = time.time() // SLICE_SECONDS * SLICE_SECONDS
    return [values.get(last - back * SLICE_SECONDS, 0.0) for back in reversed(range(SLICES))]


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
