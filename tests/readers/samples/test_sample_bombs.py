"""Samples of a few megabytes made to cost far more: each is read, in part or whole, or ends in a diagnostic."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

READ = """
import sys, time
from pathlib import Path
from compiler.diagnostics import CompilerError
from compiler.readers.samples import read_table
started = time.process_time()
try:
    read_table(Path(sys.argv[1]))
    print("read", end=" ")
except CompilerError as error:
    print(error.diagnostics[0].code, end=" ")
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(time.process_time() - started, int(peak.split()[1]) >> 10)
"""
SECONDS, MEGABYTES, SIZE = 10, 300, 3 << 20
ANSWERS = {"read", *(f"MF30{number}" for number in range(1, 9)), "MF313"}


def npy(header: str, data: bytes = b"") -> bytes:
    return b"\x93NUMPY\x02\x00" + struct.pack("<I", len(header)) + header.encode() + data


def array(shape: str, dtype: str = "<f8", data: bytes = b"", fortran: bool = False) -> bytes:
    return npy(f"{{'descr': '{dtype}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n", data)


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def npy_files() -> dict[str, bytes]:
    return {
        "count.npy": array(f"({2**62},)"),
        "product.npy": array("(4294967296, 4294967296)"),
        "axes.npy": array("(" + "1," * 200_000 + ")", data=bytes(8)),
        "nothing.npy": array(f"({2**40}, 0)"),
        "brackets.npy": npy("(" * SIZE),
        "digits.npy": array("(" + "9" * 1_000_000 + ",)"),
        "wide.npy": array("(1,)", "<U700000", bytes(2_800_000)),
        "empty-text.npy": array(f"({2**40},)", "<U0"),
        "fields.npy": array("(1,)").replace(b"'<f8'", b"[" + b"('a','<f8')," * 100_000 + b"]"),
        "columns.npy": array("(1, 390000)", data=bytes(SIZE), fortran=True),
    }


def npz_files() -> dict[str, bytes]:
    return {
        "count.npz": zipped({"a.npy": array(f"({2**62},)")}),
        "zeros.npz": zipped({"a.npy": array("(30000000,)", data=bytes(240_000_000))}),
        "members.npz": zipped({f"{number}.npy": array("(1,)", data=bytes(8)) for number in range(20_000)}),
    }


def text_files() -> dict[str, bytes]:
    return {
        "commas.csv": b"," * SIZE,
        "names.csv": b"a," * (SIZE // 2) + b"b\n1",
        "quotes.csv": b'"' * SIZE,
        "lines.csv": b"a\n" + b"1\n" * (SIZE // 2),
        "deep.json": b"[" * SIZE,
        "lists.json": b"[" + b"[]," * (SIZE // 3) + b"[]]",
        "objects.json": b"[" + b"{}," * (SIZE // 3) + b"{}]",
        "keys.json": json.dumps([{str(number): 1 for number in range(250_000)}]).encode(),
        "digits.json": b"[" + b"9" * SIZE + b"]",
        "exponent.json": b'[{"a": 1e999999999}]',
    }


def parquet_files() -> dict[str, bytes]:
    one = pa.DictionaryArray.from_arrays(pa.array([0] * 200_000, pa.int32()), pa.array(["x" * 1_000_000]))
    row = pa.ListArray.from_arrays(pa.array([0, 30_000_000], pa.int32()), pa.array([0.0] * 30_000_000))
    deep, kind = 1.0, pa.float64()
    for _ in range(60):
        deep, kind = [deep], pa.list_(kind)
    return {
        "category.parquet": _parquet(one),
        "text.parquet": _parquet(pa.array(["x" * 1_000_000] * 300)),
        "row.parquet": _parquet(row),
        "zeros.parquet": _parquet(pa.array([0.0] * 30_000_000)),
        "deep.parquet": _parquet(pa.array([deep], kind)),
    }


def _parquet(column: pa.Array) -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(pa.table({"a": column}), buffer, compression="zstd")
    return buffer.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("maker", [npy_files, npz_files, text_files, parquet_files])
def test_samples_are_bounded(maker, tmp_path: Path) -> None:
    dear = []
    for name, content in maker().items():
        assert len(content) < 8 << 20, name
        path = tmp_path / name
        path.write_bytes(content)
        run = subprocess.run([sys.executable, "-c", READ, path], capture_output=True, text=True, check=False)
        assert run.returncode == 0, (name, run.stderr[-2000:])
        answer, seconds, megabytes = run.stdout.split()
        if answer not in ANSWERS or float(seconds) >= SECONDS or int(megabytes) >= MEGABYTES:
            dear.append((name, answer, seconds, megabytes))
    assert dear == []
