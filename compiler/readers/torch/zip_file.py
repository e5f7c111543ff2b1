"""torch.save since 1.6 and TorchScript: a zip with a pickle (`data.pkl`) and one stored member a tensor."""

from __future__ import annotations

import zipfile
from pathlib import Path

from compiler.readers.containers.archive import damaged, open_archive, read_member
from compiler.readers.pickles import Pickle, make_pickle, refusal, run
from compiler.readers.pickles.faults import Denied
from compiler.readers.pickles.machine import Machine, Usage
from compiler.readers.pickles.names import Globals
from compiler.readers.pickles.window import Window

MAX_PICKLE = 64 << 20
"""Bytes of data.pkl, which holds a few dozen a tensor: torch loads it whole, and nobody has half a million tensors."""


def read_torch(path: Path) -> Pickle:
    """The pickle inside a torch.save file. Raises CompilerError (MF203, MF204, MF206)."""
    with open_archive(path) as archive:
        return read_data(archive, path)


def read_data(archive: zipfile.ZipFile, path: Path, *, torchscript: bool = False, member: str = "data.pkl") -> Pickle:
    """A pickle of an open archive, as torch.load or, with `torchscript`, torch.jit.load reads it."""
    folder = folder_of(archive, path)
    data = read_member(archive, f"{folder}/{member}", MAX_PICKLE)
    machine = Machine(Window(data), Globals(index="torch", torchscript=torchscript), Usage(), persistent=True)
    value = run(machine, path)
    if machine.position != len(data):
        raise refusal(path, Denied("there is more data after its end"), machine.offset)
    return make_pickle(machine, value)


def folder_of(archive: zipfile.ZipFile, path: Path) -> str:
    """The folder of the archive: torch takes the first member's, so every member must lie in it, and none twice.

    Raises CompilerError MF203 for an archive of which two readers could find different members.
    """
    names = archive.namelist()
    folder = names[0].split("/", 1)[0] if names else ""
    if not all(name.startswith(folder + "/") for name in names):
        raise damaged(path, "its members lie in several folders")
    check_unique(names, path)
    return folder


def check_unique(names: list[str], path: Path) -> None:
    """Raises CompilerError MF203 for a member that is there twice; PyTorch does not tell upper from lower case."""
    if len({name.lower() for name in names}) != len(names):
        raise damaged(path, "a member is listed twice")
