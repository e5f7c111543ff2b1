"""Bytes inside a pickle that a callee unpickles: read by the same machine, judged by the same rules."""

from __future__ import annotations

from typing import Any

from compiler.readers.pickles.faults import Denied
from compiler.readers.pickles.machine import Machine, Usage
from compiler.readers.pickles.names import Globals
from compiler.readers.pickles.values import Blob, Instance
from compiler.readers.pickles.window import Window

_PICKLES = 5
"""torch.save before 1.6: magic number, protocol, facts of the machine, the object, keys of its storages."""


def torch_bytes(made: Instance) -> tuple[list[Instance], list[Any]]:
    """torch.storage._load_from_bytes(bytes): a file of torch.save before 1.6, whatever the release that wrote it.

    Returns the objects that it would make, and the values of its pickles. Raises Denied for code that nobody knows.
    """
    data = _bytes(made.arguments[0])
    names, usage, position, values = Globals(index="torch"), Usage(), 0, []
    for number in range(_PICKLES):
        machine = Machine(Window(data), names, usage, persistent=number == 3)
        machine.position = position
        values.append(machine.run())
        position = machine.position
    if names.unknown:
        raise Denied(f"the bytes of a tensor refer to '{names.unknown[0]}'")
    return usage.made, values


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, Blob) and value.data is not None and not value.text:
        return bytes(value.data)
    if isinstance(value, Instance) and value.cls.dotted == "_codecs.encode":
        text = value.arguments[0]
        if isinstance(text, Blob) and text.data is not None:
            return bytes(text.data).decode("utf-8", "surrogatepass").encode("latin-1", "replace")
    raise Denied("the bytes of a tensor are not at hand")
