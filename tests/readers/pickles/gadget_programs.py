"""Programs for the gadget search: pickles composed of what the gate may accept.

A program is composed from productions: for each place of a kind something of that kind is made, and now and then
something else: another known name, the probe, an object where data belong, what a rule that is switched off governs.
"""

from __future__ import annotations

import ast
import json
import pickle
import pickletools
import random
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from gadget_rules import OPENING, Entry, Focus, parameters
from hostile_parts import name, text

from compiler.readers.pickles import names

INDEX = Path(names.__file__).parent / "index"
CANARY = "canary-of-the-search"
TEXTS = (
    "x", "predict", "named_steps.a.coef_", "estimator_.__init__.__globals__", "fit.__code__", "filename", "__class__",
    "../../etc/passwd", f"open({CANARY!r}, 'w').close()", "coef_", "1e999999", "UTC", "cosine", "a" * 2000,
)  # fmt: skip
NUMBERS = (0, 1, -1, 3, 255, 65536, 2**31 - 1, -(2**31), 2_000_000_000, 624, 625)
ATTRIBUTES = ("keys", "predict", "x", "__class__", "helper", "_score_func")
"""Attributes beside those of a class: what loaders and servers ask for."""
GIVEN = {**dict.fromkeys(OPENING, CANARY), "mode": "w+", "shape": (4,), "dtype": "u1"}
"""Parameter -> what makes it open a file for writing."""
PROBES = ("gadget_probe", ("Probe", "called"))


def literal(value: Any) -> bytes:
    """A literal's opcodes, without memo."""
    return pickletools.optimize(pickle.dumps(value, 2))[2:-1]


@cache
def keywords(module: str, attribute: str) -> bytes:
    """A dict of the arguments with which something known would open a file."""
    return literal({key: GIVEN[key] for key in parameters(module, attribute) if key in GIVEN})


class Composer:
    """Makes programs from the productions of the index."""

    def __init__(self, source: random.Random, entries: list[Entry], focus: Focus, like: str = "") -> None:
        self.source, self.entries, self.focus = source, entries, focus
        self.remembered = False
        """Whether the probe is the first entry of the memo."""
        self.roots = [entry for entry in entries if re.search(like, entry[1]) and (entry[2].call or entry[2].new)]
        """What a program makes."""
        self.by_family: dict[str, list[Entry]] = {}
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
        arguments = self.tuple_(ast.parse(kind or "()", mode="eval").body, depth + 1)
        made = name(module, attribute) + arguments + (b"R" if called else b"\x81")
        if found.items and self.source.random() < 0.7:
            made += b"(" + self.wild(depth) + self.wild(depth) + (b"u" if found.items == "dict" else b"e")
        if found.state and self.source.random() < 0.85:
            made += self.state(found, depth + 1) + b"b"
        return made

    def state(self, found: names.Production, depth: int) -> bytes:
        if found.state not in {"attributes", "slots"}:
            return self.tuple_(ast.parse(found.state or "None", mode="eval").body, depth)
        chosen = [key for key in found.attributes if self.source.random() < 0.4][:12]
        chosen += self.source.sample(ATTRIBUTES, 3 if self.focus.made else 1)
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

    def wild(self, depth: int) -> bytes:  # noqa: PLR0911 - one return a form
        """Anything: literals, known names, objects, the probe."""
        roll = self.source.random()
        if self.remembered and roll < 0.4:
            return self.probe()
        if self.focus.made and roll < 0.4:
            return self.governed(depth)
        if roll < 0.3 or depth > 4:
            return literal(self.source.choice((*TEXTS, *NUMBERS, None, True, 1.5, b"x")))
        if roll < 0.45:
            return self.probe()
        if roll < 0.53:
            return name(*self.source.choice(self.focus.acting))
        if roll < 0.6:
            return name(*self.source.choice(self.entries)[:2])
        if roll < 0.7:
            return keywords(*self.source.choice(self.focus.acting))
        if roll < 0.8:
            return literal(_data(self.source))
        module, attribute, found = self.source.choice(self.entries)
        return self.instance(module, attribute, found, depth + 1) if found.call or found.new else b"N"

    def governed(self, depth: int) -> bytes:
        """Something that only a rule which is switched off keeps out."""
        if depth > 4 or self.source.random() < 0.3:
            return self.probe()
        return self.instance(*self.source.choice(self.focus.made), depth + 1)

    def probe(self) -> bytes:
        """An object whose every use is taken down, or a function that is."""
        module, (cls, function) = PROBES
        if self.remembered:
            return b"j\0\0\0\0"
        return name(module, cls) + b")\x81" if self.source.random() < 0.6 else name(module, function)

    def tuple_(self, node: ast.expr, depth: int) -> bytes:
        """Arguments or a state: a tuple where one belongs, for anything else would be refused at once."""
        if isinstance(node, ast.BinOp):
            return self.tuple_(self.source.choice((node.left, node.right)), depth)
        if not isinstance(node, ast.Tuple):
            return self.kind(node, depth)
        inner = node.elts
        if len(inner) == 2 and isinstance(inner[1], ast.Constant) and inner[1].value is ...:
            inner = [inner[0]] * self.source.randrange(3)
        return b"(" + b"".join(self.kind(item, depth) for item in inner) + b"t"

    def kind(self, node: ast.expr, depth: int) -> bytes:  # noqa: PLR0911 - one return a form
        """Something of a kind; now and then something else."""
        if self.source.random() < self.focus.wild:
            return self.wild(depth)
        if isinstance(node, ast.BinOp):
            return self.kind(self.source.choice((node.left, node.right)), depth)
        if isinstance(node, ast.Tuple):
            return self.tuple_(node, depth)
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
            "storage": lambda: STORAGE,
            "bit_name": lambda: literal("MT19937"),
        }
        return makers[word]() if word in makers else self.family(word, depth)


STORAGE = b"(" + text("storage") + name("torch", "FloatStorage") + text("0") + text("cpu") + b"K\x04tQ"
"""What torch.save writes for four numbers that lie beside the pickle."""


def entries_of(index: str = "") -> list[Entry]:
    """Every name of the index; those of torch, whose files are judged another way, only when it is asked for.

    Names of the one file that counts come more often than the others, which it should keep out.
    """
    found = []
    for path in sorted(INDEX.glob("*.json")) + sorted(INDEX.glob("recorded/*.json")):
        if path.stem == "torch" and not index:
            continue
        data = json.loads(path.read_text("utf-8"))
        tables = data["classes"].items() if path.parent.name == "recorded" else data.items()
        for modules, entries in tables:
            if modules in {"borrowed", "methods"}:
                continue
            words = entries.split() if isinstance(entries, str) else " ".join(entries).split()
            for module in modules.split():
                here = [(module, word, names.lookup(path.stem, module, word)) for word in words]
                found += here * (100 if path.stem == index else 1)
    found += [(*pair, names.lookup("standard", *pair)) for pair in sorted(names._HARMLESS)]
    return [entry for entry in found if entry[2] is not None]  # type: ignore[misc]


def _data(source: random.Random) -> Any:
    return source.choice(([1, 2], {"a": 1}, (1, "a"), {"a", "b"}, [[1.5], "x"], {1: [None]}))


def _array(source: random.Random) -> bytes:
    import numpy as np

    kind = source.choice(("f8", "i4", "i8", "U3", "O", "?"))
    values = np.array([source.choice((0, 1, 2, 2_000_000_000)) for _ in range(source.randrange(1, 5))])
    return literal(values.astype(kind) if kind != "?" else values > 0)
