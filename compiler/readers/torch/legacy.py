"""torch.save before 1.6: five pickles one after the other, then the tensors' bytes."""

from __future__ import annotations

from pathlib import Path

from compiler.readers.containers.archive import damaged
from compiler.readers.pickles import Pickle, make_pickle, run
from compiler.readers.pickles.machine import Machine, Usage
from compiler.readers.pickles.names import Globals
from compiler.readers.pickles.window import open_window

MAGIC = 0x1950A86A20F9469CFC6C
"""torch.serialization.MAGIC_NUMBER, the first pickle."""
_PROTOCOL = 1001


def read_torch_legacy(path: Path) -> Pickle:
    """What the fourth pickle describes: the object that was saved.

    The others are the magic number, the protocol, facts on the machine that saved, and the keys of the storages that
    follow. torch unpickles all five, so all five are judged. Raises CompilerError (MF203, MF204, MF206).
    """
    found, usage = Globals(index="torch"), Usage()
    with open_window(path) as window:
        position, values, main = 0, [], None
        for number in range(5):
            machine = Machine(window, found, usage, persistent=number == 3)
            machine.position = position
            values.append(run(machine, path))
            position = machine.position
            main = machine if number == 3 else main
    if values[:2] != [MAGIC, _PROTOCOL] or not isinstance(values[4], list) or main is None:
        raise damaged(path, "it is no file that torch.save wrote before 1.6")
    return make_pickle(main, values[3])
