"""Honest pickles with other values: numbers, texts, names, array bytes, an object where there was none."""

# ruff: noqa: E501 - one line an object
from __future__ import annotations

import io
import pickle
import pickletools
import random
import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from gadget_programs import CANARY, NUMBERS, PROBES, TEXTS
from gadget_rules import Entry, Focus
from hostile_parts import name, text

BYTES, INTEGERS = frozenset({"SHORT_BINBYTES", "BINBYTES"}), frozenset({"BININT", "BININT1", "BININT2"})


@dataclass
class Honest:
    """A pickle that a library wrote."""

    data: bytes
    layouts: dict[bytes, np.dtype[Any]]
    """Bytes of its arrays -> their dtype."""
    ops: list[Any] = field(init=False)
    values: list[int] = field(init=False)
    """Which opcodes hold numbers and array bytes."""

    def __post_init__(self) -> None:
        self.ops = list(pickletools.genops(self.data))
        self.values = [at for at, (op, value, _) in enumerate(self.ops) if op.name in INTEGERS or value in self.layouts
                       ] if self.layouts else []  # fmt: skip


class Mutator:
    """Changes values in honest pickles."""

    def __init__(self, source: random.Random, honest: list[Honest], entries: list[Entry], focus: Focus) -> None:
        self.source, self.honest, self.entries, self.focus = source, honest, entries, focus

    def program(self) -> bytes:
        honest = self.source.choice(self.honest)
        edits: list[tuple[int, int, bytes]] = []
        for _ in range(self.source.randint(1, 2)):
            at = self._place(honest)
            if (new := self._changed(honest, *honest.ops[at][:2])) is not None:
                edits.append((honest.ops[at][2] or 0, honest.ops[at + 1][2] or 0, new))
        data = honest.data
        for start, end, new in sorted(edits, reverse=True):
            data = data[:start] + new + data[end:]
        return data

    def _place(self, honest: Honest) -> int:
        if honest.values and (self.focus.values or self.source.random() < 0.3):
            return self.source.choice(honest.values)
        return self.source.randrange(len(honest.ops) - 1)

    def _changed(self, honest: Honest, op: pickletools.OpcodeInfo, value: Any) -> bytes | None:
        if op.name == "GLOBAL":
            module, attribute, _entry = self.source.choice(self.entries)
            return name(PROBES[0], PROBES[1][1]) if self.source.random() < 0.2 else name(module, attribute)
        if op.name == "BINUNICODE":
            return text(self._text(value))
        if op.name in INTEGERS:
            return b"J" + struct.pack("<i", self.source.choice(NUMBERS))
        if op.name in BYTES and value:
            return b"B" + struct.pack("<I", len(value)) + self._bytes(value, honest.layouts.get(value))
        if op.name in {"NONE", "NEWTRUE", "NEWFALSE", "EMPTY_LIST"} and self.source.random() < 0.3:
            return name(PROBES[0], PROBES[1][0]) + b")\x81"
        return None

    def _text(self, value: str) -> str:
        if len(value) > 100:
            return value + f"\nopen({CANARY!r}, 'w').close()\n"
        return self.source.choice((*TEXTS, value + "_"))

    def _bytes(self, value: bytes, dtype: np.dtype[Any] | None) -> bytes:
        """Another number in one item, or in some fields of it when it is a record."""
        if dtype is None or len(value) % dtype.itemsize:
            at = self.source.randrange(max(len(value) // 4, 1)) * 4
            number = struct.pack("<i", self.source.choice(NUMBERS))
            return value[:at] + number[: len(value) - at] + value[at + 4 :]
        items = np.frombuffer(value, dtype).copy()
        at = 0 if self.source.random() < 0.3 else self.source.randrange(len(items))
        for column in self._columns(items):
            column[at] = np.array(self.source.choice(NUMBERS)).astype(column.dtype)
        return items.tobytes()

    def _columns(self, items: Any) -> list[Any]:
        if items.dtype.names is None:
            return [items]
        chosen = {self.source.choice(items.dtype.names) for _ in range(self.source.randint(1, 2))}
        return [items[field] for field in sorted(chosen) if items.dtype[field].kind != "V"]


class _Noting(pickle.Pickler):
    """A pickler that notes the dtypes of arrays."""

    def __init__(self, buffer: io.BytesIO, protocol: int) -> None:
        super().__init__(buffer, protocol)
        self.layouts: dict[bytes, np.dtype[Any]] = {}

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, np.ndarray) and not value.dtype.hasobject and value.size and value.dtype.kind != "T":
            self.layouts[value.tobytes("A")] = value.dtype
        return NotImplemented


def honest_pickles() -> list[Honest]:
    """Small honest pickles in protocol 3, whose bytes are bytes."""
    found = []
    for value in _honest_values():
        buffer = io.BytesIO()
        pickler = _Noting(buffer, 3)
        try:
            pickler.dump(value)
        except TypeError:
            continue
        if buffer.tell() < 60_000:
            found.append(Honest(buffer.getvalue(), pickler.layouts))
    return found


def _honest_values() -> list[Any]:
    from honest_objects import objects
    from sklearn import ensemble, feature_selection, linear_model, neighbors, preprocessing, tree
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.pipeline import make_pipeline

    rows, target = np.arange(24.0).reshape(8, 3), np.arange(8) % 2
    models = [
        tree.DecisionTreeClassifier(), ensemble.HistGradientBoostingRegressor(max_iter=1, min_samples_leaf=1),
        ensemble.HistGradientBoostingClassifier(max_iter=1, min_samples_leaf=1, categorical_features=[0]),
        make_pipeline(preprocessing.FunctionTransformer(np.log1p), linear_model.Ridge()),
        feature_selection.RFE(linear_model.LinearRegression()),
        feature_selection.SelectFromModel(linear_model.LinearRegression()), neighbors.KNeighborsClassifier(2, algorithm="kd_tree"),
        neighbors.KNeighborsRegressor(2, algorithm="ball_tree"),
        ensemble.RandomForestClassifier(2, random_state=np.random.RandomState(0)),
    ]  # fmt: skip
    values = [model.fit(rows, target) for model in models]
    values.append(CountVectorizer().fit(["a b", "c d ee"]))
    return [*values, *(value for _, value in objects())]
