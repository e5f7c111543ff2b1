"""The code of a TorchScript archive, as far as it says what it may call: operators, methods, classes.

It is TorchScript, not Python: PyTorch's own interpreter runs it (`__setstate__` while it loads, `forward` when asked).
It is read token by token (PyTorch 2.13: torch/csrc/jit/frontend/lexer.h). What a name is called on does not matter:
`x.save("f")`, `torch.save(x, "f")`, `ops.aten.save(x, "f")` and `getattr(x, "save")("f")` are the same operator.
"""

from __future__ import annotations

import ast
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from compiler.readers.containers.archive import damaged, read_member
from compiler.readers.containers.mapped import BadContentError

MAX_CODE = 8 << 20
"""Bytes of all code; a large model has some hundred kilobytes."""
MAX_NAMES, MAX_CHAIN = 20_000, 1_000
_TOKEN = re.compile(
    r"""[ \t\r]+ | \\\r?\n | \#[^\n]*
    | (?P<lines>\n[ \t\r\n]*)
    | (?P<text>'(?:[^'\\\n]|\\.)*+'|"(?:[^"\\\n]|\\.)*+")
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?j?)
    | (?P<dot>\.)
    | (?P<sign>[-+*/%@=<>!&|^~()\[\]{},:;]+)""",
    re.VERBOSE | re.DOTALL,
)
_NAMESPACES = frozenset(("torch", "ops", "__torch__"))
_LONGEST = 80


@dataclass(slots=True)
class Calls:
    """What the code of an archive names; each with the first place, `code/__torch__.py:12`."""

    operators: dict[str, str] = field(default_factory=dict)
    """`aten::relu`."""
    attributes: dict[str, str] = field(default_factory=dict)
    """Names behind a dot, and texts that may be one."""
    methods: dict[str, str] = field(default_factory=dict)
    """Those of them that are called."""
    classes: dict[str, str] = field(default_factory=dict)
    """Compiled classes: `quantized.LinearPackedParamsBase`."""
    builtins: dict[str, str] = field(default_factory=dict)
    """Names that are called without a dot before them."""
    defined: set[str] = field(default_factory=set)
    """Functions, methods and variables that the archive defines."""

    @property
    def count(self) -> int:
        """How many things are named."""
        return sum(map(len, (self.operators, self.attributes, self.builtins, self.classes, self.defined)))


def read_calls(archive: zipfile.ZipFile, path: Path) -> Calls:
    """What the code names. Raises CompilerError: MF203, MF206 beyond limits."""
    found, left = Calls(), MAX_CODE
    for name in archive.namelist():
        inner = name.partition("/")[2]
        if inner.startswith("code/") and inner.endswith(".py"):
            code = read_member(archive, name, left)
            left -= len(code)
            try:
                _read(code.decode("utf-8"), inner, found)
            except (BadContentError, UnicodeDecodeError) as error:
                raise damaged(path, f"'{inner}': {error}") from error
    return found


@dataclass(slots=True)
class _State:
    """Where a reading stands."""

    member: str
    line: int = 1
    chain: list[str] = field(default_factory=list)
    """The names with dots between them that were read last; the first is "" for what stands on an expression."""
    dotted: bool = False
    """Whether the last token was a dot."""
    before: str = ""
    """The token before that chain."""
    depth: int = 0
    """Of brackets: a line ends a statement only outside of them."""


def _read(code: str, member: str, found: Calls) -> None:
    state, looked_up = _State(member), "getattr" in code
    for kind, token in _tokens(code):
        if kind == "lines":
            if state.depth <= 0:
                _finish(state, found, called=False)
            state.line += token.count("\n")
        elif kind == "dot":
            state.chain, state.dotted = state.chain or [""], True
        elif kind == "name":
            _name(state, found, token)
        else:
            _other(state, found, token)
        if kind == "text" and looked_up:
            _note(found.attributes, _content(token), state)
        if kind == "lines" and found.count > MAX_NAMES:
            raise BadContentError(f"it names more than {MAX_NAMES:,} things")
    _finish(state, found, called=False)


def _name(state: _State, found: Calls, token: str) -> None:
    if state.dotted:
        state.chain.append(token)
        state.dotted = False
        if len(state.chain) > MAX_CHAIN:
            raise BadContentError(f"it has a name of more than {MAX_CHAIN:,} parts")
    else:
        _finish(state, found, called=False)
        state.chain = [token]


def _other(state: _State, found: Calls, token: str) -> None:
    """A sign, a text or a number: it ends a chain of names."""
    if len(state.chain) == 1 and token.startswith("=") and not token.startswith("=="):
        found.defined.add(state.chain[0][:_LONGEST])
    _finish(state, found, called=token.startswith("("))
    state.before = token
    if token[0] not in "\"'":
        state.depth += sum(map("([{".count, token)) - sum(map(")]}".count, token))


def _tokens(code: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(code):
        matched = _TOKEN.match(code, at)
        if matched is None or code.startswith(('"""', "'''"), at):
            raise BadContentError(f"there is no TorchScript at '{code[at : at + 20]}'")
        if matched.lastgroup is not None:
            yield matched.lastgroup, matched.group()
        at = matched.end()


def _content(token: str) -> str:
    """A text as PyTorch reads it, when it is short enough to be a name."""
    if "\\" not in token or len(token) > 4 * _LONGEST:
        return token[1:-1][:_LONGEST]
    try:
        return str(ast.literal_eval(token))[:_LONGEST]
    except (SyntaxError, ValueError):
        return token[1:-1][:_LONGEST]


def _note(names: dict[str, str], name: str, state: _State) -> None:
    if name[:_LONGEST] not in names:
        names[name[:_LONGEST]] = f"{state.member}:{state.line}"


def _finish(state: _State, found: Calls, *, called: bool) -> None:
    """Take down the chain that has ended."""
    chain, state.chain, state.dotted = state.chain, [], False
    if not chain:
        return
    if len(chain) == 1:
        if state.before == "def":
            found.defined.add(chain[0][:_LONGEST])
        elif called and state.before != "class":
            _note(found.builtins, chain[0], state)
        state.before = chain[0]
        return
    state.before = ""
    if chain[0] in _NAMESPACES:
        _note_global(chain, found, state)
        return
    for name in chain[1:]:
        _note(found.attributes, name, state)
    if called:
        _note(found.methods, chain[-1], state)


def _note_global(chain: list[str], found: Calls, state: _State) -> None:
    """A name of PyTorch's, or of the archive's own below `__torch__`."""
    if chain[0] == "torch":
        _note(found.operators, "aten::" + ".".join(chain[1:]), state)
    elif chain[0] == "ops":
        _note(found.operators, f"{chain[1]}::" + ".".join(chain[2:]), state)
    elif chain[1:3] == ["torch", "classes"]:
        _note(found.classes, ".".join(chain[3:]), state)
    else:
        _note(found.attributes, chain[-1], state)
