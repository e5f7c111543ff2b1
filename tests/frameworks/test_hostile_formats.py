"""Files made to use up time or memory: each ends in a diagnostic, quickly, in a process that stays small."""

from __future__ import annotations

import gzip
import json
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from testing.paths import OLD_MODELS

OLD = OLD_MODELS
READ = """
import sys, time
from pathlib import Path
from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model
started = time.process_time()
try:
    inspect_model(Path(sys.argv[1]))
except CompilerError as error:
    print(error.diagnostics[0].code, end=" ")
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(time.process_time() - started, int(peak.split()[1]) >> 10)
"""
UBJ = b"{L" + struct.pack(">q", 7) + b"learner"
HEADER = b'{"learner":'


def looping_h5() -> bytes:
    """The root group's first message becomes a continuation that points at itself."""
    content = bytearray((OLD / "tensorflow" / "sequential-keras2.h5").read_bytes())
    header = int.from_bytes(content[64:72], "little")
    struct.pack_into("<HHB3xQQ", content, header + 16, 0x10, 16, 0, header + 16, 24)
    return bytes(content)


def keras(config: bytes, folder: Path) -> bytes:
    with zipfile.ZipFile(folder / "m.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", config)
        archive.writestr("metadata.json", "{}")
    return (folder / "m.zip").read_bytes()


def onnx_field(number: int, data: bytes) -> bytes:
    length = len(data)
    size = bytearray()
    while length > 0x7F:
        size.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes([number << 3 | 2]) + bytes(size) + bytes([length]) + data


def hostile(folder: Path) -> dict[str, bytes]:
    model = b"\x08\x0a" + onnx_field(2, b"x")
    exported = json.dumps({"weight": {"dtype": "F32", "shape": [2**62] * 40, "data_offsets": [0, 0]}}).encode()
    return {
        "ubj deep": UBJ + b"[" * 1_000_000,
        "ubj many": UBJ + b"[" + b"[]" * 4_000_000,
        "ubj nothings": UBJ + b"[" + b"N" * 8_000_000,
        "ubj huge count": UBJ + b"[$Z#L" + struct.pack(">q", 2**62),
        "ubj negative": UBJ + b"SL" + struct.pack(">q", -1),
        "ubj huge text": UBJ + b"SL" + struct.pack(">q", 2**62) + b"x",
        "json deep": HEADER + b"[" * 4_000_000,
        "json many": HEADER + b"[" + b"[]," * 1_390_000,
        "json mappings": HEADER + b"[" + b"{}," * 2_700_000,
        "json gzip bomb": gzip.compress(HEADER + b" " * 200_000_000),
        "lightgbm endless header": b"tree\nversion=v4\n" + b"a" * 20_000_000,
        "h5 loop": looping_h5(),
        "keras deep": keras(b'{"a":' * 200_000, folder),
        "keras many": keras(b'{"a":[' + b"{}," * 9_000_000, folder),
        "onnx many": model + onnx_field(7, b"\x10\x00" * 9_000_000),
        "onnx deep names": model + onnx_field(7, onnx_field(1, b"\x22\x00" * 4_500_000) * 2),
        "safetensors": struct.pack("<Q", len(exported)) + exported,
        "safetensors many": struct.pack("<Q", 15_000_000) + b'{"a":[' + b"{}," * 5_000_000,
    }


@pytest.mark.slow
def test_hostile_files_are_bounded(tmp_path: Path) -> None:
    for name, content in hostile(tmp_path).items():
        (tmp_path / "m").write_bytes(content)
        run = subprocess.run([sys.executable, "-c", READ, tmp_path / "m"], capture_output=True, text=True, check=False)
        assert run.returncode == 0, (name, run.stderr[-2000:])
        *code, seconds, megabytes = run.stdout.split()
        assert float(seconds) < 20, (name, run.stdout)
        assert int(megabytes) < 200, (name, run.stdout)
        assert "".join(code).startswith("MF20"), (name, run.stdout)
