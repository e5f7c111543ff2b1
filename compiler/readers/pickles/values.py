"""What a pickle's values are while nobody runs it: plain Python for plain data, descriptions for everything else.

Numbers, text, short bytes, None, tuples and lists stand for themselves. All other values are the classes below.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from compiler.readers.pickles.productions import NOTHING, Production


class Global:
    """A name that the pickle imports, judged by the index. One object a name, so identity is equality."""

    __slots__ = ("kind", "module", "name", "production")

    def __init__(self, module: str, name: str, kind: str, production: Production = NOTHING) -> None:
        self.module = module
        self.name = name
        self.kind = kind
        """`known`, `unknown` (code of others or of the user), or `harmless` (of no use to a model, and no harm)."""
        self.production = production
        """What may be done with it; nothing, unless it is known."""

    @property
    def dotted(self) -> str:
        """`package.module.Name`."""
        return f"{self.module}.{self.name}"

    @property
    def unknown(self) -> bool:
        """Whether it is neither recorded nor denied."""
        return self.kind == "unknown"


class Instance:
    """An object that loading would make: by NEWOBJ of a class, or by REDUCE of a callee."""

    __slots__ = ("arguments", "cls", "items", "keywords", "new", "offset", "pairs", "state")

    def __init__(self, cls: Global, arguments: Any, *, new: bool = False, offset: int = 0) -> None:
        self.cls = cls
        self.arguments = arguments
        self.new = new
        """Whether `cls.__new__` made it, not a call."""
        self.offset = offset
        """Byte at which it was made."""
        self.keywords: Pairs | None = None
        """Of NEWOBJ_EX."""
        self.state: Any = None
        """What BUILD hands to it."""
        self.items: Listing | None = None
        """Elements, or keys and values in turn, of subclasses of list and dict."""
        self.pairs = False
        """Whether `items` are keys and values."""

    def attributes(self) -> dict[str, Any]:
        """The instance's `__dict__` as far as the state is one."""
        state = self.state[0] if isinstance(self.state, tuple) and self.state else self.state
        return state.named() if isinstance(state, Pairs) else {}


class Listing(list[Any]):
    """A list, or the elements of a dict or set: beyond the limits plain literals are counted and not kept."""

    dropped = 0
    """Elements not kept: numbers, text, None, and tuples of them."""

    @property
    def length(self) -> int:
        """The number of elements that were read."""
        return len(self) + self.dropped


class Pairs:
    """A dict: keys and values in turn, in order, repeated keys included."""

    __slots__ = ("items",)

    def __init__(self) -> None:
        self.items = Listing()

    def named(self) -> dict[str, Any]:
        """The entries whose keys are text."""
        entries = zip(self.items[::2], self.items[1::2], strict=False)
        return {key: value for key, value in entries if type(key) is str}


class Bag:
    """A set or frozenset."""

    __slots__ = ("items",)

    def __init__(self, items: list[Any]) -> None:
        self.items = Listing(items)
        self.items.dropped = items.dropped if isinstance(items, Listing) else 0


@dataclass(frozen=True, slots=True)
class Blob:
    """Text or bytes too long to be a name or a parameter. `data` is a view of it, or None when it was skipped."""

    length: int
    data: memoryview | None
    text: bool


@dataclass(frozen=True, slots=True)
class Persistent:
    """What a PyTorch archive stores outside the pickle: the persistent id as it stands."""

    identity: Any


class _Marker:
    """A value that is known only by its absence."""

    __slots__ = ("why",)

    def __init__(self, why: str) -> None:
        self.why = why

    def __repr__(self) -> str:
        return f"<{self.why}>"


FORGOTTEN = _Marker("text not kept: beyond the memory limit")
"""Text or bytes beyond the limit. Fine as data; whoever needs to know what it says refuses it."""
HOLE = _Marker("memo entry never written")
LITERALS = frozenset({type(None), bool, int, float, str, bytes, Blob, _Marker})
"""Types of values that are plain data whatever they say."""


def is_plain(value: Any) -> bool:
    """Whether a value is a literal, or a short tuple of literals: data, and nothing but data."""
    kind = type(value)
    return kind in LITERALS or (kind is tuple and len(value) <= 8 and all(type(item) in LITERALS for item in value))
