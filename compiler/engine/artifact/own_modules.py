"""Modules of one's own that a pickled model needs: those that lie beside it."""

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
