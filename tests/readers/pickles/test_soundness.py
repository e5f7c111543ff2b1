"""What the machine accepts, the real unpicklers read alike: they ask for no name that was not judged.

Mutated honest files are given to the machine; those it accepts are loaded by CPython's and joblib's own unpicklers,
whose `find_class` hands out inert stand-ins and takes down every name. A stream that is cut into opcodes differently,
or a memo that is numbered differently, would show as a name that the machine has not seen.
"""

from __future__ import annotations

import contextlib
import io
import pickle
import random
import warnings
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from joblib.numpy_pickle import NumpyUnpickler
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from compiler.readers.pickles.faults import Fault
from compiler.readers.pickles.machine import Machine, Usage
from compiler.readers.pickles.names import Globals
from compiler.readers.pickles.window import Window

ROUNDS = 4000
EVIL = b"cos\nsystem\n0"


class Inert:
    """Takes every argument, state and element, and does nothing."""

    def __new__(cls, *_: Any, **__: Any) -> Any:
        return object.__new__(cls)

    def __setstate__(self, state: Any) -> None:
        pass

    def __call__(self, *_: Any, **__: Any) -> Any:
        return Inert()

    def __hash__(self) -> int:
        return 1

    def append(self, value: Any) -> None:
        pass

    def extend(self, values: Any) -> None:
        pass

    def __setitem__(self, key: Any, value: Any) -> None:
        pass


def _real(module: str, name: str) -> bool:
    """Names that are needed as they are, so that arrays are read for their real length."""
    known = {("numpy", "dtype"), ("numpy", "ndarray"), ("joblib.numpy_pickle", "NumpyArrayWrapper")}
    return (module, name) in known or name in {"_reconstruct", "scalar"}


class Recorder(pickle._Unpickler):
    """CPython's unpickler with stand-ins."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data))
        self.names: set[tuple[str, str]] = set()

    def find_class(self, module: str, name: str) -> Any:
        self.names.add((module, name))
        return super().find_class(module, name) if _real(module, name) else Inert


class JoblibRecorder(NumpyUnpickler):
    """joblib's unpickler with stand-ins."""

    def __init__(self, data: bytes) -> None:
        stream = io.BytesIO(data)
        super().__init__("", stream, ensure_native_byte_order=False)
        self.names: set[tuple[str, str]] = set()

    def find_class(self, module: str, name: str) -> Any:
        self.names.add((module, name))
        return super().find_class(module, name) if _real(module, name) else Inert


def _judged(data: bytes, *, with_arrays: bool) -> set[tuple[str, str]] | None:
    """The names that the machine saw, None when it refused."""
    found = Globals()
    try:
        Machine(Window(data), found, Usage(), joblib=with_arrays).run()
    except Fault:
        return None
    return set(found.seen)


def _seeds() -> dict[str, bytes]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = LogisticRegression().fit([[0.0], [1.0]], np.array(["a", "b"], dtype=object))
        forest = RandomForestClassifier(1, max_depth=1).fit([[0.0], [1.0]], ["a", "b"])
    found = {f"pickle {protocol}": pickle.dumps(model, protocol) for protocol in range(6)}
    for protocol in (2, 4):
        for name, value in (("model", model), ("forest", forest)):
            buffer = io.BytesIO()
            joblib.dump(value, buffer, protocol=protocol)
            found[f"joblib {name} {protocol}"] = buffer.getvalue()
    return found


SEEDS = _seeds()


def _edited(content: bytes, source: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(source.randint(1, 3)):
        at = source.randrange(len(data))
        edit = source.randrange(4)
        if edit == 0:
            data[at] = source.randrange(256)
        elif edit == 1:
            data[at:at] = EVIL
        elif edit == 2:
            data[at] = (data[at] + source.choice((-2, -1, 1, 2))) % 256
        else:
            data[at:at] = data[at : at + source.randint(1, 12)]
    return bytes(data)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", SEEDS)
def test_no_name_escapes_judgement(name: str, tmp_path: Path) -> None:
    source, accepted = random.Random(name), 0
    with_arrays = name.startswith("joblib")
    for _ in range(ROUNDS):
        data = _edited(SEEDS[name], source)
        judged = _judged(data, with_arrays=with_arrays)
        if judged is None:
            continue
        accepted += 1
        reader = JoblibRecorder(data) if with_arrays else Recorder(data)
        with contextlib.suppress(Exception):  # broken files break loaders in any way; the names they asked for count
            reader.load()
        translated = {_python3(pair) for pair in reader.names}
        assert translated <= {_python3(pair) for pair in judged}
    assert accepted > ROUNDS // 100


def _python3(pair: tuple[str, str]) -> tuple[str, str]:
    """The machine takes down Python 3's name for what Python 2 called otherwise; `find_class` gets the old one."""
    import _compat_pickle

    module, name = _compat_pickle.NAME_MAPPING.get(pair, pair)
    return _compat_pickle.IMPORT_MAPPING.get(module, module), name


def test_a_stream_that_hides_a_name_is_noticed() -> None:
    """The recorders do see what the machine must not miss."""
    assert ("os", "system") in _names(Recorder(b"\x80\x03" + EVIL + b"N."))
    assert _judged(b"\x80\x03" + EVIL + b"N.", with_arrays=False) is None


def _names(reader: Recorder) -> set[tuple[str, str]]:
    reader.load()
    return reader.names
