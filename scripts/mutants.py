"""Changes to make in source code, one at a time: each is what a mistake of the hand could have written instead."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_COMPARISONS = {
    ast.Eq: "!=", ast.NotEq: "==", ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip
_ARITHMETIC = {ast.Add: "-", ast.Sub: "+", ast.Mult: "//", ast.FloorDiv: "*", ast.LShift: ">>"}
_NAMES = {"any": "all", "all": "any", "min": "max", "max": "min"}
_WORD = re.compile(r"[\w.]+")
_SPEAKING = frozenset({"Diagnostic", "failure", "Event", "Line", "Check"})
"""What takes sentences for people: their wording is compared elsewhere, and is no decision."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one file."""

    file: str
    """Path from the root of the repository."""
    line: int
    end: int
    """First and last line of the statement that the change is in."""
    start: int
    stop: int
    """What is replaced, as offsets in bytes of UTF-8."""
    old: str
    new: str

    def apply(self, source: bytes) -> bytes:
        """The source with the change."""
        return source[: self.start] + self.new.encode() + source[self.stop :]

    def __str__(self) -> str:
        old, new = (" ".join(text.split()) for text in (self.old, self.new))
        return f"{self.file}:{self.line}: {old[:100]}  ->  {new[:100]}"


def mutants(root: Path, file: str) -> Iterator[Mutant]:
    """All changes of one file that still parse."""
    source = (root / file).read_bytes()
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node, new, statement in _changes(ast.parse(source)):
        start = starts[node.lineno - 1] + node.col_offset
        stop = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        old = source[start:stop].decode()
        last = statement.end_lineno if isinstance(statement, ast.Assign | ast.AnnAssign) else node.end_lineno
        found = Mutant(file, node.lineno, last or node.lineno, start, stop, old, new)
        if _parses(found.apply(source)):
            yield found


def _parses(source: bytes) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def _changes(tree: ast.Module) -> Iterator[tuple[ast.expr | ast.stmt, str, ast.stmt]]:
    """(what is replaced, by what, the statement around it)."""
    for statement in _statements(tree.body):
        for node in _expressions(statement):
            for new in _of_expression(node):
                yield node, f"({new})" if isinstance(node, ast.Compare | ast.BoolOp | ast.UnaryOp) else new, statement
        for whole, new in _of_statement(statement):
            yield whole, new, statement


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.Import | ast.ImportFrom) or _is_only_for_types(statement):
            continue
        yield statement
        for field in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(statement, field, []))
        for part in (*getattr(statement, "handlers", []), *getattr(statement, "cases", [])):
            yield from _statements(part.body)


def _is_only_for_types(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING"


def _expressions(statement: ast.stmt) -> Iterator[ast.expr]:
    """The expressions of a statement itself: no annotation, no decorator, no docstring, nothing said to people."""
    waiting: list[ast.AST] = []
    for name, value in ast.iter_fields(statement):
        if name in {"annotation", "returns", "decorator_list", "bases", "keywords", "type_params", "body"}:
            continue
        waiting += [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, ast.AST)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case | ast.JoinedStr | ast.arg):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SPEAKING:
            continue
        if isinstance(node, ast.expr):
            yield node
        waiting += [child for name, child in _children(node) if name != "annotation"]


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for name, value in ast.iter_fields(node):
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, ast.AST):
                yield name, item


def _of_expression(node: ast.expr) -> Iterator[str]:  # noqa: C901 - one branch a form
    match node:
        case ast.Compare(left=left, ops=[operator], comparators=[right]) if type(operator) in _COMPARISONS:
            yield f"{ast.unparse(left)} {_COMPARISONS[type(operator)]} {ast.unparse(right)}"
        case ast.BoolOp(op=operator, values=values):
            yield (" or " if isinstance(operator, ast.And) else " and ").join(f"({ast.unparse(v)})" for v in values)
            for left_out in range(len(values)):
                kept = [f"({ast.unparse(v)})" for number, v in enumerate(values) if number != left_out]
                yield (" and " if isinstance(operator, ast.And) else " or ").join(kept)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield ast.unparse(operand)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield f"({ast.unparse(body)} if not ({ast.unparse(test)}) else {ast.unparse(orelse)})"
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _ARITHMETIC:
            yield f"({ast.unparse(left)} {_ARITHMETIC[type(operator)]} {ast.unparse(right)})"
        case ast.Name(id=name) if name in _NAMES:
            yield _NAMES[name]
        case ast.Constant(value=bool() as value):
            yield str(not value)
        case ast.Constant(value=int() as value):
            yield str(value + 1)
        case ast.Set(elts=elements) | ast.Tuple(elts=elements, ctx=ast.Load()) | ast.List(elts=elements):
            yield from _without_one(node, elements)
        case ast.Dict(keys=keys, values=values):
            for left_out in range(len(keys)):
                kept = [n for n in range(len(keys)) if n != left_out]
                yield ast.unparse(ast.Dict([keys[n] for n in kept], [values[n] for n in kept]))


def _without_one(node: ast.expr, elements: list[ast.expr]) -> Iterator[str]:
    """A list of constants, with each of them dropped in turn."""
    if len(elements) < 2 or not all(isinstance(element, ast.Constant | ast.Name) for element in elements):
        return
    for left_out in range(len(elements)):
        kept = [ast.unparse(element) for number, element in enumerate(elements) if number != left_out]
        inner = ", ".join(kept) + ("," if isinstance(node, ast.Tuple) else "")
        opening, closing = {ast.Set: "{}", ast.Tuple: "()", ast.List: "[]"}[type(node)]  # type: ignore[index]
        yield f"{opening}{inner}{closing}"


def _of_statement(statement: ast.stmt) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    match statement:
        case ast.If(test=test) | ast.While(test=test) if not isinstance(test, ast.UnaryOp):
            yield test, f"(not ({ast.unparse(test)}))"
        case ast.Raise() | ast.Continue():
            yield statement, "pass"
        case ast.Assign(value=ast.Constant(value=str() as text) as value) if len(words := text.split()) > 5:
            if all(map(_WORD.fullmatch, words)):  # names, written as one text
                for left_out in range(len(words)):
                    yield value, repr(" ".join(words[:left_out] + words[left_out + 1 :]))
        case ast.Expr(value=ast.Call()):
            yield statement, "pass"
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield value, "None"
