"""Record what a release of a library pickles: classes, attributes, and the families of objects in each attribute.

    python scripts/record_pickles.py PACKAGE

Runs in an environment that holds the release. Fits and pickles what `scripts/pickled_objects.py` makes of the
package, reads the pickles with the project's own machine (nothing is judged here), and joins what it finds into
`compiler/readers/pickles/index/recorded/PACKAGE.json`. Callees and callables that no production covers are printed:
they want a reviewed line in `index/PACKAGE.json`.
"""

from __future__ import annotations

import importlib
import json
import pickle
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from compiler.readers.pickles.machine import Machine, Usage  # noqa: E402
from compiler.readers.pickles.names import Globals, _shapes, lookup  # noqa: E402
from compiler.readers.pickles.productions import Production  # noqa: E402
from compiler.readers.pickles.values import Bag, Global, Instance, Pairs  # noqa: E402
from compiler.readers.pickles.window import Window  # noqa: E402

PACKAGE = sys.argv[1] if len(sys.argv) > 1 else ""
RECORDED = ROOT / "compiler/readers/pickles/index/recorded"


FUNCTIONS = ("inert", "type", "interp_call", "spline_class", "scorer_function", "kmeans_function", "class")
FAMILIES = (
    "inert",
    "object",
    "estimator",
    "memory",
    "distribution",
    "interpolator",
    "vectorize",
    "scorer",
    "kernel",
    "poly1d",
    "Polynomial",
)
CALLED = {
    "rv_generic": "distribution", "rv_frozen": "distribution", "multi_rv_generic": "distribution",
    "multi_rv_frozen": "distribution", "_BaseScorer": "scorer", "_PassthroughScorer": "scorer",
    "_MultimetricScorer": "scorer", "Kernel": "kernel", "gaussian_kde": "distribution",
}  # fmt: skip


class Unjudged(Globals):
    """Takes every name; what is recorded before counts as new, so that a second run finds the same."""

    def _judge(self, module: str, name: str) -> Global:
        file = self._file(module.split(".", 1)[0])
        found = lookup(file, module, name)
        if found is None or ((module, name) not in _shapes(file) and file == PACKAGE):
            return Global(module, name, "unknown", Production())
        return Global(module, name, "known", found)


class Record:
    """What was found in all pickles of one package."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.classes: dict[str, set[str]] = defaultdict(set)
        self.attributes: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self.candidates: dict[str, set[str]] = defaultdict(set)
        self.live: dict[str, type] = {}
        """By module and name: a library may have two classes of one name."""
        self.slots: set[str] = set()

    def add(self, value: Any) -> None:
        """Take down what one object's pickles hold."""
        for protocol in (2, 5):
            machine = Machine(Window(pickle.dumps(value, protocol)), Unjudged(), Usage())
            machine.run()
            for made in machine.usage.made:
                self._instance(made)

    def _instance(self, made: Instance) -> None:
        known = made.cls.production
        if made.cls.unknown and not made.new:
            self.candidates[f"call {made.cls.dotted}"].add(repr(made.arguments)[:80])
        if not made.new or known.new is not None:
            return
        if made.cls.module.split(".", 1)[0] != self.package:
            self.candidates[f"class {made.cls.dotted}"].add("")
            return
        if made.arguments != ():
            self.candidates[f"new {made.cls.dotted}"].add(repr(made.arguments)[:80])
        cls = _live(made.cls)
        self.live[made.cls.dotted] = cls
        self.classes[made.cls.module].add(made.cls.name)
        if isinstance(made.state, tuple):
            self.slots.add(made.cls.name)
            if len(made.state) != 2 or not all(part is None or isinstance(part, Pairs) for part in made.state):
                self.candidates[f"state {made.cls.dotted}"].add(repr(made.state)[:80])
        elif made.state is not None and not isinstance(made.state, Pairs):
            self.candidates[f"state {made.cls.dotted}"].add(repr(made.state)[:80])
        for name, value in _attributes(made):
            self.attributes[made.cls.name][name] |= self._families(f"{made.cls.name}.{name}", value)

    def _families(self, where: str, value: Any) -> set[str]:
        found: set[str] = set()
        waiting, seen = [value], set()
        while waiting:
            item = waiting.pop()
            if id(item) in seen:
                continue
            seen.add(id(item))
            if isinstance(item, list | tuple):
                waiting += item
            elif isinstance(item, Pairs | Bag):
                waiting += item.items
            elif isinstance(item, Instance):
                waiting += self._object(where, item, found)
            elif isinstance(item, Global):
                self._value(where, item, found)
        return found

    def _object(self, where: str, item: Instance, found: set[str]) -> list[Any]:
        tags = item.cls.production.tags
        if "container" in tags:
            state = item.state[4:5] if isinstance(item.state, tuple) and len(item.state) > 4 else []
            return [item.items or [], *state, *[a for a in item.arguments if not isinstance(a, Global)]]
        if "data" in tags:
            return []
        family = next((tag for tag in FAMILIES if tag in tags), None)
        if family is None and item.new:
            family = family_of(_live(item.cls))
        if family is None:
            self.candidates[f"instance {item.cls.dotted}"].add(where)
        else:
            found.add(family)
        return []

    def _value(self, where: str, item: Global, found: set[str]) -> None:
        values = item.production.value
        if "data" in values:
            return
        family = next((tag for tag in FUNCTIONS if tag in values), None)
        if family is None and item.module.startswith(self.package) and isinstance(_live(item), type):
            family = f"class_{item.name}"
        if family is None:
            self.candidates[f"value {item.dotted}"].add(where)
        else:
            found.add("inert" if family == "inert" and "type" not in values else family)


def _live(found: Global) -> type:
    return getattr(importlib.import_module(found.module), found.name)  # type: ignore[no-any-return]


def family_of(cls: type) -> str:
    """`estimator`, `object`, or for classes whose instances can be called: what they are called as."""
    for base in cls.__mro__:
        if base.__name__ in CALLED:
            return CALLED[base.__name__]
    if cls.__module__.startswith("scipy.interpolate"):
        return "interpolator"
    if any("__call__" in vars(base) for base in cls.__mro__):
        return cls.__name__
    return "estimator" if hasattr(cls, "get_params") else "object"


def _attributes(made: Instance) -> list[tuple[str, Any]]:
    parts = made.state if isinstance(made.state, tuple) else (made.state,)
    return [pair for part in parts if isinstance(part, Pairs) for pair in part.named().items()]


def methods(cls: type) -> list[str]:
    """Methods and properties that a class defines itself."""
    return sorted(
        name
        for name, value in vars(cls).items()
        if not name.startswith("__") and (callable(value) or hasattr(value, "__get__"))
    )


def written(record: Record) -> dict[str, Any]:
    """The file's content; old content is joined by the caller."""
    bases: dict[str, list[str]] = {}
    owned: dict[str, list[str]] = {}
    for cls in record.live.values():
        line = [base for base in cls.__mro__[1:] if base is not object]
        bases.setdefault(cls.__name__, []).extend(base.__name__ for base in line)
        for base in (cls, *line):
            owned.setdefault(base.__name__, []).extend(methods(base))
    return {
        "classes": {module: sorted(names) for module, names in record.classes.items()},
        "tags": {cls.__name__: [family_of(cls)] for cls in record.live.values() if family_of(cls) != "object"},
        "attributes": {
            name: {key: sorted(families) for key, families in found.items()}
            for name, found in record.attributes.items()
        },
        "slots": sorted(record.slots),
        "methods": owned,
        "bases": bases,
    }


def join(path: Path, new: dict[str, Any], release: str) -> dict[str, Any]:
    """Old content and new, each part a set of words."""
    old = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    made: dict[str, Any] = {"releases": " ".join(sorted({*old.get("releases", "").split(), release}))}
    for part in ("classes", "tags", "methods", "bases"):
        keys = sorted({*old.get(part, {}), *new[part]})
        made[part] = {key: _words(old.get(part, {}).get(key, ""), new[part].get(key, ())) for key in keys}
    made["slots"] = " ".join(sorted({*old.get("slots", "").split(), *new["slots"]}))
    attributes: dict[str, dict[str, set[str]]] = {}
    for name, text in old.get("attributes", {}).items():
        for entry in text.split():
            key, _, families = entry.partition(":")
            attributes.setdefault(name, {}).setdefault(key, set()).update(families.split("|") if families else ())
    for name, found in new["attributes"].items():
        for key, families in found.items():
            attributes.setdefault(name, {}).setdefault(key, set()).update(families)
    made["attributes"] = {
        name: " ".join(f"{key}:{'|'.join(sorted(found))}" if found else key for key, found in sorted(entries.items()))
        for name, entries in sorted(attributes.items())
    }
    return made


def _words(old: str, new: Any) -> str:
    return " ".join(dict.fromkeys([*old.split(), *new]))


def main(package: str) -> None:
    import pickled_objects

    record, failed = Record(package), 0
    for name, value in pickled_objects.objects_of(package):
        try:
            record.add(value)
        except Exception as error:
            failed += 1
            print(f"not recorded: {name}: {type(error).__name__}: {error}"[:200])
    release = importlib.import_module(package).__version__
    RECORDED.mkdir(exist_ok=True)
    path = RECORDED / f"{package}.json"
    path.write_text(json.dumps(join(path, written(record), release), indent=0, ensure_ascii=False) + "\n", "utf-8")
    for name, where in sorted(record.candidates.items()):
        print(f"{name}  {', '.join(sorted(where))[:150]}")
    print(f"{package} {release}: {sum(map(len, record.classes.values()))} classes, {failed} objects failed")


if __name__ == "__main__":
    main(sys.argv[1])
