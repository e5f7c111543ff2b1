"""What a file format is told by: magic bytes, names in a zip file or folder. A file's own name means nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from compiler.diagnostics import CompilerError
from compiler.readers.containers.compression import codec_of, inflated

if TYPE_CHECKING:
    import zipfile

    from compiler.readers.pickles import Pickle

UNKNOWN = "unknown"
"""The name of any other format."""
WEIGHTS = frozenset({"state_dict", "safetensors"})
"""Formats that hold a network's weights, and not the network."""
_HEAD = 4096


class Mark(IntEnum):
    """How telling a format's mark is: where two fit, the lower decides; equal ones are asked in FRAMEWORKS' order."""

    STRUCTURE = 1
    """Names that only this format's folders or zip files have."""
    MEMBER = 2
    """A name in a zip file that another format's extra files may have too."""
    OPENING = 3
    """A beginning of several bytes."""
    HINT = 4
    """A few bytes with which another format may begin by chance."""


class Format(NamedTuple):
    """One format of model files, or of model directories."""

    name: str
    mark: Mark
    fits: Callable[[Sample], bool]
    directory: bool = False
    read_pickle: Callable[[Path], Pickle] | None = None
    """Reads the pickle that a file of this format is or holds; None for a format without one."""


@dataclass(frozen=True)
class Sample:
    """The first bytes of a file (inflated when it is compressed), or a directory."""

    path: Path
    head: bytes
    codec: str | None

    @cached_property
    def members(self) -> frozenset[str]:
        """Names in a zip file, with and without their first folder (PyTorch has one); empty for others."""
        if self.codec or not self.head.startswith(b"PK\x03\x04"):
            return frozenset()
        from compiler.readers.containers.archive import open_archive

        with open_archive(self.path) as archive:
            return frozenset(_names(archive))

    def has(self, *names: str) -> bool:
        """Whether a directory or zip file holds all these."""
        if self.path.is_dir():
            return all((self.path / name).exists() for name in names)
        return all(name in self.members for name in names)


def _names(archive: zipfile.ZipFile) -> set[str]:
    names = set(archive.namelist())
    return names | {name.split("/", 1)[1] for name in names if "/" in name}


def read_sample(path: Path) -> Sample:
    """The first 4 KiB, inflated when the file is compressed; a wrong guess at that counts as "not compressed"."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    codec = codec_of(head)
    if codec is None:
        return Sample(path, head, None)
    try:
        with inflated(path, codec) as stream:
            return Sample(path, stream.read(_HEAD), codec)
    except CompilerError:
        if codec in {"zlib", "lzma"}:  # two and three bytes of magic: easily another file's
            return Sample(path, head, None)
        raise
