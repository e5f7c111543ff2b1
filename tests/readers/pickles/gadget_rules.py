"""The judge's rules, each of which the search can switch off, and what programs are made of when it is.

A rule keeps something out; when it is off, programs draw from just that: `focus_of`. What is drawn is worked out from
the index and from signatures, so that a chain is put together by the search and stands nowhere as a whole.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from compiler.readers.pickles import machine, names
from compiler.readers.pickles.judging import judge as judging
from compiler.readers.pickles.judging import kinds, ranges
from compiler.readers.pickles.productions import Production
from compiler.readers.pickles.values import FORGOTTEN

OPENING = frozenset({"filename", "file", "fname", "path", "location"})
"""Parameters that take a file's name."""
Entry = tuple[str, str, Production]


@dataclass(frozen=True)
class Focus:
    """What programs draw from beside the productions."""

    wild: float = 0.06
    """How often something of another kind stands in a place."""
    acting: tuple[tuple[str, str], ...] = ()
    """Names that stand as values alone, and act when they are called."""
    made: tuple[Entry, ...] = ()
    """Classes that no pickler makes objects of."""
    values: bool = False
    """Whether honest pickles change in their numbers and array bytes alone."""


def focus_of(rules: Iterable[str], entries: list[Entry]) -> Focus:
    """What the rules that are switched off govern."""
    off = frozenset(rules) - {"none"}
    acting = _acting(entries)
    if not off:
        return Focus(acting=acting)
    values = all(rule.partition(".")[0] == "ranges" for rule in off)
    if not off & {"arguments", "state", "families", "names"}:
        return Focus(acting=acting, values=values)
    made = tuple(entry for entry in entries if entry[2] is MADE) if "names" in off else ()
    return Focus(0.4, acting, made)


def _acting(entries: list[Entry]) -> tuple[tuple[str, str], ...]:
    """Names of the index that nothing may call, and that would open a file if something did."""
    values = {(module, name) for module, name, found in entries if found.call in {None, MADE.call} and not found.new}
    return tuple(sorted(pair for pair in values if OPENING & parameters(*pair).keys()))


def parameters(module: str, name: str) -> dict[str, inspect.Parameter]:
    """The parameters of what a name leads to; none when it cannot be called."""
    try:
        found = getattr(importlib.import_module(module), name)
        return dict(inspect.signature(found).parameters)
    except (ImportError, AttributeError, TypeError, ValueError):
        return {}


MADE = Production(
    tags=frozenset({"object"}), value=frozenset({"inert"}), call="() | (any,)", new="()", state="attributes"
)
"""What a name may be when the rule of names is off: anything."""


def _without_names() -> None:
    """Names of no use to a model may be used all the same, and what stands as a value may be called."""
    real = names.lookup

    def lookup(file: str, module: str, name: str) -> Production | None:
        found = real(file, module, name)
        if found is None:
            return MADE if (module, name) in names._HARMLESS else None
        return found if found.call or found.new or not found.value else replace(found, call=MADE.call)

    names.lookup = lookup  # type: ignore[assignment]


def _without_index() -> None:
    """Files of torch are judged by what is known of any library."""
    real = names.Globals.__init__
    names.Globals.__init__ = lambda self, **options: real(  # type: ignore[method-assign]
        self, **{**options, "index": None}
    )


def _without_arguments() -> None:
    judging.Judge._arguments = lambda *_: None  # type: ignore[method-assign]


def _without_state() -> None:
    real = judging.Judge._state
    judging.Judge._state = lambda self, found, production: (  # type: ignore[method-assign]
        real(self, found, production) if production.state == "attributes" else None
    )


def _without_families() -> None:
    judging.Judge.deep = lambda *_: True  # type: ignore[method-assign]


def _without_keys() -> None:
    judging.Judge._keys = lambda *_, **__: None  # type: ignore[method-assign]


def _without_slots() -> None:
    real = judging.Judge._attributes
    judging.Judge._attributes = lambda self, found, state: (  # type: ignore[method-assign]
        None if isinstance(state, tuple) else real(self, found, state)
    )


def _without_hiding() -> None:
    names._hidden = lambda *_: iter(())  # type: ignore[assignment]


def _without_texts() -> None:
    judging.check_text = lambda *_: None  # type: ignore[assignment]


def _without_ranges() -> None:
    for name in ranges.CHECKS:
        ranges.CHECKS[name] = lambda _: None
    ranges.CLASSES.clear()


def _without_memory() -> None:
    """What lies beyond the limits counts as data."""
    machine.MAX_REMEMBERED = 0
    machine.Machine.fade = lambda _, value: (  # type: ignore[method-assign]
        FORGOTTEN if not isinstance(value, str) and "probe" in getattr(
            getattr(getattr(value, "cls", None), "production", None), "tags", ()) else value
    )  # fmt: skip
    kinds._WORDS["data"] = lambda walker, value: value is FORGOTTEN or walker.deep(value, frozenset())


RULES: dict[str, Callable[[], None]] = {
    "names": _without_names,
    "index": _without_index,
    "arguments": _without_arguments,
    "state": _without_state,
    "families": _without_families,
    "keys": _without_keys,
    "slots": _without_slots,
    "hiding": _without_hiding,
    "texts": _without_texts,
    "ranges": _without_ranges,
    "forgetting": _without_memory,
}


def switch_off(rule: str) -> None:
    """Take one rule out of the judge: one of RULES, or `ranges.NAME` for one check of values."""
    if rule.startswith("ranges."):
        _without_check(rule.partition(".")[2])
    elif rule != "none":
        RULES[rule]()


def _without_check(name: str) -> None:
    """One of CHECKS, or those of the recorded classes that begin so."""
    if name in ranges.CHECKS:
        ranges.CHECKS[name] = lambda _: None
        return
    for cls in [cls for cls in ranges.CLASSES if cls.startswith(name)]:
        del ranges.CLASSES[cls]


def install_probe(probe: type, called: Any) -> None:
    """Make the probe known, as an object of a library that nothing else is known of."""
    known = {
        probe.__name__: Production(tags=frozenset({"probe"}), new="()", state="attributes"),
        called.__name__: Production(),
    }
    real = names.lookup

    def lookup(file: str, module: str, name: str) -> Production | None:
        return known.get(name) if module == probe.__module__ else real(file, module, name)

    names.lookup = lookup  # type: ignore[assignment]
