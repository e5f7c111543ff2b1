"""An artifact as a zip archive, streamed: its size known before the first byte, memory flat, the same bytes every time.

`zipfile` cannot do this: written to a stream it puts sizes and CRC behind each file (data descriptors), which readers
that go through a stream refuse for stored files (java.util.zip.ZipInputStream: "only DEFLATED entries can have EXT
descriptor"), and it cannot tell the final size ahead, which an upload must declare. So large files are read twice: once
for the CRC that their header needs, once to be sent, and their SHA-256 is compared with the artifact's record.

Format: APPNOTE.TXT 6.3.10 of PKWARE. Entries are stored, dated 1980-01-01, of mode 0644, sorted by UTF-8 path; ZIP64
only where a size, an offset or the number of entries needs it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

from compiler.emit.checked_file import CheckedFile, read_checked
from compiler.emit.tree import ArtifactTree, Content, artifact_tree, size
from compiler.ir import SourceFile

_SMALL = 4 << 20  # bytes: read at once
_MAX32 = 0xFFFFFFFF
_MAX16 = 0xFFFF
_DATE = (0 << 9) | (1 << 5) | 1  # 1980-01-01, the earliest a zip can say
_UTF8_NAME = 1 << 11
_UNIX = 3
_MODE = 0o100644
_PLAIN, _ZIP64 = 20, 45  # version needed to extract

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_END = struct.Struct("<4s4H2LH")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One file of the archive; `offset` is where its local header begins."""

    name: bytes
    size: int
    offset: int
    crc: int = 0

    @property
    def flags(self) -> int:
        return 0 if self.name.isascii() else _UTF8_NAME

    @property
    def local(self) -> bytes:
        """Its local header. The extra field holds both sizes when one does not fit."""
        large = self.size > _MAX32
        extra = struct.pack("<2H2Q", 1, 16, self.size, self.size) if large else b""
        shown = _MAX32 if large else self.size
        version = _ZIP64 if large else _PLAIN
        head = _LOCAL.pack(
            b"PK\3\4", version, self.flags, 0, 0, _DATE, self.crc, shown, shown, len(self.name), len(extra)
        )
        return head + self.name + extra

    @property
    def central(self) -> bytes:
        """Its record in the central directory. The extra field holds, in this order, what does not fit."""
        sizes = [self.size, self.size] if self.size > _MAX32 else []
        wide = sizes + ([self.offset] if self.offset > _MAX32 else [])
        extra = struct.pack(f"<2H{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
        version = _ZIP64 if wide else _PLAIN
        shown, offset = min(self.size, _MAX32), min(self.offset, _MAX32)
        head = _CENTRAL.pack(
            b"PK\1\2",
            *(_UNIX << 8 | version, version, self.flags, 0, 0, _DATE),
            *(self.crc, shown, shown),
            *(len(self.name), len(extra), 0, 0, 0),
            *(_MODE << 16, offset),
        )
        return head + self.name + extra


def zip_size(tree: ArtifactTree) -> int:
    """The exact length in bytes of what `stream_zip` gives for this tree; reads no file."""
    entries = list(_entries(tree))
    start = entries[-1].offset + len(entries[-1].local) + entries[-1].size if entries else 0
    length = sum(len(entry.central) for entry in entries)
    return start + length + len(_end(len(entries), start, length))


def stream_zip(tree: ArtifactTree) -> Iterator[bytes]:
    """The archive in pieces of a few mebibytes at most.

    Raises `CompilerError` (MF505) as soon as a file turns out not to have the size or SHA-256 the tree says; what was
    sent by then is to be thrown away.
    """
    directory, start = [], 0
    for entry, content in zip(_entries(tree), artifact_tree(tree).values(), strict=True):
        known = yield from _file(entry, content)
        directory.append(known.central)
        start = known.offset + len(known.local) + known.size
    central = b"".join(directory)
    yield central + _end(len(directory), start, len(central))


def _file(entry: _Entry, content: Content) -> Generator[bytes, None, _Entry]:
    """One local header with its content; returns the entry with its CRC."""
    if isinstance(content, SourceFile) and content.size > _SMALL:
        with CheckedFile(content) as file:
            known = replace(entry, crc=file.crc)
            yield known.local
            yield from file.pieces()
        return known
    small = content if isinstance(content, bytes) else read_checked(content)
    known = replace(entry, crc=zlib.crc32(small))
    yield known.local
    yield small
    return known


def _entries(tree: ArtifactTree) -> Iterator[_Entry]:
    """The entries without their CRCs, which change no length."""
    offset = 0
    for path, content in artifact_tree(tree).items():
        entry = _Entry(path.encode(), size(content), offset)
        offset += len(entry.local) + entry.size
        yield entry


def _end(count: int, start: int, length: int) -> bytes:
    """The end of central directory, with its ZIP64 forms before it where needed."""
    wide = b""
    if count > _MAX16 or start > _MAX32 or length > _MAX32:
        record = _END64.pack(b"PK\6\6", 44, _UNIX << 8 | _ZIP64, _ZIP64, 0, 0, count, count, length, start)
        wide = record + _LOCATOR64.pack(b"PK\6\7", 0, start + length, 1)
    few = min(count, _MAX16)
    return wide + _END.pack(b"PK\5\6", 0, 0, few, few, min(length, _MAX32), min(start, _MAX32), 0)
