"""The opcodes that `Machine` does not handle in its inner loop, one function each."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from compiler.readers.pickles.construct import WRAPPERS, build, new_object, reduce_
from compiler.readers.pickles.containers import CONTAINERS
from compiler.readers.pickles.faults import Beyond, Denied, Malformed
from compiler.readers.pickles.joblib_array import read_array
from compiler.readers.pickles.literals import LITERALS, integer
from compiler.readers.pickles.machine import MAX_REMEMBERED, Machine
from compiler.readers.pickles.values import (
    FORGOTTEN,
    HOLE,
    Global,
    Instance,
    Pairs,
    Persistent,
    is_plain,
)


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


def _get(machine: Machine) -> None:
    index = integer(machine.line())
    if index < 0:
        raise Malformed("a memo index in it is negative")
    machine.stack.append(machine.memo[index])


def _put(machine: Machine) -> None:
    _put_at(machine, integer(machine.line()))


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
    machine.stack[-1] = machine.made(reduce_(machine.stack[-1], arguments, machine.globals, machine.offset))


def _newobj(machine: Machine) -> None:
    arguments = machine.stack.pop()
    machine.node()
    machine.stack[-1] = machine.made(new_object(machine.stack[-1], arguments, machine.offset))


def _newobj_ex(machine: Machine) -> None:
    keywords = machine.stack.pop()
    if not isinstance(keywords, Pairs):
        raise Malformed("the keywords of a new object are no dict")
    _newobj(machine)
    machine.stack[-1].keywords = keywords


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
    if not all(map(_is_identity, identity if isinstance(identity, tuple) else (identity,))):
        raise Denied("it refers to a tensor in a way that torch.save does not")
    machine.stack.append(Persistent(identity))


def _is_identity(part: Any) -> bool:
    """Whether a value is a part of a persistent id: a literal, a class of storages, the view of a storage."""
    storage = isinstance(part, Global) and "storage_class" in part.production.value
    return storage or is_plain(part)


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
    0x67: _get,
    0x70: _put,
    0x71: _binput,
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
    0x72: _long_binput,
    **LITERALS,
    **CONTAINERS,
    **dict.fromkeys((0x82, 0x83, 0x84), _denied("it uses the extension registry, which could stand for anything")),
    **dict.fromkeys((0x97, 0x98), _denied("it refers to buffers outside of itself")),
}
HANDLERS: tuple[Callable[[Machine], None], ...] = tuple(_TABLE.get(opcode, _unknown) for opcode in range(256))
