"""The opcodes that `Machine` does not handle in its inner loop, one function each."""

from __future__ import annotations

import codecs
import struct
from collections.abc import Callable
from typing import Any

from compiler.readers.pickles.construct import WRAPPERS, build, new_object, reduce_
from compiler.readers.pickles.faults import Beyond, Denied, Malformed
from compiler.readers.pickles.joblib_array import read_array
from compiler.readers.pickles.machine import MAX_CONTAINER, MAX_KEPT, MAX_REMEMBERED, MAX_SHORT, Machine
from compiler.readers.pickles.values import (
    FORGOTTEN,
    HOLE,
    TRUNCATED,
    Bag,
    Blob,
    Global,
    Instance,
    Listing,
    Pairs,
    Persistent,
)

_MAX_COPIED = 64 << 20
"""Bytes of long values that are copied out of a compressed stream, where no view is possible."""


def _push_constant(value: Any) -> Callable[[Machine], None]:
    return lambda machine: machine.stack.append(value)


def _proto(machine: Machine) -> None:
    machine.protocol = machine.take(1)[0]
    if machine.protocol > 5:
        raise Malformed(f"it claims protocol {machine.protocol}; Python has 0 to 5")


def _frame(machine: Machine) -> None:
    (length,) = struct.unpack("<Q", machine.take(8))
    if machine.offset < machine.frame_end:
        raise Denied("it opens a frame inside a frame")
    machine.frame_end = machine.offset + length


def _mark(machine: Machine) -> None:
    machine.marks.append(len(machine.stack))


def _pop(machine: Machine) -> None:
    if machine.marks and machine.marks[-1] == len(machine.stack):
        machine.marks.pop()
    else:
        machine.stack.pop()


def _pop_mark(machine: Machine) -> None:
    machine.pop_mark()


# Text and bytes


def _long_value(width: str, *, text: bool) -> Callable[[Machine], None]:
    size = struct.calcsize(width)

    def handler(machine: Machine) -> None:
        (length,) = struct.unpack(width, machine.take(size))
        machine.stack.append(_value(machine, length, text))

    return handler


def _value(machine: Machine, length: int, text: bool) -> Any:
    if length < 0:
        raise Malformed("a length in it is negative")
    if length <= MAX_SHORT:
        data = machine.take(length)
        return data.decode("utf-8", "surrogatepass") if text else data
    if not machine.window.mapped and machine.usage.copied + length <= _MAX_COPIED:
        machine.usage.copied += length
        return Blob(length, memoryview(machine.take(length)), text)
    start = machine.position
    machine.skip(length)
    return Blob(length, machine.window.view(start, start + length), text)


def _string(machine: Machine) -> None:
    line = machine.line().strip()
    if len(line) < 2 or line[:1] not in b"'\"" or line[-1:] != line[:1]:
        raise Malformed("a text in it has no quotes")
    try:
        machine.stack.append(codecs.escape_decode(line[1:-1])[0].decode("latin-1"))
    except ValueError:
        raise Malformed("a text in it has a broken escape") from None


def _binstring(machine: Machine) -> None:
    _python2_string(machine, struct.unpack("<i", machine.take(4))[0])


def _python2_string(machine: Machine, length: int) -> None:
    value = _value(machine, length, text=False)
    machine.stack.append(value.decode("latin-1") if isinstance(value, bytes) else value)


def _unicode(machine: Machine) -> None:
    machine.stack.append(str(machine.line(), "raw-unicode-escape"))


# Numbers of the text protocols, and long integers


def _int(machine: Machine) -> None:
    line = machine.line()
    machine.stack.append({b"00": False, b"01": True}[line] if line in {b"00", b"01"} else _integer(line))


def _long(machine: Machine) -> None:
    machine.stack.append(_integer(machine.line().rstrip(b"L")))


def _integer(text: bytes) -> int:
    try:
        return int(text[:4000], 0) if len(text) <= 4000 else 0
    except ValueError:
        raise Malformed("a number in it is none") from None


def _float(machine: Machine) -> None:
    try:
        machine.stack.append(float(machine.line()))
    except ValueError:
        raise Malformed("a number in it is none") from None


def _long_bytes(width: str) -> Callable[[Machine], None]:
    size = struct.calcsize(width)

    def handler(machine: Machine) -> None:
        (length,) = struct.unpack(width, machine.take(size))
        value = _value(machine, length, text=False)
        machine.stack.append(int.from_bytes(value, "little", signed=True) if isinstance(value, bytes) else value)

    return handler


# Containers


def _keep(machine: Machine, target: Listing, values: list[Any]) -> None:
    """Extend a container's elements within the limits; the last one kept says when there were more."""
    if target.dropped:
        target.dropped += len(values)
        return
    room = max(min(MAX_CONTAINER - len(target), MAX_KEPT - machine.usage.kept), 0) & ~1
    if len(values) > room:
        target.dropped = len(values) - room
        values = [*values[:room], TRUNCATED]
    machine.usage.kept += len(values)
    target.extend(values)


def _elements(target: Any, *, pairs: bool) -> Listing:
    """Where the elements that are put into `target` are kept. Raises Denied when it is nothing that takes elements."""
    if isinstance(target, Instance):
        if target.items is None:
            target.items = Listing()
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
    _keep(machine, _elements(machine.stack[-1], pairs=True), [key, value])


def _setitems(machine: Machine) -> None:
    values = machine.pop_mark()
    if len(values) % 2:
        raise Malformed("a dict in it has a key without a value")
    _keep(machine, _elements(machine.stack[-1], pairs=True), values)


def _additems(machine: Machine) -> None:
    values = machine.pop_mark()
    if not isinstance(machine.stack[-1], Bag):
        raise Denied("it adds elements to something that is no set")
    _keep(machine, machine.stack[-1].items, values)


def _dict(machine: Machine) -> None:
    values, made = machine.pop_mark(), Pairs()
    if len(values) % 2:
        raise Malformed("a dict in it has a key without a value")
    _keep(machine, made.items, values)
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


# Memo


def _get(machine: Machine) -> None:
    index = _integer(machine.line())
    if index < 0:
        raise Malformed("a memo index in it is negative")
    machine.stack.append(machine.memo[index])


def _put(machine: Machine) -> None:
    _put_at(machine, _integer(machine.line()))


def _binput(machine: Machine) -> None:
    _put_at(machine, machine.take(1)[0])


def _long_binput(machine: Machine) -> None:
    _put_at(machine, struct.unpack("<I", machine.take(4))[0])


def _put_at(machine: Machine, index: int) -> None:
    """Picklers number the memo in order, from 0 (Python 2's cPickle: from 1)."""
    if index == 1 and not machine.memo:
        machine.memo.append(HOLE)
        machine.hole = True
    if index != len(machine.memo):
        raise Denied("its memo is numbered as no pickler does")
    machine.memo.append(machine.stack[-1] if index < MAX_REMEMBERED else machine.fade(machine.stack[-1]))


# Names and objects


def _global(machine: Machine) -> None:
    module, name = machine.line(), machine.line()
    machine.stack.append(_find(machine, module.decode("utf-8"), name.decode("utf-8")))


def _stack_global(machine: Machine) -> None:
    name = machine.stack.pop()
    module = machine.stack.pop()
    if name is FORGOTTEN or module is FORGOTTEN:
        raise Beyond("a name in it lies further back than is remembered")
    if type(name) is not str or type(module) is not str:
        raise Denied("it computes the name of what it refers to")
    machine.stack.append(_find(machine, module, name))


def _find(machine: Machine, module: str, name: str) -> Global:
    if machine.protocol < 3:  # as pickle's fix_imports does, for pickles from Python 2
        import _compat_pickle

        if (module, name) in _compat_pickle.NAME_MAPPING:
            module, name = _compat_pickle.NAME_MAPPING[module, name]
        elif module in _compat_pickle.IMPORT_MAPPING:
            module = _compat_pickle.IMPORT_MAPPING[module]
    return machine.globals.find(module, name)


def _reduce(machine: Machine) -> None:
    arguments = machine.stack.pop()
    machine.node()
    machine.stack[-1] = reduce_(machine.stack[-1], arguments)


def _newobj(machine: Machine) -> None:
    arguments = machine.stack.pop()
    machine.node()
    machine.stack[-1] = new_object(machine.stack[-1], arguments)


def _newobj_ex(machine: Machine) -> None:
    if not isinstance(machine.stack.pop(), Pairs):
        raise Malformed("the keywords of a new object are no dict")
    _newobj(machine)


def _build(machine: Machine) -> None:
    state = machine.stack.pop()
    build(machine.stack[-1], state)
    target = machine.stack[-1]
    if isinstance(target, Instance) and target.cls.dotted in WRAPPERS:
        machine.stack[-1] = read_array(machine, target)


def _persistent(machine: Machine) -> None:
    identity = machine.stack.pop()
    if not machine.persistent:
        raise Denied("it refers to objects outside of itself")
    if isinstance(identity, tuple) and len(identity) > 1 and identity[0] == "module":
        machine.stack.append(identity[1])  # torch.save before 1.6: a class with its source text, which is not run
        return
    machine.stack.append(Persistent(identity))


def _denied(why: str) -> Callable[[Machine], None]:
    def handler(_: Machine) -> None:
        raise Denied(why)

    return handler


def _unknown(_: Machine) -> None:
    raise Malformed("it has a byte that is no opcode")


_TABLE: dict[int, Callable[[Machine], None]] = {
    0x80: _proto,
    0x95: _frame,
    0x28: _mark,
    0x30: _pop,
    0x31: _pop_mark,
    0x4E: _push_constant(None),
    0x88: _push_constant(True),
    0x89: _push_constant(False),
    0x58: _long_value("<I", text=True),
    0x8D: _long_value("<Q", text=True),
    0x56: _unicode,
    0x42: _long_value("<I", text=False),
    0x43: _long_value("<B", text=False),
    0x8E: _long_value("<Q", text=False),
    0x96: _long_value("<Q", text=False),
    0x53: _string,
    0x54: _binstring,
    0x55: lambda machine: _python2_string(machine, machine.take(1)[0]),
    0x49: _int,
    0x4C: _long,
    0x46: _float,
    0x8A: _long_bytes("<B"),
    0x8B: _long_bytes("<i"),
    0x5D: lambda machine: machine.stack.append(Listing()),
    0x7D: lambda machine: machine.stack.append(Pairs()),
    0x8F: lambda machine: machine.stack.append(Bag([])),
    0x29: _push_constant(()),
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
    0x67: _get,
    0x70: _put,
    0x71: _binput,
    0x72: _long_binput,
    0x94: _denied("its memo is numbered as no pickler does"),
    0x63: _global,
    0x93: _stack_global,
    0x52: _reduce,
    0x81: _newobj,
    0x92: _newobj_ex,
    0x62: _build,
    0x51: _persistent,
    0x50: _denied("it refers to objects outside of itself by text"),
    0x32: _denied("it duplicates the top of the stack, which no pickler does"),
    0x69: _denied("it calls a class directly (INST), which no Python 3 pickler does"),
    0x6F: _denied("it calls a class directly (OBJ), which no Python 3 pickler does"),
    **dict.fromkeys((0x82, 0x83, 0x84), _denied("it uses the extension registry, which could stand for anything")),
    **dict.fromkeys((0x97, 0x98), _denied("it refers to buffers outside of itself")),
}
HANDLERS: tuple[Callable[[Machine], None], ...] = tuple(_TABLE.get(opcode, _unknown) for opcode in range(256))
