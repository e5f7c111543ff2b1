"""Values as strict JSON has them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from compiler.ir import Json


def finite(value: Json | Mapping[str, Json]) -> Json:
    """The same value with null for NaN and infinities, which JSON cannot say (ADS replaces the text `NaN`)."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value
