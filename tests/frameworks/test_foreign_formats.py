"""Formats that are not served from: named, with what to do; `spec.model.framework: other` takes them all the same."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model


def _field(number: int, value: bytes) -> bytes:
    tag = number << 3 | 2
    head = bytes([tag]) if tag < 128 else bytes([tag & 127 | 128, tag >> 7])
    return head + bytes([len(value)]) + value


def _zip(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return buffer.getvalue()


def _tar(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        entry = tarfile.TarInfo("model.bin")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def _onnx() -> bytes:
    from onnx import TensorProto, helper

    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 2])
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 2])
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", [value], [out])
    content: bytes = helper.make_model(graph, producer_name="t").SerializeToString()
    return content


CASES = {
    "m.tflite": (lambda: b"\x1c\0\0\0TFL3" + b"\0" * 60, "tflite", "TensorFlow Lite"),
    "frozen.pb": (
        lambda: _field(1, _field(1, b"input") + _field(2, b"Placeholder")) * 2, "graphdef", "saved_model.save",
    ),
    "m.mlmodel": (lambda: b"\x08\x04" + _field(2, _field(1, b"x")) + _field(303, b"\x08\x01"), "core-ml", "Core ML"),
    "m.gguf": (lambda: b"GGUF\x03\0\0\0", "gguf", "container"),
    "m.pmml": (lambda: b'<?xml version="1.0"?>\n<PMML version="4.4"/>', "pmml", "PMML"),
    "m.onnx.gz": (lambda: gzip.compress(_onnx()), "compressed", "decompress"),
    "m.keras.gz": (
        lambda: gzip.compress(_zip(config_dot_json=b"{}", metadata_dot_json=b"{}")), "compressed", "decompress",
    ),
    "keras.zip": (lambda: _zip(model_dot_keras=b"PK"), "zip", "unpack"),
    "deep.zip": (lambda: _zip(a__b__model_dot_onnx=b"\x08"), "zip", "unpack"),
    "m.tar": (lambda: _tar(b"weights"), "tar", "unpack"),
    "package.pt": (
        lambda: _zip(**{"p__.data__extern_modules": b"torch", "p__.data__version": b"6"}),
        "torch-package", "torch.export",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_format_is_named_with_what_to_do(name: str, tmp_path: Path, manifact) -> None:
    make, form, words = CASES[name]
    path = tmp_path / name
    path.write_bytes(make())
    facts = inspect_model(path)
    assert facts.unserved is not None
    assert (facts.framework, facts.format) == (None, form)
    assert words in f"{facts.unserved.what}: {facts.unserved.instead}"
    document = json.loads(manifact("inspect", "--json", path).out)
    assert (document["servable"], document["holds"]) == (False, facts.unserved.what)
    assert inspect_model(path, framework="other").framework == "other"


def test_compile_refuses_it(wine: Path, manifact) -> None:
    (wine / "model.tflite").write_bytes(CASES["m.tflite"][0]())
    manifest = (wine / "model.yaml").read_text()
    (wine / "model.yaml").write_text(manifest.replace("path: model.joblib", "path: model.tflite"))
    refused = manifact("compile")
    assert (refused.code, "TensorFlow Lite" in refused.err) == (1, True), refused.err
    assert "Traceback" not in refused.err


@pytest.mark.parametrize("content", [b"\x08\x04\x12", b"\x0a\x05hello", b"<xml/>", b"\x08" * 50, b"MODEL"])
def test_other_content_stays_unknown(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "m.bin").write_bytes(content)
    with pytest.raises(CompilerError, match="MF202"):
        inspect_model(tmp_path / "m.bin")
