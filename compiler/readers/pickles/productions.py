"""Productions: what a pickle may do with a name that is on the index.

A kind is written as a Python expression: `int`, `'C' | 'F'`, `(array, [str], {'name': data})`; what each word means
stands in `judging.kinds`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Production:
    """One name of the index. None where something may not be done with it at all."""

    tags: frozenset[str] = frozenset()
    """Families that its instances belong to: `data`, `array`, `estimator`, …; and the class's own name."""
    value: frozenset[str] = frozenset()
    """Families that the name itself belongs to where it stands as a value: `inert`, `type`, …"""
    call: str | None = None
    """Kind of the arguments when it is called (REDUCE)."""
    new: str | None = None
    """Kind of the arguments of `cls.__new__` (NEWOBJ)."""
    keywords: str | None = None
    """Kind of the keywords of NEWOBJ_EX."""
    state: str | None = None
    """Kind of the state (BUILD); `attributes` for a dict that is judged attribute by attribute."""
    check: str | None = None
    """Name of the check of values that compiled code trusts (`compiler.readers.pickles.judging.ranges`)."""
    items: str | None = None
    """`list` or `dict`: which elements may be put into an instance."""
    attributes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Attribute -> families that it may hold beside data."""
    hidden: frozenset[str] = frozenset()
    """Methods and properties of the class, which no attribute may hide."""


NOTHING = Production()
