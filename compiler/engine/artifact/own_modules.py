"""The user's own code that a model needs: modules and networks that lie beside it. Sources are parsed, not run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from compiler.ir import ModelFacts


def own_code(facts: ModelFacts, folder: Path) -> tuple[str, ...]:
    """The dotted names in a pickle that a module or package in `folder` defines; sorted."""
    return tuple(sorted(name for name in facts.unknown if _place(name.partition(".")[0], folder)))


def own_modules(names: Iterable[str], folder: Path) -> tuple[Path, ...]:
    """The files and packages in `folder` that define the dotted `names`, and those that these import in turn.

    Sources are parsed, not run; one that cannot be parsed is taken as it is, and compile says what is wrong with it.
    """
    waiting = {name.partition(".")[0] for name in names}
    found: dict[str, Path] = {}
    while waiting:
        module = waiting.pop()
        place = _place(module, folder)
        if place is None or module in found:
            continue
        found[module] = place
        waiting |= set(imported_modules(place)) - found.keys()
    return tuple(found[module] for module in sorted(found))


def _place(module: str, folder: Path) -> Path | None:
    """Where `folder` holds a module: its file, or its package's folder."""
    file, package = folder / f"{module}.py", folder / module
    if file.is_file():
        return file
    return package if (package / "__init__.py").is_file() else None


def imported_modules(place: Path) -> Iterator[str]:
    """The top-level modules that the source at `place`, a file or a package's folder, imports; it is not run."""
    for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError, OSError):
            continue
        for node in ast.walk(tree):
            yield from _modules(node)


def _modules(node: ast.AST) -> list[str]:
    """The top-level modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module.partition(".")[0]]
    return []


def own_network(folder: Path) -> tuple[str, str] | None:
    """File and class of the only network of PyTorch that the modules in `folder` define and can make without arguments.

    A class that another one there uses is a part of it. None where there is no such class, or more than one.
    """
    found = [(path.name, network) for path in sorted(folder.glob("*.py")) for network in _networks(path)]
    return found[0] if len(found) == 1 else None


def _networks(path: Path) -> list[str]:
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, OSError):
        return []
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    used = {name.id for node in classes for name in ast.walk(node) if isinstance(name, ast.Name)}
    return [node.name for node in classes if _is_network(node) and node.name not in used and not _required(node)]


def _is_network(node: ast.ClassDef) -> bool:
    """Whether a base is called `Module`: `nn.Module`, `LightningModule`."""
    return any(ast.unparse(base).endswith("Module") for base in node.bases)


def _required(node: ast.ClassDef) -> bool:
    """Whether the constructor has parameters without a default, beside `self`."""
    made = [item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"]
    return any(len(item.args.args) - 1 > len(item.args.defaults) for item in made)
