"""What a model file is, told by its content alone: magic bytes, zip members, folder structure. Names mean nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.diagnostics import CompilerError
from compiler.readers.containers.compression import codec_of, inflated
from compiler.readers.containers.wire import is_onnx
from compiler.readers.xgboost.binary import is_xgboost_binary

if TYPE_CHECKING:
    import zipfile

UNKNOWN = "unknown"
_HEAD = 4096
_PROTOCOLS = b"\x02\x03\x04\x05"
# torch.save before 1.6 begins with this number as a pickle of its own (torch.serialization.MAGIC_NUMBER).
_TORCH_MAGIC = bytes.fromhex("6cfc9c46f9206aa85019")
_XGBOOST_KEYS = re.compile(rb'"(learner|version|Config|Model)"\s*:')
# Protocols 0 and 1 have no header; these are the openings of objects, containers and numpy scalars.
_TEXT_PICKLE = re.compile(
    rb"\A(?:c[\w.]+\n[\w.]+\n|\(?[cio][\w.]+\n[\w.]+\n|\((?:lp|dp|tp?)\d*\n?|\(?S'[^\n]*'\n"
    rb"|[\]})](?:q[\x00\x01]|r\x00{4}|\(|\.\Z))",
    re.DOTALL,
)


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


def _is_pickle(sample: Sample) -> bool:
    head = sample.head
    return (head[:1] == b"\x80" and head[1:2] in _PROTOCOLS) or bool(_TEXT_PICKLE.match(head))


def _is_safetensors(sample: Sample) -> bool:
    length = int.from_bytes(sample.head[:8], "little")
    return sample.codec is None and sample.head[8:9] == b"{" and 2 <= length <= sample.path.stat().st_size - 8


def _is_xgboost_json(sample: Sample) -> bool:
    head = sample.head.lstrip()
    return head.startswith(b"{") and bool(_XGBOOST_KEYS.match(head[1:].lstrip()))


def _is_xgboost_ubj(sample: Sample) -> bool:
    head = sample.head
    if head[:2] == b"{L":  # an object whose first key's length is an int64; XGBoost writes the keys sorted
        return head[10:].startswith((b"learner", b"Config", b"Model", b"version"))
    return bool(re.match(rb"\{[iU][\x05-\x07](learner|Config|Model|version)", head))


# Read from top to bottom: the first that fits decides, so the narrower test stands above the wider.
_DIRECTORIES: tuple[tuple[str, Callable[[Sample], bool]], ...] = (
    ("savedmodel", lambda s: s.has("saved_model.pb")),
    ("spark", lambda s: s.has("metadata", "stages") or any(s.path.glob("metadata/part-*"))),
)
_FILES: tuple[tuple[str, Callable[[Sample], bool]], ...] = (
    ("skops", lambda s: s.has("schema.json")),
    ("keras", lambda s: s.has("config.json", "metadata.json")),
    ("torch-export", lambda s: s.has("models/model.json") or s.has("serialized_exported_program.json")),
    ("torchscript", lambda s: s.has("data.pkl", "constants.pkl")),
    ("torch", lambda s: s.has("data.pkl")),
    ("torch-legacy", lambda s: s.head[2:14] == b"\x8a\x0a" + _TORCH_MAGIC),
    ("h5", lambda s: s.head.startswith(b"\x89HDF\r\n\x1a\n")),
    ("xgboost-ubj", _is_xgboost_ubj),
    ("xgboost-json", _is_xgboost_json),
    ("xgboost-binary", lambda s: is_xgboost_binary(s.head)),
    ("lightgbm-text", lambda s: bool(re.match(rb"tree\r?\nversion=", s.head))),
    ("joblib-old", lambda s: s.head.startswith(b"ZF")),
    ("safetensors", _is_safetensors),
    ("pickle", _is_pickle),
    ("onnx", lambda s: s.codec is None and is_onnx(s.path)),
)

FORMATS = frozenset(name for name, _ in (*_DIRECTORIES, *_FILES)) | {UNKNOWN}
"""Every name that `sniff` gives."""


def sniff(path: Path) -> str:
    """The format of a model file or directory by its content; "unknown" when it is none that we read.

    Compressed files are told by what they hold: a compressed pickle is "pickle" too. Raises CompilerError: MF203 when a
    zip or compressed file is damaged, MF205 when the inflater is not installed, MF206 when a zip lists too much.
    """
    if path.is_dir():
        directory = Sample(path, b"", None)
        return next((name for name, fits in _DIRECTORIES if fits(directory)), UNKNOWN)
    sample = read_sample(path)
    return next((name for name, fits in _FILES if fits(sample)), UNKNOWN)


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
