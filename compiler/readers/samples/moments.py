"""Points in time as ISO 8601 text: from counted units since 1970, and from what people and pandas write."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

# Naive, as numpy's and Arrow's times without a zone are.
EPOCH = dt.datetime(1970, 1, 1)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?")
NOT_A_TIME = -(2**63)
NANOSECONDS = {"D": 86_400_000_000_000, "h": 3_600_000_000_000, "m": 60_000_000_000, "s": 1_000_000_000}
NANOSECONDS |= {"ms": 1_000_000, "us": 1_000, "ns": 1}


def from_ticks(ticks: int, unit: str, zone: str | None = None) -> str | None:
    """ISO 8601 text of a numpy or Arrow timestamp, None for NaT or a time outside the years 1 to 9999.

    `zone` other than None says that the time is UTC; it is written with the offset +00:00.
    """
    if ticks == NOT_A_TIME or unit not in NANOSECONDS:
        return None
    seconds, nanoseconds = divmod(ticks * NANOSECONDS[unit], 1_000_000_000)
    try:
        moment = EPOCH + dt.timedelta(seconds=seconds)
    except OverflowError:
        return None
    fraction = f".{nanoseconds:09d}".removesuffix("000").removesuffix("000") if nanoseconds else ""
    return moment.isoformat() + fraction + ("+00:00" if zone else "")


def are_dates(values: Iterable[object]) -> bool:
    """Whether all values that are present are text that begins with an ISO 8601 date, and some are."""
    present = [value for value in values if value is not None]
    return bool(present) and all(isinstance(value, str) and _is_date(value.strip()) for value in present)


def _is_date(text: str) -> bool:
    try:
        return _DATE.fullmatch(text) is not None and bool(parse_moment(text))
    except ValueError:
        return False


def parse_moment(value: str | int) -> str:
    """ISO 8601 text of ISO 8601 text or of milliseconds since 1970, which is how pandas writes times into JSON.

    Raises `ValueError` for anything else.
    """
    if isinstance(value, str):
        return dt.datetime.fromisoformat(value.strip()).isoformat()
    moment = from_ticks(value, "ms")
    if moment is None:
        raise ValueError(f"{value} milliseconds is no date")
    return moment
