"""Mutated and truncated files end in facts or in a diagnostic: no other exception, no hang, bounded memory."""

from __future__ import annotations

import io
import pickle
import random
import time
import tracemalloc
import warnings
import zipfile
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
import skops.io
import torch
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model

ROUNDS = 1500


def _joblib(model: Any, **options: Any) -> bytes:
    buffer = io.BytesIO()
    joblib.dump(model, buffer, **options)
    return buffer.getvalue()


def _torch(value: Any, **options: Any) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def _seeds() -> dict[str, bytes]:
    """Small honest files of each format."""
    random_ = np.random.RandomState(0)
    rows = np.array([[n, "xyz"[n % 3]] for n in range(20)], dtype=object)
    labels = np.array(["no", "yes"] * 10, dtype=object)
    pipeline = make_pipeline(
        make_column_transformer((StandardScaler(), [0]), (OneHotEncoder(), [1])),
        RandomForestClassifier(2, max_depth=2, random_state=random_),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline.fit(rows, labels)
        weights = torch.nn.Linear(3, 2).state_dict()
        script = io.BytesIO()
        torch.jit.save(torch.jit.script(torch.nn.Linear(2, 1)), script)
    small = LogisticRegression().fit([[0.0], [1.0]], ["a", "b"])
    return {
        **{f"pickle {protocol}": pickle.dumps(small, protocol) for protocol in range(6)},
        "joblib": _joblib(pipeline),
        "joblib 2": _joblib(small, protocol=2),
        **{codec: _joblib(small, compress=(codec, 3)) for codec in ("zlib", "gzip", "bz2", "xz", "lzma", "lz4")},
        "skops": skops.io.dumps(small),
        "torch": _torch(weights),
        "torch legacy": _torch(weights, _use_new_zipfile_serialization=False),
        "torchscript": script.getvalue(),
    }


with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    SEEDS = _seeds()


def _survives(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    started = time.process_time()
    try:
        inspect_model(path)
    except CompilerError as error:
        assert error.diagnostics[0].code.startswith("MF2")  # noqa: PT017 - facts are as good an end
    assert time.process_time() - started < 5


def _mutated(content: bytes, source: random.Random) -> bytes:
    """One to four edits: bytes set, cut out, doubled, or replaced by opcodes that take more from the stack."""
    data = bytearray(content)
    for _ in range(source.randint(1, 4)):
        at = source.randrange(len(data))
        kind = source.randrange(5)
        if kind == 0:
            data[at] = source.randrange(256)
        elif kind == 1:
            del data[at : at + source.randint(1, 16)]
        elif kind == 2:
            data[at:at] = data[at : at + source.randint(1, 16)]
        elif kind == 3:
            data[at] = source.choice(b"(0123.RbcdeghijlopqrstuN}])\x81\x85\x86\x87\x8c\x90\x93\x94\x95")
        else:
            data[at : at + 4] = source.choice([b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0"])
        if not data:
            return b"."
    return bytes(data)


@pytest.mark.parametrize("name", SEEDS)
def test_mutations(name: str, tmp_path: Path) -> None:
    source = random.Random(name)
    for _ in range(ROUNDS):
        _survives(tmp_path / "m", _mutated(SEEDS[name], source))


@pytest.mark.parametrize("name", ["torch", "torchscript", "skops"])
def test_mutations_inside_the_archive(name: str, tmp_path: Path) -> None:
    """The zip stays whole, so that the mutations reach the pickle and the schema."""
    source = random.Random(name)
    with zipfile.ZipFile(io.BytesIO(SEEDS[name])) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    inner = [member for member in members if member.endswith((".pkl", "schema.json"))]
    for _ in range(ROUNDS):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for member, content in members.items():
                archive.writestr(member, _mutated(content, source) if member in inner else content)
        _survives(tmp_path / "m", buffer.getvalue())


@pytest.mark.parametrize("name", SEEDS)
def test_truncations(name: str, tmp_path: Path) -> None:
    content = SEEDS[name]
    for length in range(1, len(content), max(1, len(content) // 400)):
        _survives(tmp_path / "m", content[:length])


PIECES = (b"K\x01", b"X\x01\0\0\0a", b"(", b")", b"]", b"}", b"N")


def _piece(source: random.Random) -> bytes:
    """Any opcode, any few bytes, or one of those that put something on the stack."""
    kind = source.randrange(3)
    if kind == 0:
        return bytes([source.randrange(256)])
    return source.randbytes(source.randrange(13)) if kind == 1 else source.choice(PIECES)


def test_arbitrary_opcodes(tmp_path: Path) -> None:
    source = random.Random("opcodes")
    for _ in range(4 * ROUNDS):
        pieces = [_piece(source) for _ in range(source.randrange(60))]
        _survives(tmp_path / "m", bytes([0x80, source.randint(2, 5)]) + b"".join(pieces) + b".")


def test_memory_stays_small(tmp_path: Path) -> None:
    source = random.Random(1)
    tracemalloc.start()
    try:
        for content in SEEDS.values():
            for _ in range(20):
                _survives(tmp_path / "m", _mutated(content, source))
        assert tracemalloc.get_traced_memory()[1] < 100 << 20
    finally:
        tracemalloc.stop()
