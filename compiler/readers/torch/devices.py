"""Devices that PyTorch's programs ask for by name: in the code of TorchScript, and in the graph of `torch.export`.

`map_location` moves the weights and leaves these alone.
"""

from __future__ import annotations

import re
import zipfile

from compiler.ir import Json
from compiler.readers.containers.archive import read_member

MAX_CODE = 16 << 20
_IN_CODE = re.compile(rb'"((?:cuda|xpu|hip|mps)(?::\d+)?)"|torch\.(cuda)\(')
_IN_GRAPH = re.compile(rb'"type":\s*"(cuda|xpu|hip|mps)"')


def script_devices(archive: zipfile.ZipFile) -> dict[str, Json]:
    """`{"devices": [...]}` of a TorchScript archive whose code names other devices than the CPU, else nothing.

    Raises CompilerError MF203 when a member is damaged.
    """
    code = (name for name in archive.namelist() if "/code/" in name and name.endswith(".py"))
    return _devices(_IN_CODE, *(read_member(archive, name, MAX_CODE, whole=False) for name in code))


def program_devices(program: bytes) -> dict[str, Json]:
    """The same of an exported program's JSON, which loads on no other device."""
    found = _devices(_IN_GRAPH, program)
    return {**found, "loads_only_there": True} if found else {}


def _devices(pattern: re.Pattern[bytes], *texts: bytes) -> dict[str, Json]:
    groups = (match.groups() for text in texts for match in pattern.finditer(text))
    names: list[Json] = [*sorted({group.decode() for found in groups for group in found if group})]
    return {"devices": names} if names else {}
