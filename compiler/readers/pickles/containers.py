"""Opcodes that make lists, dicts, sets and tuples, and put elements into them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from compiler.readers.pickles.faults import Denied, Malformed
from compiler.readers.pickles.machine import MAX_CONTAINER, MAX_KEPT, Machine
from compiler.readers.pickles.values import LITERALS, Bag, Instance, Listing, Pairs, is_plain


def _keep(machine: Machine, target: Listing, values: list[Any], step: int = 1) -> None:
    """Extend a container's elements. Beyond the limits plain literals are counted and dropped, `step` at a time."""
    usage = machine.usage
    room = max(min(MAX_CONTAINER - len(target), MAX_KEPT - usage.kept), 0) // step * step
    if target.dropped:
        room = 0
    if len(values) > room:
        values = values[:room] + _beyond(machine, target, values[room:], step)
    usage.kept += len(values)
    target.extend(values)


def _beyond(machine: Machine, target: Listing, values: list[Any], step: int) -> list[Any]:
    """Of elements beyond the limits, those that have to be judged."""
    if LITERALS.issuperset(map(type, values)):
        target.dropped += len(values)
        return []
    kept: list[Any] = []
    for at in range(0, len(values), step):
        element = values[at : at + step]
        if all(map(is_plain, element)):
            target.dropped += step
        else:
            kept += element
    for _ in kept:
        machine.node()
    return kept


def _elements(target: Any, *, pairs: bool) -> Listing:
    """Where the elements that are put into `target` are kept. Raises Denied when it is nothing that takes elements."""
    if isinstance(target, Instance):
        if not target.cls.unknown and target.cls.production.items != ("dict" if pairs else "list"):
            raise Denied(f"it puts elements into a '{target.cls.dotted}', which takes none")
        if target.items is None:
            target.items, target.pairs = Listing(), pairs
        if target.pairs != pairs:
            raise Denied(f"it puts elements and items into one '{target.cls.dotted}'")
        return target.items
    if isinstance(target, Pairs if pairs else Listing):
        return target.items if isinstance(target, Pairs) else target
    raise Denied("it puts elements into something that takes none")


def _append(machine: Machine) -> None:
    value = machine.stack.pop()
    _keep(machine, _elements(machine.stack[-1], pairs=False), [value])


def _appends(machine: Machine) -> None:
    values = machine.pop_mark()
    _keep(machine, _elements(machine.stack[-1], pairs=False), values)


def _setitem(machine: Machine) -> None:
    value = machine.stack.pop()
    key = machine.stack.pop()
    _keep(machine, _elements(machine.stack[-1], pairs=True), [key, value], 2)


def _setitems(machine: Machine) -> None:
    values = machine.pop_mark()
    if len(values) % 2:
        raise Malformed("a dict in it has a key without a value")
    _keep(machine, _elements(machine.stack[-1], pairs=True), values, 2)


def _additems(machine: Machine) -> None:
    values = machine.pop_mark()
    if not isinstance(machine.stack[-1], Bag):
        raise Denied("it adds elements to something that is no set")
    _keep(machine, machine.stack[-1].items, values)


def _dict(machine: Machine) -> None:
    values, made = machine.pop_mark(), Pairs()
    if len(values) % 2:
        raise Malformed("a dict in it has a key without a value")
    _keep(machine, made.items, values, 2)
    machine.stack.append(made)


def _list(machine: Machine) -> None:
    made = Listing()
    _keep(machine, made, machine.pop_mark())
    machine.stack.append(made)


def _frozenset(machine: Machine) -> None:
    made = Bag([])
    _keep(machine, made.items, machine.pop_mark())
    machine.stack.append(made)


def _tuple(machine: Machine) -> None:
    values = machine.pop_mark()
    machine.node()
    machine.usage.kept += len(values)
    machine.stack.append(tuple(values))


def _short_tuple(length: int) -> Callable[[Machine], None]:
    def handler(machine: Machine) -> None:
        if len(machine.stack) < length:
            raise Malformed("it takes from an empty stack")
        machine.node()
        made = tuple(machine.stack[-length:])
        del machine.stack[-length:]
        machine.stack.append(made)

    return handler


CONTAINERS: dict[int, Callable[[Machine], None]] = {
    0x5D: lambda machine: machine.stack.append(Listing()),
    0x7D: lambda machine: machine.stack.append(Pairs()),
    0x8F: lambda machine: machine.stack.append(Bag([])),
    0x29: lambda machine: machine.stack.append(()),
    0x61: _append,
    0x65: _appends,
    0x73: _setitem,
    0x75: _setitems,
    0x90: _additems,
    0x64: _dict,
    0x6C: _list,
    0x91: _frozenset,
    0x74: _tuple,
    0x85: _short_tuple(1),
    0x86: _short_tuple(2),
    0x87: _short_tuple(3),
}
