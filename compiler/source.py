"""YAML text -> `SourceDocument`: plain data, with a way back from a JSON pointer to line and column.

Scalars resolve by the YAML 1.2 core schema, so `no`, `on` and `2024-01-01` are text. Manifests come from pull requests:
size, depth and aliases are limited, tags and merge keys refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from compiler.diagnostics import CompilerError, Diagnostic, Pointer, SourceRange, failure

if TYPE_CHECKING:
    from ruamel.yaml.error import StreamMark
    from ruamel.yaml.nodes import Node

MAX_BYTES = 1 << 20
MAX_DEPTH = 64
MAX_ALIASES = 100
MAX_VALUES = 50_000

# YAML 1.2.2, section 10.3.2: the core schema.
_SCALARS: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (re.compile(r"(?:null|Null|NULL|~|)\Z"), lambda _: None),
    (re.compile(r"(?:true|True|TRUE)\Z"), lambda _: True),
    (re.compile(r"(?:false|False|FALSE)\Z"), lambda _: False),
    (re.compile(r"[-+]?[0-9]+\Z"), int),
    (re.compile(r"0o[0-7]+\Z"), lambda text: int(text, 8)),
    (re.compile(r"0x[0-9a-fA-F]+\Z"), lambda text: int(text, 16)),
    (re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z"), float),
    (re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z"), lambda text: -math.inf if text[0] == "-" else math.inf),
    (re.compile(r"\.(?:nan|NaN|NAN)\Z"), lambda _: math.nan),
)
# A longer run of digits is no setting of ours, and CPython refuses to convert one of more than 4300.
_MAX_NUMBER = 64
_SURROGATE = re.compile("[\ud800-\udfff]")
_TEXT_TAG = "tag:yaml.org,2002:str"
_KNOWN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "seq", "map", "timestamp")
)


class Located(Protocol):
    """Plain data that knows where each of its parts was written."""

    @property
    def data(self) -> Any:
        """The data."""

    def locate(self, pointer: Pointer, *, key: bool = False) -> SourceRange:
        """The place of the value at `pointer`, or of its key."""

    def written(self, pointer: Pointer) -> str | None:
        """The characters of a scalar as they stand in the file."""


@dataclass(frozen=True, slots=True, eq=False)
class SourceDocument:
    """A YAML file as plain data (dict, list, str, int, float, bool, None) that remembers where each part stood."""

    path: str
    """As it is shown to the user."""
    text: str
    data: Any
    root: Node | None

    def locate(self, pointer: Pointer, *, key: bool = False) -> SourceRange:
        """The place of the value at `pointer`, or of its key; of the nearest existing parent when there is none."""
        node, key_node, reached = self.root, None, 0
        for step in pointer:
            found = _child(node, step)
            if found is None:
                break
            key_node, node = found
            reached += 1
        missing = reached < len(pointer)
        if node is None:
            return SourceRange(self.path, 1, 1, 2, self.text.partition("\n")[0])
        nothing_to_show = not _is_scalar(node) or node.value == ""
        show = key_node if key_node is not None and (key or missing or nothing_to_show) else node
        return self._range(show)

    def written(self, pointer: Pointer) -> str | None:
        """The scalar at `pointer` as its characters stand in the file, None for anything else."""
        node = self.root
        for step in pointer:
            found = _child(node, step)
            if found is None:
                return None
            node = found[1]
        return node.value if node is not None and _is_scalar(node) else None

    def _range(self, node: Node) -> SourceRange:
        return _marked(self.path, self.text, node.start_mark, node.end_mark)


def read_document(path: Path, *, shown: str | None = None) -> SourceDocument:
    """Read a YAML file; `shown` is its path in messages.

    Raises `CompilerError`: MF001 when it cannot be read, MF002-MF005 as `parse_document` does.
    """
    name = shown or str(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise failure("MF001", f"cannot read {name}: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise failure("MF004", f"{name} is larger than 1 MiB", where=SourceRange(name))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise failure("MF002", "the file is not UTF-8 text", where=SourceRange(name, line, 1, 2)) from None
    return parse_document(text, name)


def parse_document(text: str, path: str) -> SourceDocument:
    """Parse YAML text.

    Raises `CompilerError`: MF002 (syntax), MF003 (duplicate key), MF004 (limits), MF005 (unsupported feature).
    """
    root = _compose(text, path)
    return SourceDocument(path, text, _Reader(path, text).value(root, 0) if root is not None else None, root)


def _compose(text: str, path: str) -> Node | None:
    from ruamel.yaml import YAML
    from ruamel.yaml.composer import ComposerError
    from ruamel.yaml.error import MarkedYAMLError
    from ruamel.yaml.reader import ReaderError

    yaml = YAML(typ="safe", pure=True)
    try:
        node: Node | None = yaml.compose(text)
    except RecursionError:
        raise failure("MF004", f"nested more than {MAX_DEPTH} levels deep", where=SourceRange(path)) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        where = SourceRange(path, line, 1, 2)
        raise failure(
            "MF002", f"character U+{ord(text[error.position]):04X} is not allowed in YAML", where=where
        ) from None
    except ComposerError as error:
        several = "single document" in str(error.context)
        message = "one document a file, but a second '---' starts another" if several else str(error.problem)
        raise _syntax("MF005" if several else "MF002", message, error, text, path) from None
    except MarkedYAMLError as error:
        words = [str(part) for part in (error.context, error.problem) if part]
        raise _syntax("MF002", ", ".join(words), error, text, path) from None
    return node


def _syntax(code: str, message: str, error: Any, text: str, path: str) -> CompilerError:
    mark = error.problem_mark or error.context_mark
    hint = "indent with spaces" if "'\\t'" in message else None
    return failure(code, message, where=_marked(path, text, mark, mark) if mark else SourceRange(path), hint=hint)


class _Reader:
    """Walks the node graph once, counting what aliases expand to."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self.values = 0
        self.aliases = 0
        self.seen: set[int] = set()

    def value(self, node: Node, depth: int) -> Any:
        self._count(node, depth)
        if node.tag not in _KNOWN_TAGS:
            raise self._refuse("MF005", f"the tag '{node.tag}' is not supported", node)
        if _kind(node) == "mapping":
            return self._mapping(node, depth)
        if _kind(node) == "sequence":
            return [self.value(item, depth + 1) for item in node.value]
        return self._scalar(node)

    def _mapping(self, node: Node, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, value in node.value:
            name = self._key(key)
            if name in result:
                raise self._refuse("MF003", f"the key '{name}' stands here a second time", key)
            result[name] = self.value(value, depth + 1)
        return result

    def _key(self, key: Node) -> str:
        if not _is_scalar(key):
            raise self._refuse("MF005", "a key must be a plain word, not a list or a mapping", key)
        if key.value == "<<" and _is_plain(key):
            raise self._refuse("MF005", "merge keys ('<<') are not part of YAML 1.2", key)
        return self._text(key)

    def _text(self, node: Node) -> str:
        text = str(node.value)
        if "\0" in text:  # no path, variable or field of OCI can hold it
            raise self._refuse("MF002", "the character U+0000 is not allowed", node)
        if not text.isascii() and _SURROGATE.search(text):
            raise self._refuse("MF002", "half of a surrogate pair is no character: write the whole one", node)
        return text

    def _scalar(self, node: Node) -> Any:
        text = self._text(node)
        if not _is_plain(node) or node.tag == _TEXT_TAG or len(text) > _MAX_NUMBER:
            return text
        return next((convert(text) for pattern, convert in _SCALARS if pattern.match(text)), text)

    def _count(self, node: Node, depth: int) -> None:
        self.values += 1
        self.aliases += id(node) in self.seen and node.anchor is not None
        self.seen.add(id(node))
        if depth > MAX_DEPTH:
            raise self._refuse("MF004", f"nested more than {MAX_DEPTH} levels deep", node)
        if self.aliases > MAX_ALIASES or self.values > MAX_VALUES:
            raise self._refuse("MF004", f"more than {MAX_ALIASES} aliases or {MAX_VALUES} values", node)

    def _refuse(self, code: str, message: str, node: Node) -> CompilerError:
        where = _marked(self.path, self.text, node.start_mark, node.end_mark)
        return CompilerError(Diagnostic(code, message, where))


def _kind(node: Node) -> str:
    # ruamel's base class does not declare what each of its three node classes sets: scalar, sequence or mapping.
    return str(getattr(node, "id", ""))


def _is_scalar(node: Node) -> bool:
    return _kind(node) == "scalar"


def _is_plain(node: Node) -> bool:
    return getattr(node, "style", None) is None


def _child(node: Node | None, step: str | int) -> tuple[Node | None, Node] | None:
    if node is None or _is_scalar(node):
        return None
    if _kind(node) == "sequence":
        return (None, node.value[step]) if isinstance(step, int) and step < len(node.value) else None
    return next(((key, value) for key, value in node.value if key.value == step), None)


def _marked(path: str, text: str, start: StreamMark, end: StreamMark) -> SourceRange:
    lines = text.splitlines()
    snippet = lines[start.line] if start.line < len(lines) else ""
    end_column = end.column if end.line == start.line else len(snippet)
    return SourceRange(path, start.line + 1, start.column + 1, max(end_column, start.column + 1) + 1, snippet)
