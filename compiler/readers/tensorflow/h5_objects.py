"""The groups and datasets of an HDF5 file, and what in them would make HDF5 open another file.

Source: HDF5 File Format Specification 3.0. Groups are followed as Keras's libraries write them: symbol tables (version
1 B-trees) and link messages. What is stored otherwise (dense storage in fractal heaps, shared messages) is reported as
well: no Keras wrote it, and it is not looked into.
"""

from __future__ import annotations

from collections.abc import Iterator

from compiler.readers.containers.mapped import BadContentError
from compiler.readers.tensorflow.h5 import H5File, Message, messages, root_header

MAX_OBJECTS = 500_000
"""Groups, datasets and nodes of their indexes; a large model has some ten thousand."""
_LINK_INFO, _LINK, _EXTERNAL_FILES, _LAYOUT, _SYMBOLS, _ATTRIBUTE_INFO = 0x02, 0x06, 0x07, 0x08, 0x11, 0x15
_JUDGED = frozenset((_LINK_INFO, _LINK, _EXTERNAL_FILES, _LAYOUT, _SYMBOLS, _ATTRIBUTE_INFO))
_UNDEFINED = (1 << 64) - 1
_HARD, _SOFT = 0, 1
_VIRTUAL = 3


def foreign_parts(data: memoryview) -> Iterator[tuple[str, str]]:
    """Path and description of every object that leads outside of the file, or is stored as Keras stores none.

    Raises `BadContentError` where the file is damaged or beyond limits.
    """
    file = H5File(data)
    root = root_header(file)
    cached = _cached_symbols(file)
    waiting = [("", root)]
    seen: set[int] = set()
    while waiting:
        path, header = waiting.pop()
        if header in seen:
            continue
        seen.add(header)
        if len(seen) > MAX_OBJECTS:
            raise BadContentError(f"it has more than {MAX_OBJECTS:,} objects")
        for message in messages(file, header):
            if why := _foreign(message):
                yield path or "/", why
            elif message.kind == _SYMBOLS and header == root and cached not in {b"", bytes(message.body[:16])}:
                yield "/", "its members are listed in two places"
            elif message.kind == _SYMBOLS:
                waiting += [(f"{path}/{name}", at) for name, at in _symbols(file, H5File(message.body), seen)]
            elif message.kind == _LINK:
                name, at = _link(message)
                if at is not None:
                    waiting.append((f"{path}/{name}", at))


def _cached_symbols(file: H5File) -> bytes:
    """Where an old superblock says that the root's B-tree and names are, which HDF5 falls back on; b"" without it.

    The root's entry: name, header, kind of what is cached, four bytes, and that.
    """
    version = file.number(8, 1)
    entry = {0: 56, 1: 60}.get(version)
    return bytes(file.take(entry + 24, 16)) if entry is not None and file.number(entry + 16, 4) == 1 else b""


def _foreign(message: Message) -> str | None:
    """Why a message is reported; None for an ordinary one."""
    if message.kind not in _JUDGED:
        return None
    if message.kind == _EXTERNAL_FILES:
        return "its values lie in another file"
    if message.shared:
        return "it shares its description with another object"
    body = H5File(message.body)
    if message.kind == _LAYOUT and _is_virtual(body):
        return "its values are put together from other files"
    if message.kind == _LINK and _link_kind(body) not in {_HARD, _SOFT}:
        return "it is a link into another file"
    return "it is stored in a way that Keras does not use" if _is_dense(message.kind, body) else None


def _is_virtual(body: H5File) -> bool:
    """Whether a layout is none of compact, contiguous and chunked."""
    version = body.number(0, 1)
    return version > 5 or body.number(1 if version >= 3 else 2, 1) >= _VIRTUAL


def _is_dense(kind: int, body: H5File) -> bool:
    """Whether a group's links, or an object's attributes, are in a heap of their own."""
    if kind not in {_LINK_INFO, _ATTRIBUTE_INFO}:
        return False
    index = 8 if kind == _LINK_INFO else 2
    return body.number(2 + (index if body.number(1, 1) & 1 else 0), 8) != _UNDEFINED


def _link_kind(body: H5File) -> int:
    return body.number(2, 1) if body.number(1, 1) & 8 else _HARD


def _link(message: Message) -> tuple[str, int | None]:
    """Name of a link, and where its object is; None for one by name, which stays in the file."""
    body = H5File(message.body)
    flags = body.number(1, 1)
    at = 2 + bool(flags & 8) + (8 if flags & 4 else 0) + bool(flags & 16)
    width = 1 << (flags & 3)
    length = body.number(at, width)
    name = str(body.take(at + width, length), "utf-8", "replace")
    return name[:80], body.number(at + width + length, 8) if _link_kind(body) == _HARD else None


def _symbols(file: H5File, table: H5File, seen: set[int]) -> Iterator[tuple[str, int]]:
    """Names and headers of a group's members, by its B-tree and its heap of names."""
    heap = table.number(8, 8)
    if bytes(file.take(heap, 4)) != b"HEAP":
        raise BadContentError(f"there are no names at byte {heap:,}")
    names = file.number(heap + 24, 8)
    waiting = [table.number(0, 8)]
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        mark, count = bytes(file.take(at, 4)), file.number(at + 6, 2)
        if len(seen) > MAX_OBJECTS or mark not in {b"TREE", b"SNOD"}:
            raise BadContentError(f"there is no group at byte {at:,}, or one too large")
        if mark == b"TREE":  # after 24 bytes: a key, then child and key in turn
            waiting += [file.number(at + 32 + 16 * number, 8) for number in range(count)]
            continue
        for entry in range(at + 8, at + 8 + 40 * count, 40):
            name, header, kind = file.number(entry, 8), file.number(entry + 8, 8), file.number(entry + 16, 4)
            if kind != 2:  # by name: a link that stays in the file
                yield _name(file, names + name), header


def _name(file: H5File, at: int) -> str:
    raw = bytes(file.data[at : at + 80]) if 0 <= at < len(file.data) else b""
    return str(raw.partition(b"\0")[0], "utf-8", "replace")
