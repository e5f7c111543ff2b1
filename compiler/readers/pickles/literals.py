"""Opcodes that push text, bytes and numbers."""

from __future__ import annotations

import codecs
import struct
import warnings
from collections.abc import Callable
from typing import Any

from compiler.readers.pickles.faults import Malformed
from compiler.readers.pickles.machine import MAX_SHORT, Machine
from compiler.readers.pickles.values import Blob

_MAX_COPIED = 64 << 20
"""Bytes of long values that are copied out of a compressed stream, where no view is possible."""


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
        with warnings.catch_warnings():  # Python warns of escapes that it does not know, and keeps them
            warnings.simplefilter("ignore")
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


def _int(machine: Machine) -> None:
    line = machine.line()
    machine.stack.append({b"00": False, b"01": True}[line] if line in {b"00", b"01"} else integer(line))


def _long(machine: Machine) -> None:
    machine.stack.append(integer(machine.line().rstrip(b"L")))


def integer(text: bytes) -> int:
    """The number of a text opcode; one of thousands of digits is no parameter and counts as 0. Raises Malformed."""
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


def _push_constant(value: Any) -> Callable[[Machine], None]:
    return lambda machine: machine.stack.append(value)


LITERALS: dict[int, Callable[[Machine], None]] = {
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
}
