"""Hostile files that are cut differently by different readers, wrapped, or greedy."""

from __future__ import annotations

import bz2
import gzip
import lzma
import pickle
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import lz4.frame
from hostile_parts import P2, P3, P4, Case, call, dtype, evil, name, short, text, wrapper, zipped


def confused(canary: str) -> Iterator[tuple[str, Case]]:
    """Streams that different readers cut into opcodes, arrays or memo entries differently."""
    nested, hidden = P2 + evil(canary) + b".", b"0" + evil(canary)
    yield (
        "memo overwritten",
        (
            P3 + text("numpy") + b"q\x000" + name("os", "system") + b"q\x00" + text(f"touch {canary}") + b"\x85R.",
            "pickle",
        ),
    )
    yield "memo index far out", (P3 + b"}r\xff\xff\xff\x7f.", "none")
    yield "memo with a hole", (P4 + short("a") + b"q\x01" + short("b") + b"\x94.", "none")
    yield "float64 that claims objects", (P3 + wrapper(dtype("f8", flags=63)) + nested + b".", "joblib")
    yield "object array", (P3 + wrapper(dtype("O8", flags=63, order="|")) + nested + b".", "joblib")
    yield (
        "record that hides objects",
        (
            P3
            + wrapper(
                dtype(
                    "V8",
                    size=8,
                    fields=text("a") + b"\x85}" + text("a") + dtype("O8", flags=63, order="|") + b"K\x00\x86s",
                    order="|",
                )
            )
            + b"\0" * 8
            + b".",
            "none",
        ),
    )
    yield (
        "record with a field outside",
        (
            P3
            + wrapper(
                dtype("V8", size=8, fields=text("a") + b"\x85}" + text("a") + dtype("f8") + b"K\x64\x86s", order="|")
            )
            + b"\0" * 8
            + b".",
            "none",
        ),
    )
    yield (
        "shape whose product wraps to 0",
        (
            P3 + wrapper(dtype("f8"), b"\x8a\x05\0\0\0\0\x01\x8a\x05\0\0\0\0\x01\x86") + hidden + b"." + b"\0" * 64,
            "none",
        ),
    )
    yield "negative shape", (P3 + wrapper(dtype("f8"), b"J\xff\xff\xff\xff\x85") + hidden + b".", "none")
    yield (
        "shape of floats",
        (P3 + wrapper(dtype("f8"), b"G" + struct.pack(">d", 1.0) + b"\x85") + hidden + b".", "none"),
    )
    yield "two item sizes", (P3 + wrapper(dtype("S4", size=400)) + hidden + b"." + b"\0" * 400, "none")
    yield (
        "item size of a number",
        (P3 + wrapper(dtype("f8", size=400)) + b"\0" * 8 + hidden + b"." + b"\0" * 400, "joblib"),
    )
    yield "dtype that is no dtype", (P3 + wrapper(text("f8")) + hidden + b"." + b"\0" * 8, "none")
    yield (
        "dtype built twice",
        (
            P3
            + wrapper(dtype("f8") + b"(K\x03" + text("<") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3ftb")
            + nested
            + b".",
            "joblib",
        ),
    )
    yield (
        "wrapper of another class",
        (P3 + wrapper(dtype("f8"), subclass=name("os", "system")) + b"\0" * 8 + b".", "none"),
    )
    yield (
        "wrapper with a key twice",
        (P3 + wrapper(dtype("f8"), extra=text("dtype") + dtype("f4")) + b"\0" * 4 + hidden + b".", "none"),
    )
    array = call("numpy._core.multiarray", "_reconstruct", name("numpy", "ndarray"), b"K\x00\x85", b"C\x01b")
    objects, eight = dtype("O8", flags=63, order="|"), b"C\x08" + b"A" * 8
    yield "bytes for pointers", (P3 + array + b"(K\x01K\x01\x85" + objects + b"\x89" + eight + b"tb.", "none")
    pointers = dtype("O8", flags=1, order="|")
    yield "bytes for pointers by flags", (P3 + array + b"(K\x01K\x01\x85" + pointers + b"\x89" + eight + b"tb.", "none")
    for alignment in (0, 3, -1):
        letters = dtype("S1", size=1, order="|", alignment=alignment)
        yield (
            f"text aligned to {alignment}",
            (P3 + array + b"(K\x01K\x08\x85" + letters + b"\x89" + eight + b"tb.", "none"),
        )
    yield "fewer objects than the shape", (P3 + array + b"(K\x01K\x63\x85" + objects + b"\x89](NNetb.", "none")
    yield "array state of four", (P3 + array + b"(K\x01\x85" + objects + b"\x89](Netb.", "none")
    body = wrapper(dtype("f8"))
    frame = P4 + b"\x95" + struct.pack("<Q", len(body) + len(hidden) + 1) + body
    yield "array bytes inside a frame", (frame + hidden.ljust(8, b"N") + b"." + b"\0" * 8, "joblib")
    yield "STOP inside a frame", (P4 + b"\x95" + struct.pack("<Q", 100) + b"}." + b"\0" * 98, "none")
    yield (
        "frame inside a frame",
        (P4 + b"\x95" + struct.pack("<Q", 11) + b"\x95" + struct.pack("<Q", 2) + b"}.", "none"),
    )
    yield (
        "array where joblib reads none",
        (P3 + wrapper(dtype("O8", flags=63, order="|")) + P3 + wrapper(dtype("f8")) + hidden + b"." + b".", "joblib"),
    )


def wrapped(canary: str) -> Iterator[tuple[str, Case]]:
    """The same payload behind compression and inside archives."""
    plain = P3 + evil(canary) + b"."
    for codec, squeeze in (
        ("zlib", zlib.compress), ("gzip", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress),
        ("lzma", lambda data: lzma.compress(data, lzma.FORMAT_ALONE)), ("lz4", lz4.frame.compress),
    ):  # fmt: skip
        yield f"{codec} compressed", (squeeze(plain), "joblib")
    yield "gzip in two members", (gzip.compress(plain[:9]) + gzip.compress(plain[9:]), "none")
    yield "torch zip", (zipped({"m/data.pkl": P2 + evil(canary) + b".", "m/version": b"3\n"}), "torch")
    magic, protocol = pickle.dumps(0x1950A86A20F9469CFC6C, 2), pickle.dumps(1001, 2)
    parts = [magic, protocol, pickle.dumps({}, 2), pickle.dumps({}, 2), pickle.dumps([], 2)]
    for number in range(5):
        bad = parts.copy()
        bad[number] = P2 + evil(canary) + b"0" + parts[number][2:]
        yield f"torch before 1.6, pickle {number + 1}", (b"".join(bad), "torch" if number else "none")
    yield "TorchScript", (zipped({"m/data.pkl": P2 + evil(canary) + b".", "m/constants.pkl": P2 + b")."}), "none")
    node = '{"__loader__": "FunctionNode", "__module__": "os", "__class__": "system"}'
    yield "skops", (zipped({"schema.json": node.encode()}), "none")
    state = text("_parse_arg_template") + text(f"open({canary!r}, 'w').close()")
    yield (
        "scipy distribution whose state is code",
        (P3 + name("scipy.stats._continuous_distns", "norm_gen") + b")\x81}(" + state + b"ub.", "none"),
    )


def greedy() -> Iterator[tuple[str, Case]]:
    """Files that want time or memory."""
    laughs = b"".join(
        b"]q" + bytes([n]) + b"(" + b"h" + bytes([n - 1]) + (b"h" + bytes([n - 1])) * 9 + b"e" for n in range(1, 200)
    )
    yield "billion laughs", (P3 + b"]q\x00" + laughs + b".", "none")
    yield "deep lists", (P3 + b"](" * 400_000 + b"e" * 400_000 + b".", "none")
    yield "deep tuples", (P3 + b")" + b"\x85" * 3_000_000 + b".", "none")
    yield "marks", (P3 + b"(" * 3_000_000 + b".", "none")
    yield "values", (P3 + b"N" * 3_000_000 + b".", "none")
    yield "texts", (P3 + (text("x" * 1000)) * 20_000 + b".", "none")
    yield (
        "colliding keys",
        (
            P3
            + b"}("
            + b"".join(b"\x8a\x0a" + (n * ((1 << 61) - 1)).to_bytes(10, "little") + b"N" for n in range(100_000))
            + b"u.",
            "none",
        ),
    )
    yield "long integer", (P3 + b"\x8b" + struct.pack("<i", 4_000_000) + b"\x7f" * 4_000_000 + b".", "none")
    yield "integer of digits", (b"(lp0\nI" + b"9" * 60_000 + b"\na.", "none")
    for label, opcode, width in (
        ("BINUNICODE8", b"\x8d", "<Q"),
        ("BINBYTES8", b"\x8e", "<Q"),
        ("BYTEARRAY8", b"\x96", "<Q"),
        ("BINBYTES", b"B", "<I"),
        ("LONG4", b"\x8b", "<i"),
    ):
        yield f"{label} longer than the file", (P4 + opcode + struct.pack(width, 0x7FFFFFF0) + b"x.", "none")
    yield "negative length", (P3 + b"T\xff\xff\xff\xff.", "none")
    yield "line without end", (b"c" + b"a" * 500_000, "none")
    yield "names", (P3 + b"".join(name("pkg", f"n{n}") + b"0" for n in range(20_000)) + b"N.", "none")
    nest = wrapper(dtype("O8", flags=63, order="|"))
    yield "arrays in arrays", ((P3 + nest) * 3_000 + b".", "none")
    yield "huge array", (P3 + wrapper(dtype("f8"), b"\x8a\x05\0\0\0\0\x10\x85") + b".", "none")
    yield "zlib bomb", (_bomb(zlib.compressobj(1)), "none")
    yield "xz bomb", (_bomb(lzma.LZMACompressor(preset=0)), "none")
    yield "bz2 bomb", (_bomb(bz2.BZ2Compressor()), "none")


def _bomb(compressor: Any) -> bytes:
    """A bytes value of 320 MiB in a few KiB."""
    squeeze = compressor.compress
    parts = [squeeze(P4 + b"\x8e" + struct.pack("<Q", 320 << 20))]
    parts += [squeeze(b"\0" * (1 << 20)) for _ in range(320)]
    return b"".join([*parts, squeeze(b"."), compressor.flush()])
