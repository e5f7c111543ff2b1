"""What a pickle's values are while nobody runs it: plain Python for plain data, descriptions for everything else.

Numbers, text, short bytes, None, tuples and lists stand for themselves. All other values are the classes below.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class Global:
    """A name that the pickle imports, judged by the index. One object a name, so identity is equality."""

    __slots__ = ("kind", "module", "name", "reconstructor")

    def __init__(self, module: str, name: str, kind: str, reconstructor: bool) -> None:
        self.module = module
        self.name = name
        self.kind = kind
        """`class`, `function` (referred to, never called), `reconstructor`, or `unknown`."""
        self.reconstructor = reconstructor
        """Whether REDUCE may call it; some classes are their own reconstructor."""

    @property
    def dotted(self) -> str:
        """`package.module.Name`."""
        return f"{self.module}.{self.name}"


class Instance:
    """An object that loading would make: by NEWOBJ of a class, or by REDUCE of a reconstructor."""

    __slots__ = ("arguments", "cls", "items", "state")

    def __init__(self, cls: Global, arguments: Any) -> None:
        self.cls = cls
        self.arguments = arguments
        self.state: Any = None
        """What BUILD hands to it."""
        self.items: Listing | None = None
        """Elements, or keys and values in turn, of subclasses of list and dict."""

    def attributes(self) -> dict[str, Any]:
        """The instance's `__dict__` as far as the state is one."""
        state = self.state[0] if isinstance(self.state, tuple) and self.state else self.state
        return state.named() if isinstance(state, Pairs) else {}


class Listing(list[Any]):
    """A list, or the elements of a dict or set: beyond the limits elements are counted and not kept."""

    dropped = 0
    """Elements not kept; then the last one kept is TRUNCATED."""

    @property
    def length(self) -> int:
        """The number of elements that were read."""
        return len(self) - 1 + self.dropped if self.dropped else len(self)


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


FORGOTTEN = _Marker("not kept: beyond the memory limit")
"""A memo entry beyond the limit. Fine as data; whoever needs to know what it is refuses it."""
TRUNCATED = _Marker("further elements not kept")
"""The last element of a list, dict or set of which only the beginning was kept."""
HOLE = _Marker("memo entry never written")
