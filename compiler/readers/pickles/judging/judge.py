"""The judge: every object that loading would make is a recorded production, in the form it has when all is read."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from compiler.readers.pickles.arrays import Array
from compiler.readers.pickles.faults import Beyond, Denied
from compiler.readers.pickles.judging.embedded import torch_bytes
from compiler.readers.pickles.judging.grammar import check_text
from compiler.readers.pickles.judging.kinds import belongs, matcher
from compiler.readers.pickles.judging.ranges import CHECKS, CLASSES
from compiler.readers.pickles.productions import Production
from compiler.readers.pickles.values import FORGOTTEN, LITERALS, Bag, Global, Instance, Pairs, Persistent

DATA: frozenset[str] = frozenset()
"""No family beside data."""
_UNRECORDED = frozenset({"estimator"})
"""What an attribute that nobody knows may hold beside data: what has no `__call__`."""
_MAX_VISITS = 20_000_000


class Judge:
    """Judges the objects of one pickle."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, frozenset[str] | None]] = set()
        self._visits = 0
        self._unfinished: frozenset[int] = frozenset()

    def judge(self, made: list[Instance], root: Any, unfinished: Sequence[Any] = ()) -> None:
        """Raises Denied for the first object that is not as a pickler writes it, Beyond when it was not all kept.

        Values of `unfinished` objects are not checked: a damaged file ends before their state.
        """
        self._unfinished = frozenset(id(value) for value in unfinished if getattr(value, "state", True) is None)
        for instance in made:
            self._instance(instance)
        if not self.deep(root, None):
            raise Denied("the object that it stands for holds what only loaders' own code refers to")

    def _instance(self, found: Instance) -> None:
        production = found.cls.production
        try:
            if found.cls.unknown:
                self._foreign(found)
            else:
                self._arguments(found, production)
                self._state(found, production)
            self._keys(found.items if found.pairs else None)
            if production.check == "torch":
                self.judge(*torch_bytes(found))
                return
            check = CHECKS[production.check] if production.check else CLASSES.get(found.cls.name)
            if check is not None and not found.cls.unknown and id(found) not in self._unfinished:
                _in_range(check, found)
        except Denied as fault:
            raise Denied(str(fault), found.offset) from fault

    def _foreign(self, found: Instance) -> None:
        """What code that nobody knows receives: known objects and functions, data, and more of the same code."""
        for value in (found.arguments, found.keywords, found.state, found.items):
            if not self.deep(value, None):
                raise Denied(f"it hands to '{found.cls.dotted}' what only loaders' own code refers to")
        self._attribute_texts(found, found.attributes())

    def _arguments(self, found: Instance, production: Production) -> None:
        kind = production.new if found.new else production.call
        if kind is None or not matcher(kind)(self, found.arguments):
            raise Denied(f"it calls '{found.cls.dotted}' with arguments that no pickler writes")
        keywords = production.keywords
        if found.keywords is not None and not (keywords and matcher(keywords)(self, found.keywords)):
            raise Denied(f"it calls '{found.cls.dotted}' with keywords that no pickler writes")

    def _state(self, found: Instance, production: Production) -> None:
        if found.state is None:
            return
        if production.state is None:
            raise Denied(f"it gives a state to a '{found.cls.dotted}', which has none")
        if production.state == "attributes":
            self._attributes(found, found.state)
        elif production.state == "slots":
            self._slots(found)
        elif not matcher(production.state)(self, found.state):
            raise Denied(f"it gives a '{found.cls.dotted}' a state that no pickler writes")

    def _slots(self, found: Instance) -> None:
        """State in two parts: attributes in a dict, and others that are set one by one."""
        if not isinstance(found.state, tuple):
            return self._attributes(found, found.state)
        if len(found.state) != 2:
            raise Denied(f"it gives a '{found.cls.dotted}' a state that no pickler writes")
        for part in found.state:
            if part is not None:
                self._attributes(found, part)
        return None

    def _attributes(self, found: Instance, state: Any) -> None:
        if not isinstance(state, Pairs):
            raise Denied(f"it gives a '{found.cls.dotted}' a state that is no dict")
        if state.items.dropped:
            raise Beyond(f"a '{found.cls.dotted}' has more attributes than are kept")
        known = found.cls.production.attributes
        for name, value in zip(state.items[::2], state.items[1::2], strict=True):
            self._attribute(found, name, value, known)
        self._attribute_texts(found, state.named())

    def _attribute(self, found: Instance, name: Any, value: Any, known: Any) -> None:
        if name is FORGOTTEN:
            raise Beyond("the name of an attribute lies further back than is remembered")
        if type(name) is not str or (name.startswith("__") and name not in known):
            raise Denied(f"it gives a '{found.cls.dotted}' an attribute that Python itself uses")
        if name not in known and name in found.cls.production.hidden:
            raise Denied(f"the attribute '{name}' hides a method of '{found.cls.dotted}'")
        if not self.deep(value, known.get(name, _UNRECORDED)):
            raise Denied(f"the attribute '{name}' of a '{found.cls.dotted}' holds what that class never holds there")

    def _attribute_texts(self, found: Instance, attributes: dict[str, Any]) -> None:
        for name, value in attributes.items():
            if (problem := check_text(found.cls, name, value)) is not None:
                raise Denied(f"the attribute '{name}' of a '{found.cls.dotted}' {problem}")

    def deep(self, value: Any, families: frozenset[str] | None) -> bool:
        """Whether all leaves under nested containers are data or belong to the families (None: to any)."""
        waiting = [value]
        while waiting:
            found = waiting.pop()
            if type(found) in LITERALS:
                continue
            inner = self._inside(found, families)
            if inner is None:
                return False
            waiting.extend(inner)
            self._visits += 1
            if self._visits > _MAX_VISITS:
                raise Beyond("its objects refer to one another more often than any model's do")
        return True

    def _inside(  # noqa: PLR0911 - one return a form
        self, found: Any, families: frozenset[str] | None
    ) -> Iterable[Any] | None:
        """What a container holds; nothing for a leaf that may stand here, None for one that may not."""
        if isinstance(found, tuple):
            return [] if self._again(found, families) else found
        if isinstance(found, list):
            return [] if self._again(found, families) else found
        if isinstance(found, Pairs | Bag):
            if self._again(found, families):
                return []
            self._keys(found.items, every=isinstance(found, Bag))
            return found.items
        if isinstance(found, Array):
            return found.data if isinstance(found.data, list) else []
        if isinstance(found, Instance):
            return self._leaf(found, families)
        if isinstance(found, Global):
            return [] if _stands(found, families) else None
        return [] if isinstance(found, Persistent) else None

    def _again(self, found: Any, families: frozenset[str] | None) -> bool:
        key = (id(found), families)
        if key in self._seen:
            return True
        self._seen.add(key)
        return False

    def _leaf(self, found: Instance, families: frozenset[str] | None) -> Iterable[Any] | None:
        tags = found.cls.production.tags
        if "container" in tags:
            return [] if self._again(found, families) else _contents(found)
        if found.cls.unknown or "data" in tags or families is None or tags & families:
            return []
        return None

    def _keys(self, items: Any, *, every: bool = False) -> None:
        """Keys of dicts and elements of sets: their `__hash__` and `__eq__` are called while the pickle is loaded."""
        for key in items[:: 1 if every else 2] if items else ():
            if type(key) in LITERALS:
                continue
            if not _hashable(key, 0):
                raise Denied("it uses as a key what no pickler does")


def _in_range(check: Callable[[Instance], None], found: Instance) -> None:
    """Run one check of values; what it cannot even be run on is not what the library writes."""
    try:
        check(found)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, struct.error):
        raise Denied(f"the values of a '{found.cls.dotted}' are not what its library writes") from None


def _hashable(key: Any, depth: int) -> bool:
    if isinstance(key, tuple):
        return depth < 20 and all(_hashable(item, depth + 1) for item in key)
    if isinstance(key, Bag):
        return depth < 20 and all(_hashable(item, depth + 1) for item in key.items)
    if isinstance(key, Instance):
        return key.cls.unknown or "key" in key.cls.production.tags
    return type(key) in LITERALS or isinstance(key, Global)


def _contents(found: Instance) -> Iterable[Any]:
    """Elements of an instance that only holds others: an array of objects, an OrderedDict."""
    held: list[Any] = [found.items or ()]
    if "array" in found.cls.production.tags and isinstance(found.state, tuple) and len(found.state) >= 5:
        held.append(found.state[4] if isinstance(found.state[4], list) else ())
    elif isinstance(found.arguments, tuple):
        held += [argument for argument in found.arguments if not isinstance(argument, Global)]
    return held


def _stands(found: Global, families: frozenset[str] | None) -> bool:
    """Whether a name may stand as a value."""
    if found.kind != "known":
        return found.unknown or families is None or "settings" in families
    if families is None:
        return bool(found.production.value)
    return "data" in found.production.value or belongs(found, families)
