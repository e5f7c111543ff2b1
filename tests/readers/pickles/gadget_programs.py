"""Programs for the gadget search: pickles composed of what the gate may accept, and honest pickles with other values.

A program is composed from productions: for each place of a kind something of that kind is made, and now and then
something else: another known name, the probe, an object where data belong.
"""

# ruff: noqa: E501 - one line an object, each made by a function
from __future__ import annotations

import ast
import io
import json
import pickle
import pickletools
import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hostile_parts import name, text

from compiler.readers.pickles import names

INDEX = Path(names.__file__).parent / "index"
CANARY = "canary-of-the-search"
TEXTS = (
    "x", "predict", "named_steps.a.coef_", "estimator_.__init__.__globals__", "fit.__code__", "filename", "__class__", "../../etc/passwd",
    f"open({CANARY!r}, 'w').close()", "coef_", "1e999999", "UTC", "cosine", "a" * 2000,
)  # fmt: skip
NUMBERS = (0, 1, -1, 3, 255, 65536, 2**31 - 1, -(2**31), 2_000_000_000, 624, 625)
DANGEROUS = (("numpy", "memmap"), ("types", "SimpleNamespace"), ("functools", "partial"))
"""Names that honest files hold, each in its place only."""
PROBES = ("gadget_probe", ("Probe", "called"))


def literal(value: Any) -> bytes:
    """A literal's opcodes, without memo."""
    return pickletools.optimize(pickle.dumps(value, 2))[2:-1]


class Composer:
    """Makes programs from the productions of the index."""

    def __init__(self, source: random.Random, like: str = "", wild: float = 0.06) -> None:
        self.source, self.wildness = source, wild
        self.remembered = False
        """Whether the probe is the first entry of the memo."""
        self.entries = _entries()
        self.roots = [entry for entry in self.entries if like in entry[1] and (entry[2].call or entry[2].new)]
        """What a program makes."""
        self.by_family: dict[str, list[tuple[str, str, names.Production]]] = {}
        self.values: dict[str, list[tuple[str, str]]] = {}
        for module, attribute, found in self.entries:
            for tag in found.tags if found.call or found.new else ():
                self.by_family.setdefault(tag, []).append((module, attribute, found))
            for tag in found.value:
                self.values.setdefault(tag, []).append((module, attribute))

    def program(self) -> bytes:
        module, attribute, found = self.source.choice(self.roots)
        self.remembered = self.source.random() < 0.15
        first = name(PROBES[0], PROBES[1][0]) + b")\x81r\0\0\0\x000" if self.remembered else b""
        return b"\x80\x02" + first + self.instance(module, attribute, found, 0) + b"."

    def instance(self, module: str, attribute: str, found: names.Production, depth: int) -> bytes:
        called = found.call is not None and (found.new is None or self.source.random() < 0.5)
        kind = found.call if called else found.new
        arguments = self.kind(ast.parse(kind or "()", mode="eval").body, depth + 1)
        made = name(module, attribute) + arguments + (b"R" if called else b"\x81")
        if found.items and self.source.random() < 0.7:
            made += b"(" + self.wild(depth) + self.wild(depth) + (b"u" if found.items == "dict" else b"e")
        if found.state and self.source.random() < 0.85:
            made += self.state(found, depth + 1) + b"b"
        return made

    def state(self, found: names.Production, depth: int) -> bytes:
        if found.state not in {"attributes", "slots"}:
            return self.kind(ast.parse(found.state or "None", mode="eval").body, depth)
        chosen = [key for key in found.attributes if self.source.random() < 0.4][:12]
        chosen += self.source.sample(["keys", "predict", "x", "__class__", "helper", "_score_func"], 1)
        two = self.source.random() < (0.5 if found.state == "slots" else 0.1)
        if two and self.source.random() < 0.5:
            chosen = ["__class__"]
        probe = name(PROBES[0], PROBES[1][0])
        items = b"".join(
            text(key) + (probe if key == "__class__" else self.attribute(found, key, depth)) for key in chosen
        )
        made = b"}(" + items + b"u"
        return b"N" + made + b"\x86" if two else made

    def attribute(self, found: names.Production, key: str, depth: int) -> bytes:
        families = sorted(found.attributes.get(key, ()))
        if families and self.source.random() < 0.8:
            return self.family(self.source.choice(families), depth)
        return self.wild(depth)

    def family(self, family: str, depth: int) -> bytes:
        """An instance of a family, or a name that belongs to it as a value."""
        instances, values = self.by_family.get(family, []), self.values.get(family, [])
        if values and (not instances or depth > 3 or self.source.random() < 0.6):
            return name(*self.source.choice(values))
        if instances and depth < 6:
            return self.instance(*self.source.choice(instances), depth + 1)
        return literal(self.source.choice(NUMBERS))

    def wild(self, depth: int) -> bytes:
        """Anything: literals, known names, objects, the probe."""
        roll = self.source.random()
        if self.remembered and roll < 0.4:
            return self.probe()
        if roll < 0.3 or depth > 4:
            return literal(self.source.choice((*TEXTS, *NUMBERS, None, True, 1.5, b"x")))
        if roll < 0.45:
            return self.probe()
        if roll < 0.6:
            module, attribute = self.source.choice((*DANGEROUS, self.source.choice(self.entries)[:2]))
            return name(module, attribute)
        if roll < 0.8:
            return literal(_data(self.source))
        module, attribute, found = self.source.choice(self.entries)
        return self.instance(module, attribute, found, depth + 1) if found.call or found.new else b"N"

    def probe(self) -> bytes:
        """An object whose every use is taken down, or a function that is."""
        module, (cls, function) = PROBES
        if self.remembered:
            return b"j\0\0\0\0"
        return name(module, cls) + b")\x81" if self.source.random() < 0.6 else name(module, function)

    def kind(self, node: ast.expr, depth: int) -> bytes:  # noqa: PLR0911 - one return a form
        """Something of a kind; now and then something else."""
        if self.source.random() < self.wildness:
            return self.wild(depth)
        if isinstance(node, ast.BinOp):
            return self.kind(self.source.choice((node.left, node.right)), depth)
        if isinstance(node, ast.Tuple):
            inner = node.elts
            if len(inner) == 2 and isinstance(inner[1], ast.Constant) and inner[1].value is ...:
                inner = [inner[0]] * self.source.randrange(3)
            return b"(" + b"".join(self.kind(item, depth) for item in inner) + b"t"
        if isinstance(node, ast.List):
            return b"](" + b"".join(self.kind(node.elts[0], depth) for _ in range(self.source.randrange(3))) + b"e"
        if isinstance(node, ast.Dict):
            return self._dict(node, depth)
        if isinstance(node, ast.Call):
            return self.family(self.source.choice([a.id for a in node.args if isinstance(a, ast.Name)] or ["x"]), depth)
        if isinstance(node, ast.Name):
            return self._word(node.id, depth)
        return literal(ast.literal_eval(node))

    def _dict(self, node: ast.Dict, depth: int) -> bytes:
        items = b"".join(
            (self._word("str", depth) if isinstance(key, ast.Name) else literal(ast.literal_eval(key)))  # type: ignore[arg-type]
            + self.kind(value, depth)
            for key, value in zip(node.keys, node.values, strict=True)
            if self.source.random() < 0.8
        )
        return b"}(" + items + b"u"

    def _word(self, word: str, depth: int) -> bytes:
        makers: dict[str, Callable[[], bytes]] = {
            "bool": lambda: literal(self.source.random() < 0.5),
            "int": lambda: literal(self.source.choice(NUMBERS)),
            "float": lambda: literal(self.source.choice((0.5, 1.0, -1e300))),
            "str": lambda: literal(self.source.choice(TEXTS)),
            "bytes": lambda: literal(self.source.choice((b"x", b"x" * 8, b""))),
            "lit": lambda: literal(self.source.choice((*TEXTS, *NUMBERS))),
            "shape": lambda: literal(self.source.choice(((0,), (1,), (2, 2), (2**40,)))),
            "array": lambda: _array(self.source),
            "data": lambda: literal(_data(self.source)),
            "any": lambda: self.wild(depth + 1),
            "bit_name": lambda: literal("MT19937"),
        }
        return makers[word]() if word in makers else self.family(word, depth)


def _entries() -> list[tuple[str, str, names.Production]]:
    """Every name of the index."""
    found = []
    for path in sorted(INDEX.glob("*.json")) + sorted(INDEX.glob("recorded/*.json")):
        if path.stem == "torch":  # judged and loaded another way
            continue
        data = json.loads(path.read_text("utf-8"))
        tables = data["classes"].items() if path.parent.name == "recorded" else data.items()
        for modules, entries in tables:
            if modules in {"borrowed", "methods"}:
                continue
            words = entries.split() if isinstance(entries, str) else " ".join(entries).split()
            for module in modules.split():
                found += [(module, word, names.lookup(path.stem, module, word)) for word in words]
    return [entry for entry in found if entry[2] is not None]  # type: ignore[misc]


FILE = {"filename": CANARY, "mode": "w+", "shape": (4,), "dtype": "u1"}


def _data(source: random.Random) -> Any:
    return source.choice(([1, 2], {"a": 1}, (1, "a"), {"a", "b"}, [[1.5], "x"], {1: [None]}, FILE, FILE))


def _array(source: random.Random) -> bytes:
    import numpy as np

    kind = source.choice(("f8", "i4", "i8", "U3", "O", "?"))
    values = np.array([source.choice((0, 1, 2, 2_000_000_000)) for _ in range(source.randrange(1, 5))])
    return literal(values.astype(kind) if kind != "?" else values > 0)


class Mutator:
    """Changes values in honest pickles: numbers, texts, names, bytes of arrays, the order of arguments."""

    def __init__(self, source: random.Random, honest: list[bytes], entries: list[tuple[str, str, Any]]) -> None:
        self.source, self.entries = source, entries
        self.honest = [list(pickletools.genops(data)) for data in honest]
        self.raw = honest

    def program(self) -> bytes:
        number = self.source.randrange(len(self.raw))
        data, ops = self.raw[number], self.honest[number]
        edits: list[tuple[int, int, bytes]] = []
        for _ in range(self.source.randint(1, 2)):
            at = self.source.randrange(len(ops) - 1)
            if (new := self._changed(*ops[at])) is not None:
                edits.append((ops[at][2] or 0, ops[at + 1][2] or 0, new))
        for start, end, new in sorted(edits, reverse=True):
            data = data[:start] + new + data[end:]
        return data

    def _changed(self, op: pickletools.OpcodeInfo, value: Any, _: Any) -> bytes | None:
        if op.name == "GLOBAL":
            module, attribute, _entry = self.source.choice(self.entries)
            return name(*PROBES[0:1], PROBES[1][1]) if self.source.random() < 0.2 else name(module, attribute)
        if op.name == "BINUNICODE":
            return text(self._text(value))
        if op.name in {"BININT", "BININT1", "BININT2"}:
            return b"J" + struct.pack("<i", self.source.choice(NUMBERS))
        if op.name in {"SHORT_BINBYTES", "BINBYTES"} and value:
            return b"B" + struct.pack("<I", len(value)) + self._bytes(value)
        if op.name in {"NONE", "NEWTRUE", "NEWFALSE", "EMPTY_LIST"} and self.source.random() < 0.3:
            return name(PROBES[0], PROBES[1][0]) + b")\x81"
        return None

    def _text(self, value: str) -> str:
        if len(value) > 100:
            return value + f"\nopen({CANARY!r}, 'w').close()\n"
        return self.source.choice((*TEXTS, value + "_"))

    def _bytes(self, value: bytes) -> bytes:
        changed = bytearray(value)
        step = self.source.choice((1, 4))  # nodes of histogram trees are packed, other numbers lie on words
        at = self.source.randrange(max(len(value) // step, 1)) * step
        changed[at : at + 4] = struct.pack("<i", self.source.choice(NUMBERS))[: len(value) - at]
        return bytes(changed)


def honest_pickles() -> list[bytes]:
    """Small honest pickles in protocol 3, whose bytes are bytes."""
    import numpy as np
    from honest_objects import objects
    from sklearn import ensemble, feature_selection, linear_model, neighbors, preprocessing, tree
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.pipeline import make_pipeline

    rows, target = np.arange(24.0).reshape(8, 3), np.arange(8) % 2
    models = [
        tree.DecisionTreeClassifier(), ensemble.HistGradientBoostingRegressor(max_iter=1, min_samples_leaf=1),
        make_pipeline(preprocessing.FunctionTransformer(np.log1p), linear_model.Ridge()),
        feature_selection.RFE(linear_model.LinearRegression()),
        feature_selection.SelectFromModel(linear_model.LinearRegression()), neighbors.KNeighborsClassifier(2, algorithm="kd_tree"),
        ensemble.RandomForestClassifier(2, random_state=np.random.RandomState(0)),
    ]  # fmt: skip
    values = [model.fit(rows, target) for model in models]
    values.append(CountVectorizer().fit(["a b", "c d ee"]))
    values += [value for _, value in objects()]
    found = []
    for value in values:
        buffer = io.BytesIO()
        try:
            pickle.Pickler(buffer, 3).dump(value)
        except TypeError:
            continue
        if buffer.tell() < 60_000:
            found.append(buffer.getvalue())
    return found
