"""The pickles inside a torch.export archive: torch.export.load hands them to torch.load, which runs them if it must.

Sample inputs are always such a pickle; weights and constants are where the archive's configuration says `use_pickle`.
(PyTorch 2.13, torch.export.pt2_archive; releases before 2.8 keep `serialized_*.pt` at the top.)
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from compiler.readers.containers.archive import checked_zip, damaged, read_member
from compiler.readers.pickles import refusal
from compiler.readers.pickles.faults import Denied
from compiler.readers.torch.zip_file import check_unique, read_data

_MAX_CONFIG = 64 << 20
# torch.export.load also opens what AOTInductor compiled, and unpickles constants of this name without any limit.
_COMPILED = re.compile(
    r"(?:^|/)(?:data/aotinductor|data/mtia|data/executorch)/|\.so(?:\.\d+)*$|/opaque_obj_", re.IGNORECASE
)


def judge_embedded(archive: zipfile.ZipFile, path: Path) -> dict[str, str]:
    """Unknown names in the pickles of an export archive, each with the member that it is in.

    Raises CompilerError: MF204 when one is denied or is no torch.save archive, MF203, MF206.
    """
    check_unique(archive.namelist(), path)
    for name in archive.namelist():
        if _COMPILED.search(name):
            text = f"'{name:.200}' is compiled code or a pickle of any object, which loading would run"
            raise refusal(path, Denied(text), archive.getinfo(name).header_offset)
    unknown: dict[str, str] = {}
    for name in sorted({*_pickled(archive, path), *_zipped(archive)}):
        unknown |= dict.fromkeys(_judge(archive, name, path), name)
    return unknown


def _pickled(archive: zipfile.ZipFile, path: Path) -> Iterator[str]:
    for name in archive.namelist():
        if name.endswith(".pt") and archive.getinfo(name).file_size:
            yield name
        elif name.endswith("_config.json") and "/data/" in name:
            yield from _configured(archive, name, path)


def _zipped(archive: zipfile.ZipFile) -> Iterator[str]:
    """Members that are archives themselves, whatever they are called and whatever the configuration says of them."""
    for name in archive.namelist():
        if read_member(archive, name, 4, whole=False) == b"PK\x03\x04" and "/custom_obj" not in f"/{name}":
            yield name


def _configured(archive: zipfile.ZipFile, name: str, path: Path) -> Iterator[str]:
    try:
        entries = json.loads(read_member(archive, name, _MAX_CONFIG))["config"].values()
        used = [entry["path_name"] for entry in entries if entry["use_pickle"] is not False]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise damaged(path, f"'{name}' is not what torch.export writes") from error
    for file in used:
        if not str(file).startswith("custom_obj"):  # read by TorchScript's runtime, which runs no Python
            yield name.rsplit("/", 1)[0] + f"/{file}"


def _judge(archive: zipfile.ZipFile, name: str, path: Path) -> tuple[str, ...]:
    if name not in archive.NameToInfo:
        raise damaged(path, f"'{name}' is missing from the zip file")
    try:
        return _judge_member(archive, archive.getinfo(name), path)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise damaged(path, f"'{name}' cannot be read: {error}") from error


def _judge_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> tuple[str, ...]:
    with archive.open(info) as member:
        if info.compress_type != zipfile.ZIP_STORED or member.read(4) != b"PK\x03\x04":
            raise refusal(path, Denied(f"'{info.filename}' is not what torch.save writes"), info.header_offset)
        return read_data(checked_zip(member, info.file_size, path), path).unknown
