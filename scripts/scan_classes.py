"""Read the classes of a Python package from its sources, without importing it.

Gives for every class: where it is defined, its ancestors in method resolution order, the parameters of its `__init__`,
and which of the asked methods it has, always or on a condition (`available_if`, `if_delegate_has_method`, properties).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class ClassInfo:
    """One class statement."""

    module: str
    name: str
    bases: list[str]
    parameters: list[str] | None
    methods: dict[str, bool]
    """Method name -> whether it is there unconditionally."""
    mro: list[ClassInfo] = field(default_factory=list)


@dataclass
class Module:
    """What a module defines and what it imports."""

    name: str
    classes: dict[str, ClassInfo]
    functions: list[str]
    imports: dict[str, tuple[str, str]]
    """Local name -> (module, name there)."""


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return _dotted(node.func) if isinstance(node, ast.Call) else ""


def _class(module: str, node: ast.ClassDef) -> ClassInfo:
    parameters: list[str] | None = None
    methods: dict[str, bool] = {}
    for item in node.body:
        if isinstance(item, ast.FunctionDef):
            methods[item.name] = not any("static" not in _dotted(d) and _conditional(d) for d in item.decorator_list)
            if item.name == "__init__":
                arguments = item.args
                parameters = [a.arg for a in [*arguments.posonlyargs, *arguments.args[1:], *arguments.kwonlyargs]]
    return ClassInfo(module, node.name, [_dotted(base) for base in _bases(node)], parameters, methods)


def _bases(node: ast.ClassDef) -> Iterator[ast.expr]:
    """The bases, those behind `six.with_metaclass(Meta, Base)` of the Python 2 years included."""
    for base in node.bases:
        if isinstance(base, ast.Call) and _dotted(base).endswith("with_metaclass"):
            yield from base.args[1:]
        else:
            yield base


def _conditional(decorator: ast.expr) -> bool:
    return _dotted(decorator).rsplit(".", 1)[-1] in {"available_if", "if_delegate_has_method", "property"}


def _imports(module: str, is_package: bool, node: ast.ImportFrom) -> Iterator[tuple[str, tuple[str, str]]]:
    parts = module.split(".")
    anchor = parts[: len(parts) - node.level + (1 if is_package else 0)] if node.level else []
    source = ".".join([*anchor, *([node.module] if node.module else [])])
    for alias in node.names:
        yield alias.asname or alias.name, (source, alias.name)


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Top-level statements, those inside `if` and `try` included."""
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try):
            yield from _statements([*node.body, *node.orelse])


def _module(name: str, path: Path) -> Module:
    found = Module(name, {}, [], {})
    for node in _statements(ast.parse(path.read_text("utf-8")).body):
        if isinstance(node, ast.ClassDef):
            found.classes[node.name] = _class(name, node)
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("__"):
            found.functions.append(node.name)
        elif isinstance(node, ast.ImportFrom):
            found.imports.update(_imports(name, path.name == "__init__.py", node))
    return found


def scan(root: Path, skip: re.Pattern[str]) -> dict[str, Module]:
    """All modules of the package at `root` whose dotted name does not match `skip`, with each class's mro filled in."""
    modules = {}
    for path in sorted(root.rglob("*.py")):
        parts = list(path.relative_to(root.parent).with_suffix("").parts)
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if not skip.search(name):
            modules[name] = _module(name, path)
    for module in modules.values():
        for info in module.classes.values():
            info.mro = _mro(modules, info, 0)
    return modules


def _resolve(modules: dict[str, Module], module: str, name: str, depth: int) -> ClassInfo | None:
    """The class that `name` means in `module`, through re-exports."""
    here = modules.get(module)
    if here is None or depth > 8:
        return None
    if "." in name:
        head, rest = name.split(".", 1)
        source, original = here.imports.get(head, ("", head))
        return _resolve(modules, f"{source}.{original}".strip("."), rest, depth + 1)
    if name in here.classes:
        return here.classes[name]
    if name in here.imports:
        return _resolve(modules, *here.imports[name], depth + 1)
    return None


def _mro(modules: dict[str, Module], info: ClassInfo, depth: int) -> list[ClassInfo]:
    """C3 linearization over the bases that the package itself defines."""
    bases = [found for base in info.bases if (found := _resolve(modules, info.module, base, 0)) and found is not info]
    if depth > 20:
        return [info]
    queues = [*(_mro(modules, base, depth + 1) for base in bases), list(bases)]
    order = [info]
    while any(queues):
        queues = [queue for queue in queues if queue]
        head = next((q[0] for q in queues if not any(q[0] in other[1:] for other in queues)), queues[0][0])
        order.append(head)
        queues = [[c for c in queue if c is not head] for queue in queues]
    return order


def parameters(info: ClassInfo) -> list[str]:
    """Constructor parameters, own or inherited."""
    return next((c.parameters for c in info.mro if c.parameters is not None), [])


def method(info: ClassInfo, name: str) -> bool | None:
    """True when every instance has it, False when some have it, None when none has."""
    return next((c.methods[name] for c in info.mro if name in c.methods), None)
