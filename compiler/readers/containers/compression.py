"""Whole-file compression as joblib and XGBoost use it, told by magic bytes and inflated in bounded pieces."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from compiler.diagnostics import SourceRange, failure

# zlib's second byte tells the level; the four below are all that zlib writes with a 32 KiB window.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"\x78\x01", "zlib"),
    (b"\x78\x5e", "zlib"),
    (b"\x78\x9c", "zlib"),
    (b"\x78\xda", "zlib"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x5d\x00\x00", "lzma"),
    (b"\x04\x22\x4d\x18", "lz4"),
)
# The module of the standard library (or the optional one) that inflates each codec.
_MODULES = {"gzip": "gzip", "zlib": "zlib", "bz2": "bz2", "xz": "lzma", "lzma": "lzma", "lz4": "lz4.frame"}


def codec_of(head: bytes) -> str | None:
    """The compression of a file that begins with `head`: gzip, zlib, bz2, xz, lzma, lz4 or None."""
    return next((codec for magic, codec in _MAGIC if head.startswith(magic)), None)


class _ZlibFile:
    """A bare zlib stream as a readable file: the standard library has one only for gzip."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._inflater = importlib.import_module("zlib").decompressobj()

    def read(self, size: int) -> bytes:
        """At most `size` inflated bytes; b"" at the end. Raises EOFError when the stream is cut short."""
        while not self._inflater.eof:
            data = self._inflater.unconsumed_tail or self._raw.read(65536)
            if not data:
                raise EOFError("compressed stream ends too early")
            if piece := self._inflater.decompress(data, size):
                return cast("bytes", piece)
        return b""


def _inflater(raw: IO[bytes], codec: str) -> Any:
    module = importlib.import_module(_MODULES[codec])
    if codec == "zlib":
        return _ZlibFile(raw)
    opener = {"gzip": "GzipFile", "bz2": "BZ2File", "xz": "LZMAFile", "lzma": "LZMAFile", "lz4": "LZ4FrameFile"}[codec]
    return getattr(module, opener)(fileobj=raw) if codec == "gzip" else getattr(module, opener)(raw)


def _damage(codec: str) -> tuple[type[Exception], ...]:
    """What each inflater raises on bytes that are not what their magic promised."""
    base: tuple[type[Exception], ...] = (EOFError, OSError, ValueError)
    if codec in {"zlib", "gzip"}:
        return (*base, importlib.import_module("zlib").error)
    if codec in {"xz", "lzma"}:
        return (*base, importlib.import_module("lzma").LZMAError)
    return (*base, RuntimeError)  # lz4


class Inflater:
    """Reads inflated bytes piece by piece; every failure is a `CompilerError` MF203."""

    def __init__(self, stream: Any, codec: str, path: Path) -> None:
        self._stream = stream
        self._codec = codec
        self._path = path
        self._errors = _damage(codec)

    def read(self, size: int) -> bytes:
        """At most `size` inflated bytes, fewer only at the end. Raises CompilerError (MF203) on damage."""
        pieces = []
        try:
            while size > 0 and (piece := self._stream.read(min(size, 1 << 20))):
                pieces.append(piece)
                size -= len(piece)
        except self._errors as error:
            raise failure(
                "MF203",
                f"the {self._codec} compression is damaged: {error}",
                where=SourceRange(str(self._path)),
                hint="save the model again, or fetch the file again",
            ) from error
        return b"".join(pieces)


@contextmanager
def inflated(path: Path, codec: str) -> Iterator[Inflater]:
    """Open a compressed file. Raises CompilerError: MF205 without the lz4 package, MF203 on damage while reading."""
    try:
        importlib.import_module(_MODULES[codec])
    except ImportError:
        raise failure(
            "MF205",
            f"the file is {codec}-compressed, and the Python package for that is not installed",
            where=SourceRange(str(path)),
            hint="pip install lz4" if codec == "lz4" else "use a Python that was built with it, or save without it",
        ) from None
    with path.open("rb") as raw:
        yield Inflater(_inflater(raw, codec), codec, path)
