"""The text attributes of an HDF5 file's root group, which is where Keras keeps its configuration.

Source: HDF5 File Format Specification 3.0. Read are superblocks 0 to 3, both object header forms and attribute messages
1 to 3 with scalar strings; a file that keeps its attributes in dense storage (never seen from Keras) has none here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from compiler.readers.containers.mapped import BadContentError

MAGIC = b"\x89HDF\r\n\x1a\n"
ATTRIBUTE, CONTINUATION = 0x0C, 0x10
MAX_MESSAGES = 10_000
STRING, VARIABLE = 3, 9


@dataclass(frozen=True, slots=True)
class H5File:
    """The bytes of a file with checked access."""

    data: memoryview

    def take(self, at: int, count: int) -> memoryview:
        """`count` bytes at offset `at`."""
        if at < 0 or count < 0 or at + count > len(self.data):
            raise BadContentError(f"it ends before byte {at + count}")
        return self.data[at : at + count]

    def number(self, at: int, size: int) -> int:
        """A little-endian number of `size` bytes at offset `at`."""
        return int.from_bytes(self.take(at, size), "little")


def root_attributes(data: memoryview) -> dict[str, str]:
    """Name and text of every scalar string attribute of the root group; raises `BadContentError`."""
    file = H5File(data)
    found: dict[str, str | None] = {}
    for message in messages(file, root_header(file)):
        if message.kind == ATTRIBUTE:
            name, value = _attribute(file, message.body)
            if name in found:
                raise BadContentError(f"its root has two attributes called '{name:.80}'")
            found[name] = value
    return {name: value for name, value in found.items() if value is not None}


def root_header(file: H5File) -> int:
    """The offset of the root group's object header. Raises `BadContentError` for a superblock that Keras never has."""
    if bytes(file.take(0, 8)) != MAGIC:
        raise BadContentError("it is no HDF5 file")
    version = file.number(8, 1)
    sizes, start = (13, {0: 24, 1: 28}.get(version, 0)) if version < 2 else (9, 12)
    if version > 3 or file.number(sizes, 1) != 8 or file.number(sizes + 1, 1) != 8:
        raise BadContentError(f"its superblock (version {version}) is of an unknown kind")
    if file.number(start, 8) != 0:
        raise BadContentError("its addresses do not begin at its first byte")
    end = file.number(start + 16, 8)
    if end > len(file.data):
        raise BadContentError(f"it has {len(file.data):,} bytes of {end:,}")
    # Old: base, free space, end, driver, then the root's entry (name, header). New: base, extension, end, header.
    return file.number(start + (40 if version < 2 else 24), 8)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of an object's header."""

    kind: int
    shared: bool
    """Whether the body only says where the message is."""
    body: memoryview


def messages(file: H5File, header: int) -> Iterator[Message]:
    """The messages of an object's header, those of its continuations too. Raises `BadContentError`."""
    modern = bytes(file.take(header, 4)) == b"OHDR"
    blocks = [_modern_start(file, header) if modern else (header + 16, file.number(header + 8, 4), False)]
    count = 0
    while blocks:
        at, size, ordered = blocks.pop()
        end = at + size
        prefix = (6 if ordered else 4) if modern else 8
        while at + prefix <= end:
            count += 1
            if count > MAX_MESSAGES:
                raise BadContentError(f"an object of it has more than {MAX_MESSAGES:,} messages")
            kind, length = (
                (file.number(at, 1), file.number(at + 1, 2)) if modern else (file.number(at, 2), file.number(at + 2, 2))
            )
            shared = bool(file.number(at + (3 if modern else 4), 1) & 2)
            body = file.take(at + prefix, length)
            at += prefix + length
            if kind == CONTINUATION:
                if length < 16 or shared:
                    raise BadContentError("a continuation of an object's header leads nowhere")
                offset, size = struct.unpack_from("<QQ", body)
                # A modern block has a signature before its messages and a checksum after them.
                blocks.append((offset + 4, size - 8, ordered) if modern else (offset, size, False))
            else:
                yield Message(kind, shared, body)


def _modern_start(file: H5File, header: int) -> tuple[int, int, bool]:
    flags = file.number(header + 5, 1)
    at = header + 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    width = 1 << (flags & 3)
    return at + width, file.number(at, width), bool(flags & 4)


def _attribute(file: H5File, message: memoryview) -> tuple[str, str | None]:
    """Name and text; the text is None when the attribute is no scalar string."""
    body = H5File(message)
    version, name_size, type_size, space_size = (body.number(at, size) for at, size in ((0, 1), (2, 2), (4, 2), (6, 2)))
    if version not in {1, 2, 3}:
        raise BadContentError(f"an attribute is of unknown version {version}")
    pad = (lambda size: (size + 7) // 8 * 8) if version == 1 else int
    at = 9 if version == 3 else 8
    name = str(body.take(at, name_size), "utf-8", "replace").rstrip("\0")
    type_at = at + pad(name_size)
    space_at = type_at + pad(type_size)
    value_at = space_at + pad(space_size)
    kind, width = body.number(type_at, 1) & 0x0F, body.number(type_at + 4, 4)
    if body.number(space_at + 1, 1) != 0:  # the rank: only scalars are read
        return name, None
    if kind == STRING:
        return name, _text(body.take(value_at, width))
    if kind == VARIABLE and body.number(type_at + 1, 1) & 0x0F == 1:
        length, heap, index = struct.unpack("<IQI", body.take(value_at, 16))
        return name, _text(_heap_object(file, heap, index)[:length])
    return name, None


def _text(raw: memoryview) -> str:
    return str(raw, "utf-8", "replace").rstrip("\0")


def _heap_object(file: H5File, heap: int, index: int) -> memoryview:
    """An object of a global heap collection."""
    if bytes(file.take(heap, 4)) != b"GCOL":
        raise BadContentError(f"there is no heap at byte {heap}")
    at, end = heap + 16, heap + file.number(heap + 8, 8)
    for _ in range(MAX_MESSAGES):
        if at + 16 > end:
            break
        number, size = file.number(at, 2), file.number(at + 8, 8)
        if number == index:
            return file.take(at + 16, size)
        at += 16 + (size + 7) // 8 * 8
    raise BadContentError(f"object {index} is not in the heap at byte {heap}")
