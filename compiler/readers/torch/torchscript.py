"""The code of a TorchScript archive, as far as it says what the model's `forward` takes.

It is TorchScript, not Python: PyTorch's own interpreter runs it.
"""

from __future__ import annotations

import re
import zipfile

from compiler.readers.containers.archive import read_member

MAX_CODE = 16 << 20
# The first object of data.pkl: module path under __torch__, class name.
ROOT = re.compile(rb"c__torch__\.?([\w.]*)\n(\w+)\n")


def forward_arguments(archive: zipfile.ZipFile) -> tuple[str, ...]:
    """The arguments of the root module's `forward` with their types (`x: Tensor`); () where the code is not found.

    Raises CompilerError MF203 when a member is damaged.
    """
    names = archive.namelist()
    data = next((name for name in names if name.endswith("data.pkl")), None)
    root = ROOT.search(read_member(archive, data, 4096, whole=False)) if data else None
    if data is None or root is None:
        return ()
    module, name = root[1].decode(), root[2].decode()
    path = data.removesuffix("data.pkl") + "/".join(["code", "__torch__", *filter(None, module.split("."))]) + ".py"
    code = read_member(archive, path, MAX_CODE).decode("utf-8", "replace") if path in names else ""
    begin = re.search(rf"^class {name}\(", code, re.MULTILINE)
    forward = re.search(r"def forward\(([^)]*)\)", code[begin.end() :]) if begin else None
    parts = re.split(r",\s*(?=\w+\s*:)", forward[1]) if forward else []
    return tuple(" ".join(part.split()) for part in parts[1:])
