"""Whether every reader of a zip archive sees the same files in it.

A zip archive says twice what it holds: in the directory at its end, and before each file. Readers that go by the one
and readers that go by the other (streams, unpackers, scanners) must not find different things.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import IO

# PKWARE APPNOTE.TXT 6.3.10: 4.3.7, 4.3.9, 4.3.12, 4.3.14 to 4.3.16, 4.6.9
_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_SIGNATURE = b"PK\3\4"
_CENTRAL_SIGNATURE, _CENTRAL_BYTES = b"PK\1\2", 46
_END_SIGNATURE, _END_BYTES = b"PK\5\6", 22
_END_64_SIGNATURE, _END_64_BYTES = b"PK\6\6", 56 + 20
_DESCRIPTORS = (12, 16, 20, 24)
"""Sizes of what may follow a file: CRC and two lengths of 4 or 8 bytes, with or without a signature."""
_STREAMED, _ENCRYPTED, _UTF8 = 1 << 3, 1 << 0, 1 << 11
_UNKNOWN = 0xFFFFFFFF
_UNICODE_PATH = 0x7075


def contradictions(archive: zipfile.ZipFile) -> Iterator[str]:
    """What readers of the archive would disagree on; nothing for an archive as archivers write it.

    Raises `OSError`, and `BadZipFile` where it is cut.
    """
    try:
        yield from _contradictions(archive)
    except struct.error as problem:
        raise zipfile.BadZipFile(str(problem)) from None


def _contradictions(archive: zipfile.ZipFile) -> Iterator[str]:
    file, entries = archive.fp, sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    assert file is not None
    ends = []
    for entry in entries:
        header, name, extra = _local(file, entry)
        yield from _differences(entry, header, name)
        yield from _other_paths(entry, (entry.extra, extra))
        ends.append(entry.header_offset + _LOCAL.size + len(name) + len(extra) + entry.compress_size)
    yield from _gaps(archive, entries, ends)
    yield from _after_directory(file, archive)


def _local(file: IO[bytes], entry: zipfile.ZipInfo) -> tuple[tuple[int, ...], bytes, bytes]:
    """The fields of the header before a file but its signature; its name; its extra fields."""
    file.seek(entry.header_offset)
    signature, *fields = _LOCAL.unpack(file.read(_LOCAL.size))
    if signature != _LOCAL_SIGNATURE:
        raise struct.error("no file where the directory says there is one")
    return tuple(fields), file.read(fields[-2]), file.read(fields[-1])


def _differences(entry: zipfile.ZipInfo, header: tuple[int, ...], name: bytes) -> Iterator[str]:
    _, flags, method, _, _, crc, compressed, size, _, _ = header
    listed = entry.orig_filename
    if name != listed.encode("utf-8" if entry.flag_bits & _UTF8 else "cp437"):
        yield f"'{listed}' is called {name.decode(errors='replace')!r} where the file itself begins"
    if method != entry.compress_type or (flags ^ entry.flag_bits) & (_ENCRYPTED | _UTF8):
        yield f"'{listed}' is described otherwise where the file itself begins"
    if not flags & _STREAMED:
        said = ((crc, entry.CRC), (compressed, entry.compress_size), (size, entry.file_size))
        if any(there not in (here, _UNKNOWN) for there, here in said):
            yield f"'{listed}' has another size or checksum where the file itself begins"


def _other_paths(entry: zipfile.ZipInfo, extras: Iterable[bytes]) -> Iterator[str]:
    """A field that gives the file another name, which some readers prefer."""
    for extra in extras:
        for kind, content in _fields(extra):
            name = content[5:].decode(errors="replace")
            if kind == _UNICODE_PATH and name != entry.orig_filename:
                yield f"'{entry.orig_filename}' is also called {name!r} (unicode path)"


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    while len(extra) >= 4:
        kind, size = struct.unpack("<2H", extra[:4])
        yield kind, extra[4 : 4 + size]
        extra = extra[4 + size :]


def _gaps(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], ends: list[int]) -> Iterator[str]:
    """Bytes that belong to no file: another archive, or a file that the directory leaves out."""
    starts = [entry.header_offset for entry in entries] + [archive.start_dir]
    if starts[0]:
        yield f"{starts[0]:,} bytes come before the archive begins"
    for entry, end, (_, following) in zip(entries, ends, pairwise(starts), strict=True):
        allowed = _DESCRIPTORS if entry.flag_bits & _STREAMED else (0,)
        if following - end not in allowed:
            yield f"{following - end:,} bytes after '{entry.orig_filename}' belong to no file"


def _after_directory(file: IO[bytes], archive: zipfile.ZipFile) -> Iterator[str]:
    """The directory and its end are all that follows the files."""
    file.seek(archive.start_dir)
    rest = file.read()
    place = 0
    while rest[place : place + 4] == _CENTRAL_SIGNATURE:
        place += _CENTRAL_BYTES + sum(struct.unpack_from("<3H", rest, place + 28))
    if rest[place : place + 4] == _END_64_SIGNATURE:
        place += _END_64_BYTES
    comment = rest[place + _END_BYTES :]
    if rest[place : place + 4] != _END_SIGNATURE or len(comment) != struct.unpack_from("<H", rest, place + 20)[0]:
        yield "something stands between the directory of the archive and its end"
    elif _END_SIGNATURE in comment:
        yield "the comment of the archive holds the end of another one"
