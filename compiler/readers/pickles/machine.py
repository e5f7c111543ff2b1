"""The pickle machine, run on descriptions instead of objects: nothing is imported, called or made.

It follows CPython's unpicklers byte for byte, and joblib's where joblib puts raw array bytes between opcodes, so that
what it judges is what loading would do. Where the two unpicklers of CPython differ (frames, repeated memo writes), or
where no pickler writes what they accept, the pickle is denied instead of interpreted.
"""

from __future__ import annotations

import struct
from typing import Any

from compiler.readers.pickles.faults import Beyond, Denied, Malformed
from compiler.readers.pickles.names import Globals
from compiler.readers.pickles.values import FORGOTTEN, Blob, Instance, is_plain
from compiler.readers.pickles.window import Window

MAX_OPCODES = 30_000_000
MAX_STACK = 500_000
MAX_KEPT = 1_000_000
"""Elements of lists, dicts and sets that are kept over a whole pickle; of later ones, plain literals are dropped."""
MAX_CONTAINER = 20_000
"""Elements of one container that are kept."""
MAX_NODES = 2_000_000
"""Tuples and objects."""
MAX_REMEMBERED = 250_000
"""Memo entries kept whatever they are; of later ones, text is forgotten unless the index has it."""
MAX_MEMO = 10_000_000
MAX_SHORT = 1024
"""Bytes of text or bytes that are kept as such; longer ones are `Blob`s."""
LOOKAHEAD = 1 << 16
"""Bytes that are at hand before each opcode, so that only long arguments have to ask for more."""
_STRIDE = 1 << 20
"""Bytes between two looks at the limits."""

_TEXTS = frozenset({str, bytes, Blob})
_INT = struct.Struct("<i").unpack_from
_USHORT = struct.Struct("<H").unpack_from
_UINT = struct.Struct("<I").unpack_from
_DOUBLE = struct.Struct(">d").unpack_from


def _is_text(value: Any) -> bool:
    return type(value) in _TEXTS


class Usage:
    """What reading a file has cost so far, over all pickles nested in it."""

    __slots__ = ("arrays", "copied", "depth", "kept", "made", "nodes", "opcodes")

    def __init__(self) -> None:
        self.opcodes = 0
        self.kept = 0
        """Elements kept in containers."""
        self.nodes = 0
        """Tuples and objects."""
        self.copied = 0
        """Bytes of long values copied out of a compressed stream."""
        self.arrays = 0
        """Bytes of joblib's arrays that are kept."""
        self.depth = 0
        """How many pickles are open inside one another."""
        self.made: list[Instance] = []
        """Every object that loading would make, those that are thrown away again included."""


class Machine:
    """One run over a window; `found` and `usage` are shared by all runs over one file."""

    def __init__(
        self, window: Window, found: Globals, usage: Usage, *, joblib: bool = False, persistent: bool = False
    ) -> None:
        self.window = window
        self.globals = found
        self.usage = usage
        self.joblib = joblib
        """Whether joblib's array wrappers are followed by array bytes."""
        self.persistent = persistent
        """Whether persistent ids are expected (PyTorch)."""
        self.position = 0
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: list[Any] = []
        self.protocol = 0
        self.frame_end = -1
        """Absolute offset at which the open frame ends, -1 outside of frames."""
        self.hole = False
        """Whether the first memo index was 1, as Python 2's cPickle counts."""
        self.found_arrays = False

    @property
    def offset(self) -> int:
        """Where the machine stands in the (inflated) file."""
        return self.window.base + self.position

    def run(self) -> Any:
        """Read one pickle up to its STOP and return what it describes. Raises Denied, Malformed or Beyond."""
        try:
            return self._loop()
        except (IndexError, struct.error):
            raise Malformed("it ends in the middle, or takes from an empty stack") from None
        except UnicodeDecodeError:
            raise Malformed("a text in it is not UTF-8") from None

    def _loop(self) -> Any:  # noqa: C901, PLR0912 - a call for each frequent opcode costs twice the time
        from compiler.readers.pickles.opcodes import HANDLERS

        stack, memo, push = self.stack, self.memo, self.stack.append
        data, position, check_at, hole = self.window.data, self.position, 0, self.hole
        for step in range(self.usage.opcodes, MAX_OPCODES):
            if position >= check_at:
                position, check_at = self._checkpoint(position)
                data = self.window.data
            opcode = data[position]
            if opcode == 0x94 and not hole:  # MEMOIZE
                memo.append(stack[-1] if len(memo) < MAX_REMEMBERED else self.fade(stack[-1]))
                position += 1
            elif opcode == 0x4B:  # BININT1
                push(data[position + 1])
                position += 2
            elif opcode == 0x8C:  # SHORT_BINUNICODE
                end = position + 2 + data[position + 1]
                push(str(data[position + 2 : end], "utf-8", "surrogatepass"))
                position = end
            elif opcode == 0x68:  # BINGET
                push(memo[data[position + 1]])
                position += 2
            elif opcode == 0x71 and data[position + 1] == len(memo):  # BINPUT
                memo.append(stack[-1])
                position += 2
            elif opcode == 0x72 and _UINT(data, position + 1)[0] == len(memo):  # LONG_BINPUT
                memo.append(stack[-1] if len(memo) < MAX_REMEMBERED else self.fade(stack[-1]))
                position += 5
            elif opcode == 0x4A:  # BININT
                push(_INT(data, position + 1)[0])
                position += 5
            elif opcode == 0x4D:  # BININT2
                push(_USHORT(data, position + 1)[0])
                position += 3
            elif opcode == 0x47:  # BINFLOAT
                push(_DOUBLE(data, position + 1)[0])
                position += 9
            elif opcode == 0x6A:  # LONG_BINGET
                push(memo[_UINT(data, position + 1)[0]])
                position += 5
            elif opcode == 0x2E:  # STOP
                self.position, self.usage.opcodes = position + 1, step
                return self._finish()
            else:
                self.position, self.usage.opcodes = position + 1, step
                HANDLERS[opcode](self)
                position, hole = self.position, self.hole
                if self.window.data is not data or position >= check_at:
                    check_at = 0
        raise Beyond(f"it has more than {MAX_OPCODES:,} opcodes")

    def _checkpoint(self, position: int) -> tuple[int, int]:
        """Look at the limits and have the next bytes at hand. Returns the position and where to look again."""
        if len(self.stack) > MAX_STACK or len(self.marks) > MAX_STACK or len(self.memo) > MAX_MEMO:
            raise Beyond("it keeps more values at a time than any model needs")
        if not self.window.ended and position + LOOKAHEAD > len(self.window.data):
            position = self.window.slide(position, LOOKAHEAD)
        if self.window.ended:
            return position, position + _STRIDE
        return position, max(len(self.window.data) - LOOKAHEAD, position + 1)

    def _finish(self) -> Any:
        """The value that STOP returns."""
        if self.offset < self.frame_end:
            raise Denied("it stops inside a frame, so that what follows is read differently by different loaders")
        return self.stack.pop()

    def fade(self, value: Any) -> Any:
        """What the memo keeps of a value beyond MAX_REMEMBERED: all but text that stands nowhere in the index."""
        if type(value) is str:
            return value if value in self.globals.texts() else FORGOTTEN
        texts = type(value) in _TEXTS or (type(value) is tuple and is_plain(value) and any(map(_is_text, value)))
        return FORGOTTEN if texts else value

    def made(self, value: Any) -> Any:
        """Take down an object that loading would make, so that it is judged when all is read."""
        if isinstance(value, Instance):
            self.usage.made.append(value)
        return value

    def take(self, length: int) -> bytes:
        """The next `length` bytes (an opcode's argument of fixed or short size), stepping over them."""
        self.position = self.window.slide(self.position, length) if self._lacks(length) else self.position
        data = self.window.data[self.position : self.position + length]
        if len(data) != length:
            raise Malformed("it ends in the middle")
        self.position += length
        return data

    def _lacks(self, length: int) -> bool:
        return not self.window.ended and self.position + length > len(self.window.data)

    def skip(self, length: int) -> None:
        """Step over bytes without looking at them."""
        position = self.window.skip(self.position, length)
        if position < 0:
            raise Malformed("it ends in the middle")
        self.position = position

    def line(self) -> bytes:
        """The text up to the next newline, which is stepped over; at most LOOKAHEAD bytes."""
        end = self.window.data.find(b"\n", self.position, self.position + LOOKAHEAD)
        if end < 0:
            raise Malformed("a line in it does not end")
        text = self.window.data[self.position : end]
        self.position = end + 1
        return text

    def pop_mark(self) -> list[Any]:
        """The values above the topmost mark, which is taken away with them."""
        start = self.marks.pop()
        values = self.stack[start:]
        del self.stack[start:]
        return values

    def node(self) -> None:
        """Count a tuple or an object."""
        self.usage.nodes += 1
        if self.usage.nodes > MAX_NODES:
            raise Beyond(f"it holds more than {MAX_NODES:,} tuples and objects")
