"""Formats that are known and not served from: what each is, and what to save or do instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from compiler.frameworks.base import ModelFile
from compiler.frameworks.formats import Sample, read_sample
from compiler.ir import ModelFacts, Unserved

_OWN_CODE = "or set 'spec.model.framework: other' and bring a module with load_model and predict as 'spec.score.hooks'"
_ORIGINAL = f"save the model it was converted from, {_OWN_CODE}"
_MODELS = frozenset((
    ".keras", ".h5", ".onnx", ".pt", ".pth", ".pkl", ".joblib", ".skops", ".safetensors", ".json", ".ubj", ".cbm",
))  # fmt: skip
_UNPACK = "unpack it and name the model file in it"
# A NodeDef that begins with its name and the operation it is (tensorflow/core/framework/node_def.proto).
_NODE = re.compile(rb"\x0a[\x80-\xff]{0,3}[\x00-\x7f]\x0a[\x01-\x7f][\w./:-]{1,127}\x12[\x01-\x7f][A-Z]\w+", re.ASCII)
# ONNX's ModelProto: a small ir_version, then producer, domain, doc, graph or opset (onnx.proto).
_ONNX = re.compile(rb"\x08[\x01-\x1f][\x12\x1a\x22\x32\x3a\x42]")
# Core ML's Model: version, description, perhaps isUpdatable; then the kind of model in a field above 200.
_CORE_ML_KINDS = range(200, 4000)


@dataclass(frozen=True, slots=True)
class Foreign:
    """One such format."""

    name: str
    fits: Callable[[Sample], bool]
    what: str
    instead: str


def foreign_facts(model: ModelFile) -> ModelFacts | None:
    """Facts of a file whose format is known and not served from; None for any other."""
    sample = Sample(model.path, b"", None) if model.path.is_dir() else read_sample(model.path)
    found = next((known for known in FORMATS if known.fits(sample)), None)
    if found is None:
        return None
    return ModelFacts(framework=None, format=found.name, unserved=Unserved(found.what, found.instead))


def _starts(*openings: bytes) -> Callable[[Sample], bool]:
    return lambda sample: sample.codec is None and sample.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(openings)


def _is_core_ml(sample: Sample) -> bool:
    if sample.path.is_dir():
        return sample.has("Manifest.json", "Data/com.apple.CoreML")
    head, at = sample.head, 0
    if sample.codec is not None or not head.startswith(b"\x08"):
        return False
    while at < len(head):
        tag, at = _varint(head, at)
        length, at = _varint(head, at)
        if tag >> 3 in _CORE_ML_KINDS:
            return tag & 7 == 2
        if tag >> 3 not in {1, 2, 10} or tag & 7 not in {0, 2}:
            return False
        at += length if tag & 7 == 2 else 0
    return False


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """The number at an offset and the offset behind it; (0, the end) where the data end in it."""
    value = 0
    for shift, byte in enumerate(data[at : at + 10]):
        value |= (byte & 0x7F) << 7 * shift
        if byte < 0x80:
            return value, at + shift + 1
    return 0, len(data)


def _is_packed(sample: Sample) -> bool:
    """A compressed file of a format that is read as it is: ONNX, HDF5, zip, CatBoost."""
    head = sample.head
    onnx = bool(_ONNX.match(head))
    return sample.codec is not None and (onnx or head.startswith((b"\x89HDF\r\n", b"PK\x03\x04", b"CBM1")))


def _is_tar(sample: Sample) -> bool:
    return sample.head[257:262] == b"ustar"


def _holds_models(sample: Sample) -> bool:
    return not sample.path.is_dir() and any(PurePosixPath(name).suffix in _MODELS for name in sample.members)


FORMATS = (
    Foreign("tflite", lambda s: s.head[4:8] == b"TFL3", "a TensorFlow Lite model",
            f"save the Keras model or SavedModel it was converted from, {_OWN_CODE}"),
    Foreign("graphdef", lambda s: s.codec is None and bool(_NODE.match(s.head)), "a frozen TensorFlow graph (GraphDef)",
            "save a SavedModel: tf.saved_model.save(…), in TensorFlow 1 with tf.compat.v1.saved_model.simple_save"),
    Foreign("core-ml", _is_core_ml, "a Core ML model", _ORIGINAL),
    Foreign("gguf", _starts(b"GGUF"), "a GGUF language model",
            "deploy it with a container that serves it: 'spec.artifact' with 'contract: container'"),
    Foreign("pmml", lambda s: b"<PMML" in s.head[:1024], "a PMML document", _ORIGINAL),
    Foreign("mlflow", lambda s: s.path.is_dir() and s.has("MLmodel"), "an MLflow model",
            "name the model file in it as 'spec.model.path'"),
    Foreign("torch-package", lambda s: s.has(".data/extern_modules"), "a torch.package archive, which is code",
            "save model.state_dict() and name its class under 'spec.model.architecture', or use torch.export.save"),
    Foreign("compressed", _is_packed, "a compressed model file", "decompress it: artifacts are compressed as a whole"),
    Foreign("tar", _is_tar, "a tar archive", _UNPACK),
    Foreign("zip", _holds_models, "a zip archive with a model file in it", _UNPACK),
)  # fmt: skip
