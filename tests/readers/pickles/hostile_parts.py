"""Pieces of pickles, put together opcode by opcode, for the hostile files."""

from __future__ import annotations

import io
import struct
import zipfile

Case = tuple[bytes, str]
P2, P3, P4 = b"\x80\x02", b"\x80\x03", b"\x80\x04"


def name(module: str, attribute: str) -> bytes:
    return f"c{module}\n{attribute}\n".encode()


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def short(value: str) -> bytes:
    return b"\x8c" + bytes([len(value.encode())]) + value.encode()


def call(module: str, attribute: str, *arguments: bytes) -> bytes:
    return name(module, attribute) + b"(" + b"".join(arguments) + b"tR"


def evil(canary: str) -> bytes:
    """os.system in protocol 2, without STOP."""
    return call("os", "system", text(f"touch {canary}"))


def wrapper(
    dtype: bytes, shape: bytes = b"K\x01\x85", subclass: bytes = name("numpy", "ndarray"), extra: bytes = b""
) -> bytes:
    """joblib's array wrapper up to its BUILD; array bytes come next."""
    fields = text("subclass") + subclass + text("shape") + shape + text("order") + text("C")
    fields += text("dtype") + dtype + text("allow_mmap") + b"\x89" + extra
    return name("joblib.numpy_pickle", "NumpyArrayWrapper") + b")\x81}(" + fields + b"ub"


def dtype(
    code: str, *, size: int = -1, flags: int = 0, fields: bytes = b"NN", order: str = "<", alignment: int = -1
) -> bytes:
    state = b"(K\x03" + text(order) + b"N" + fields + b"J" + struct.pack("<i", size)
    state += b"J" + struct.pack("<i", alignment)
    return call("numpy", "dtype", text(code), b"\x89", b"\x88") + state + b"K" + bytes([flags]) + b"tb"


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return buffer.getvalue()
