"""What a test says of every item of a collection means nothing of an empty one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

Item = TypeVar("Item")


def some(items: Iterable[Item]) -> list[Item]:
    """The items, of which there is at least one: `assert all(fits(item) for item in some(items))`."""
    found = list(items)
    assert found, "there is nothing to look at"
    return found
